import * as v from 'valibot';
import { Stored } from '../base/stored';
import { type FileRef, fileRefKey, fileRefSchema, isFolderType } from '../comfy/file-ref';
import { routes } from '../ui/routes';

/**
 * A form sends a picture to the editor for a mask. The address of the editor names the errand, so that it
 * survives a reload; the mask goes back through this tab's storage.
 */
export interface MaskErrand {
  /** Route of the form. */
  form: string;
  /** What the form is called. */
  title: string;
  /** Node and input that take the mask. */
  node: string;
  path: string;
  /** The masked file the input has now, where the editor is to go on with its mask. */
  mask: FileRef | null;
}

/** A painted mask on its way back to a form: the file with the mask as its alpha. */
export interface ReturnedMask {
  form: string;
  node: string;
  path: string;
  file: FileRef;
}

/** Masked pictures remembered with the picture under the mask. */
const MOST_ORIGINALS = 200;

const returnedSchema = v.nullable(
  v.object({ form: v.string(), node: v.string(), path: v.string(), file: fileRefSchema }),
);
const returned = new Stored<ReturnedMask | null>('darkroom.returned-mask', {
  read: (json) => v.parse(returnedSchema, json),
  storage: () => sessionStorage,
});

const originalsSchema = v.fallback(v.array(v.tuple([v.string(), fileRefSchema])), []);
/** By the masked file's key, the picture it was painted on; oldest first. */
const originals = new Stored<[string, FileRef][]>('darkroom.mask-originals', {
  read: (json) => v.parse(originalsSchema, json),
});

/** The editor's address for an errand on a picture. */
export function errandRoute(picture: FileRef, { form, title, node, path, mask }: MaskErrand): string {
  const query = new URLSearchParams({ form, title, node, input: path });
  if (mask) {
    query.set('mask', mask.filename);
    query.set('maskFolder', mask.subfolder);
    query.set('maskType', mask.type);
  }
  return `${routes.edit(picture)}&${query.toString()}`;
}

/** The errand an address of the editor names; `null` when it names none. */
export function readErrand(query: URLSearchParams): MaskErrand | null {
  const form = query.get('form') ?? '';
  const node = query.get('node') ?? '';
  const path = query.get('input') ?? '';
  // Addresses come from anywhere: this one may lead to a form and nowhere else.
  if (!form.startsWith('/workflows/open/') || node === '' || path === '') {
    return null;
  }
  const name = query.get('mask');
  const type = query.get('maskType');
  const mask: FileRef | null = name
    ? {
        filename: name,
        subfolder: query.get('maskFolder') ?? '',
        type: isFolderType(type) ? type : 'input',
      }
    : null;
  return { form, title: query.get('title') ?? '', node, path, mask };
}

/**
 * Sends a form to the editor for the mask of one input. A file masked on an earlier errand opens as the picture
 * under its mask, so that the mask can be painted on.
 * @param errand without `mask`: what the input has now is `file`.
 */
export function errandFor(file: FileRef, errand: Omit<MaskErrand, 'mask'>): string {
  const key = fileRefKey(file);
  const picture = originals.load().find(([masked]) => masked === key)?.[1];
  return errandRoute(picture ?? file, { ...errand, mask: picture ? file : null });
}

/** Leaves a painted mask for the form that asked for it. */
export function returnMask(errand: MaskErrand, file: FileRef, picture: FileRef): void {
  const { form, node, path } = errand;
  returned.save({ form, node, path, file });
  const key = fileRefKey(file);
  const others = originals.load().filter(([masked]) => masked !== key);
  originals.save([...others, [key, picture] satisfies [string, FileRef]].slice(-MOST_ORIGINALS));
}

/** The mask that was painted for a form, handed out once; `null` when there is none. */
export function takeMask(form: string): ReturnedMask | null {
  const mask = returned.load();
  if (mask?.form !== form) {
    return null;
  }
  returned.clear();
  return mask;
}
