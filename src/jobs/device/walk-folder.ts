import { mediaOf } from '../state/outputs';

/** A file of a folder on this device. */
export interface FolderFile {
  file: File;
  /** The folder it is in below the one that was opened; `/` between names, empty for that one itself. */
  folder: string;
}

/** As much of a dropped file or folder as is used. */
export type DroppedEntry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name' | 'fullPath'>;

/** Files and folders that somebody brought, and what to call them: the folder, or nothing for several. */
export interface Brought {
  name: string;
  files: AsyncIterable<FolderFile> | Iterable<FolderFile>;
}

/**
 * A folder that was dropped, or several files. To be called while the event lasts: nothing can be had of it later.
 * @returns `null` when it is for somebody else: a single file, or text.
 */
export function droppedFolder(
  transfer: Pick<DataTransfer, 'items' | 'files'> | null,
  failed: (error: unknown) => void,
): Brought | null {
  const entries = [...(transfer?.items ?? [])].flatMap((item) =>
    item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : [],
  );
  const [first] = entries;
  if (first && (entries.length > 1 || first.isDirectory)) {
    return { name: rootOf(entries), files: walkEntries(entries, failed) };
  }
  // Not everything that is dropped has an entry.
  const files = [...(transfer?.files ?? [])];
  return entries.length === 0 && files.length > 1 ? chosenFolder(files) : null;
}

/** What `<input webkitdirectory>` gives: the files of a folder, with those of all folders in it. */
export function chosenFolder(files: readonly File[]): Brought {
  const name = files[0]?.webkitRelativePath?.split('/')[0] ?? '';
  return { name, files: walkFiles(files, name) };
}

/** The name of the folder, if it is one alone. */
function rootOf(entries: readonly FileSystemEntry[]): string {
  return entries.length === 1 && entries[0]?.isDirectory ? entries[0].name : '';
}

/** Pictures and videos of dropped files and folders, with all folders in them; those that cannot be read are left out. */
async function* walkEntries(
  entries: readonly FileSystemEntry[],
  failed: (error: unknown) => void,
): AsyncGenerator<FolderFile> {
  const root = rootOf(entries);
  const due = [...entries];
  for (let entry = due.shift(); entry; entry = due.shift()) {
    try {
      if (isFolder(entry)) {
        if (!isHidden(entry.name)) {
          due.unshift(...(await childrenOf(entry)));
        }
      } else if (isWanted(entry.name)) {
        const file = await fileOf(entry as FileSystemFileEntry);
        yield { file, folder: folderOf(entry.fullPath.slice(1), root) };
      }
    } catch (error) {
      failed(error);
    }
  }
}

/** The same of files, which somebody has looked for already. */
function* walkFiles(files: readonly File[], root: string): Generator<FolderFile> {
  for (const file of files) {
    const folder = folderOf(file.webkitRelativePath, root);
    if (isWanted(file.name) && !folder.split('/').some(isHidden)) {
      yield { file, folder };
    }
  }
}

/** @param root of the path, which is left out. */
function folderOf(path: string, root: string): string {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return root === '' ? folder : folder.slice(root.length + 1);
}

function isWanted(filename: string): boolean {
  const media = mediaOf({ type: 'output', subfolder: '', filename });
  return !isHidden(filename) && (media === 'image' || media === 'video');
}

/** Such as what macOS and synchronising programs leave beside files. */
function isHidden(name: string): boolean {
  return name.startsWith('.');
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** A browser gives at most a hundred at a time, and nothing at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) {
      return children;
    }
    children.push(...batch);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
