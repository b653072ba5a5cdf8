import { describe, expect, it } from 'vitest';
import { chosenFolder, droppedFolder } from './walk-folder';

type Tree = { [name: string]: Tree | 'file' | 'locked' };

/** Entries as browsers give them: a hundred children at a time. */
function entry(name: string, node: Tree | 'file' | 'locked', parent = ''): FileSystemEntry {
  const fullPath = `${parent}/${name}`;
  if (typeof node === 'string') {
    const file = (resolve: (file: File) => void, reject: (error: Error) => void): void =>
      node === 'locked' ? reject(new Error('locked')) : resolve(new File(['x'], name));
    return { isFile: true, isDirectory: false, name, fullPath, file } as unknown as FileSystemEntry;
  }
  const children = Object.entries(node).map(([child, below]) => entry(child, below, fullPath));
  const createReader = (): unknown => {
    const due = [...children];
    return { readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(due.splice(0, 100)) };
  };
  return { isFile: false, isDirectory: true, name, fullPath, createReader } as unknown as FileSystemEntry;
}

async function walked(entries: FileSystemEntry[], failed = (): void => undefined): Promise<string[]> {
  const found: string[] = [];
  for await (const { file, folder } of droppedFolder(transfer(...entries), failed)?.files ?? []) {
    found.push(`${folder}|${file.name}`);
  }
  return found;
}

function chosen(path: string): File {
  const file = new File(['x'], path.split('/').at(-1) ?? '');
  return Object.defineProperty(file, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
}

function transfer(...entries: FileSystemEntry[]): DataTransfer {
  const items = entries.map((each) => ({ kind: 'file', webkitGetAsEntry: () => each }));
  return { items, files: [] } as unknown as DataTransfer;
}

const nothing = (): void => undefined;

describe('what was dropped', () => {
  it('is a folder or several files, never one file or text', () => {
    const [a, b] = [entry('a.png', 'file'), entry('b.png', 'file')];
    expect(droppedFolder(transfer(entry('holiday', {})), nothing)).not.toBeNull();
    expect(droppedFolder(transfer(a, b), nothing)).not.toBeNull();
    expect(droppedFolder(transfer(a), nothing)).toBeNull();
    expect(droppedFolder(transfer(), nothing)).toBeNull();
    expect(droppedFolder(null, nothing)).toBeNull();
  });

  it('is taken file by file where it has no entries', () => {
    const items = [{ kind: 'file', webkitGetAsEntry: () => null }];
    const files = [chosen('a.png'), chosen('b.png')];
    const several = droppedFolder({ items, files } as unknown as DataTransfer, nothing);
    expect([...((several?.files ?? []) as Iterable<{ file: File }>)].map(({ file }) => file)).toEqual(files);
    expect(droppedFolder({ items, files: files.slice(1) } as unknown as DataTransfer, nothing)).toBeNull();
  });

  it('is called after its folder, if it is one alone', () => {
    const nameOf = (...entries: FileSystemEntry[]): string | undefined =>
      droppedFolder(transfer(...entries), nothing)?.name;
    expect(nameOf(entry('holiday', {}))).toBe('holiday');
    expect(nameOf(entry('a', {}), entry('b', {}))).toBe('');
    expect(nameOf(entry('a.png', 'file'), entry('b.png', 'file'))).toBe('');
  });
});

describe('walking', () => {
  it('finds pictures and videos in all folders, and leaves out hidden and other files', async () => {
    const holiday = entry('holiday', {
      'a.png': 'file',
      '.DS_Store': 'file',
      '._a.png': 'file',
      'notes.txt': 'file',
      '.trash': { 'gone.png': 'file' },
      day: { 'b.webp': 'file', deep: { 'c.MP4': 'file' } },
    });
    expect(await walked([holiday])).toEqual(['|a.png', 'day|b.webp', 'day/deep|c.MP4']);
  });

  it('reads a folder to its end, a hundred files at a time', async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${i}.png`, 'file' as const]));
    expect(await walked([entry('many', many)])).toHaveLength(250);
  });

  it('keeps apart folders that were dropped together', async () => {
    const found = await walked([entry('a', { '1.png': 'file' }), entry('b', { '1.png': 'file' })]);
    expect(found).toEqual(['a|1.png', 'b|1.png']);
  });

  it('goes on after what cannot be read, and tells of it', async () => {
    let failed = 0;
    const found = await walked([entry('x', { 'a.png': 'locked', 'b.png': 'file' })], () => (failed += 1));
    expect(found).toEqual(['|b.png']);
    expect(failed).toBe(1);
  });

  it('takes what a chooser gives in the same way', () => {
    const paths = ['x/a.png', 'x/day/b.jpg', 'x/.git/c.png', 'x/readme.md'];
    const { name, files } = chosenFolder(paths.map(chosen));
    expect(name).toBe('x');
    expect(
      [...(files as Iterable<{ file: File; folder: string }>)].map(
        ({ file, folder }) => `${folder}|${file.name}`,
      ),
    ).toEqual(['|a.png', 'day|b.jpg']);
  });
});
