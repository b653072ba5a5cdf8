import { type FileRef, fileRefKey, isFolderType } from '../../comfy/file-ref';

/** How many pictures can be compared. */
export const COMPARE_LIMITS = { min: 2, max: 4 } as const;

/** The names of the pictures in the query, in their order; each is `type/subfolder/filename`. */
const NAMES = ['a', 'b', 'c', 'd'] as const;

/** Whether these files make a comparison: two to four different ones. */
export function canCompare(files: readonly FileRef[]): boolean {
  const { length } = distinct(files);
  return length >= COMPARE_LIMITS.min && length <= COMPARE_LIMITS.max;
}

/**
 * The route, without `#`, on which pictures are compared, such as `/compare?a=output/one.png&b=output/two.png`.
 * A file named twice counts once; those beyond the fourth are left out.
 */
export function compareRoute(files: readonly FileRef[]): string {
  const query = new URLSearchParams();
  distinct(files)
    .slice(0, NAMES.length)
    .forEach((file, i) => query.set(NAMES[i] ?? '', fileText(file)));
  // A slash needs no escape in a query, and addresses are easier to read with it.
  return `/compare?${query.toString().replaceAll('%2F', '/')}`;
}

/**
 * The files that the query of a compare route names, without `?`. What is no file of ComfyUI's is left out, so
 * that there may be fewer than two.
 */
export function comparedFiles(query: string): FileRef[] {
  const params = new URLSearchParams(query);
  return distinct(NAMES.flatMap((name) => readFile(params.get(name)) ?? []));
}

/** The subfolder as the server wrote it: a Windows server's has backslashes, and no file name has a slash. */
function fileText({ type, subfolder, filename }: FileRef): string {
  return [type, ...(subfolder === '' ? [] : [subfolder]), filename].join('/');
}

function readFile(text: string | null): FileRef | null {
  const [type, ...rest] = text?.split('/') ?? [];
  const filename = rest.pop();
  return isFolderType(type) && filename ? { filename, subfolder: rest.join('/'), type } : null;
}

function distinct(files: readonly FileRef[]): FileRef[] {
  return [...new Map(files.map((file) => [fileRefKey(file), file])).values()];
}
