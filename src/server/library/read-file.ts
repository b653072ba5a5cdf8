import { systemCode } from '../errors';
import { DiskFile, type DiskPath } from './disk-file';
import { formatOf, isWhole } from './file-format';
import { type FileMaking, readMaking } from './file-making';
import type { Reading } from './index-store';
import { measureFile } from './measure-file';
import { DAMAGED_AFTER_MS, QUIET_MS, type State } from './waiting-files';

/** What became of reading a file. */
export type ReadResult =
  | { got: 'reading'; reading: Reading }
  /** It may still be written to. */
  | { got: 'half'; state: State }
  | { got: 'nothing'; why: 'gone' | 'unreadable' };

/**
 * Reads what the library knows of a file from its beginning and its end.
 * @param quietFor tells for how long the file has not changed, ms: one that lacks its end is damaged after a while.
 */
export async function readLibraryFile(
  path: DiskPath,
  name: string,
  quietFor: (state: State) => number,
): Promise<ReadResult> {
  let file: DiskFile;
  try {
    file = new DiskFile(path);
  } catch (error) {
    const isGone = ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
    return { got: 'nothing', why: isGone ? 'gone' : 'unreadable' };
  }
  try {
    const format = formatOf(file.head);
    const { length: size, modified } = file;
    const whole = isWhole(file, format);
    if (whole !== true && quietFor({ size, modified }) < (whole === null ? QUIET_MS : DAMAGED_AFTER_MS)) {
      return { got: 'half', state: { size, modified } };
    }
    const extent = await measureFile(file, format);
    const making = await makingOf(file, format, name);
    return { got: 'reading', reading: { key: file.contentKey(), size, modified, format, making, ...extent } };
  } catch (error) {
    if (systemCode(error) === undefined) {
      throw error;
    }
    return { got: 'nothing', why: 'unreadable' };
  } finally {
    file.close();
  }
}

/** A graph can be built to be deeper than the call stack; the file is in the library all the same. */
async function makingOf(...file: Parameters<typeof readMaking>): Promise<FileMaking | null> {
  try {
    return await readMaking(...file);
  } catch (error) {
    if (error instanceof RangeError) {
      return null;
    }
    throw error;
  }
}
