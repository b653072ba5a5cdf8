import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import { say } from '../../ui/toasts.svelte';
import type { EditorStatus, MaskExport } from '../model/editor-types';
import type { MaskPngVariant } from '../mask/png-write';
import { pickPicture } from '../../ui/pick-picture';
import { saveFile } from '../../ui/save-file';
import type { Masks } from './masks.svelte';

/** What a mask is saved from: a session. */
export interface MaskSource {
  readonly mask: { readonly empty: boolean };
  readonly masks: Pick<Masks, 'fileKind'>;
  readonly work: { wait: (work: Promise<void>) => void };
  exportMask: (variant: MaskPngVariant) => Promise<Pick<MaskExport, 'blob'>>;
}

/** What the commands of the mask menu act on. */
export interface MaskMenuParts {
  readonly session: MaskSource & { readonly status: EditorStatus; readonly masks: Masks };
  /** The picture the mask is named after. */
  readonly ref: FileRef | null;
}

/** A picture's name for files made from it: without folder and extension. */
export function fileStem(ref: FileRef | null): string {
  return ref ? ref.filename.replace(/\.[^.]+$/, '') : 'mask';
}

/** Hands the mask to the person as a file; says so when there is nothing to save. */
export function saveMask(session: MaskSource, name: string): void {
  if (session.mask.empty) {
    say(t('editor.masks.nothingToSave'));
    return;
  }
  const save = async (): Promise<void> => {
    const { blob } = await session.exportMask(session.masks.fileKind);
    saveFile(blob, `${name}-mask.png`);
  };
  session.work.wait(save());
}

/** What the mask menu can do, for keys and the palette. */
export function maskCommands(parts: MaskMenuParts): Command[] {
  const { session } = parts;
  const ready = (): boolean => session.status === 'ready';
  const painted = (): boolean => ready() && !session.masks.empty;
  const command = (
    id: string,
    title: () => string,
    enabled: () => boolean,
    run: () => void,
    ...shortcuts: string[]
  ): Command => ({ id: `editor.mask.${id}`, group: 'editor', title, shortcuts, enabled, run });
  return [
    command(
      'save',
      () => t('editor.masks.export'),
      ready,
      () => {
        saveMask(session, fileStem(parts.ref));
      },
      'mod+s',
    ),
    command(
      'import',
      () => t('editor.masks.import'),
      ready,
      () => {
        pickPicture((file) => {
          session.masks.import(file);
        });
      },
      'mod+o',
    ),
    command(
      'add',
      () => t('editor.masks.add'),
      ready,
      () => {
        session.masks.add();
      },
    ),
    command(
      'holes',
      () => t('editor.masks.holes'),
      painted,
      () => {
        session.masks.fillHoles();
      },
    ),
    command(
      'specks',
      () => t('editor.masks.specks'),
      painted,
      () => {
        session.masks.removeSpecks();
      },
    ),
    command(
      'contour',
      () => t('editor.masks.contourCommand', { value: session.masks.contourWidth }),
      painted,
      () => {
        session.masks.keepContour();
      },
    ),
  ];
}
