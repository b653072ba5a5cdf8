import { isOnDevice } from './device-ref';
import type { FileRef, FolderType } from './file-ref';
import { rootNames, type TreePlace, treePlaceOf } from './tree-ref';

const ROOT = /^(?:library:[\w-]+|input:[\w-]*)(?=\/|$)/;

/** A file that only Darkroom's server can give, as files of ComfyUI's are named. */
export function treeRef(type: 'output' | 'input', { tree, folder }: TreePlace, filename: string): FileRef {
  return { type, subfolder: `library:${tree}${folder && `/${folder}`}`, filename };
}

/** Whether ComfyUI knows nothing of a file of the gallery, so that it must be uploaded before a job can read it. */
export function isOutsideComfy(ref: Pick<FileRef, 'subfolder'>): boolean {
  return isOnDevice(ref) || treePlaceOf(ref) !== null;
}

/**
 * The folder of a file among all folders there are, `/` between names: below the output folder, `library:ID/…` in
 * another one, `input:/…` below ComfyUI's input folder, and `input:ID/…` in another one with inputs.
 */
export function folderPath({ type, subfolder }: { type: FolderType; subfolder: string }): string {
  const place = treePlaceOf({ subfolder });
  const folder = place?.folder ?? subfolder.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '');
  const root = type === 'input' ? `input:${place?.tree ?? ''}` : place ? `library:${place.tree}` : '';
  return root && folder ? `${root}/${folder}` : root + folder;
}

/** What such paths begin with in a tree of the library; empty for ComfyUI's output folder. */
export function rootOfTree({
  id,
  kind,
}: {
  id: string;
  kind: 'output' | 'input' | 'other' | 'other-input';
}): string {
  return { output: '', input: 'input:', other: `library:${id}`, 'other-input': `input:${id}` }[kind];
}

/** The same of a path; empty also for what is in no tree. */
export function rootOf(path: string): string {
  return ROOT.exec(path)?.[0] ?? '';
}

/** Whether such a path leads to inputs, which the gallery shows only when asked for. */
export function isInputPath(path: string): boolean {
  return rootOf(path).startsWith('input:');
}

/** Id of the tree of such a path, empty where it is ComfyUI's own folder, and the way below it. */
export function placeOfPath(path: string): TreePlace {
  const root = rootOf(path);
  return { tree: root.replace(/^\w+:/, ''), folder: root ? path.slice(root.length + 1) : path };
}

/** Such a path as people type it: `NAME:/…` in a tree whose name only that one has. */
export function typedPath(path: string): string {
  const root = rootOf(path);
  const name = rootNames.get(root) ?? '';
  return name !== '' && rootNamed(name) === root ? `${name}:${path.slice(root.length)}` : path;
}

/** The path behind what people typed. Text that names no tree stays as it is. */
export function pathTyped(text: string): string {
  const [prefix = '', name = ''] = /^([^:/]+):(?=\/|$)/.exec(text) ?? [];
  const root = name === '' ? undefined : rootNamed(name);
  return root === undefined ? text : root + text.slice(prefix.length);
}

/** The root of this name; `undefined` where none has it, or several have. */
function rootNamed(name: string): string | undefined {
  const [root, ...others] = [...rootNames].filter(([, each]) => each === name);
  return /[:/"\\]/.test(name) || others.length > 0 ? undefined : root?.[0];
}
