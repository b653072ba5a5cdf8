import type { FileRef } from './file-ref';

/**
 * Where files of this device are in place of a folder of the server's. No server has such a folder: the colon cannot
 * be part of a name on Windows, and nobody makes one elsewhere.
 */
const PLACE = 'device:';
/** What the ids of their pictures begin with, and their content keys. */
export const DEVICE_ID = 'device-';

/** Whether a picture, or its key in links, stands for a file on this device. */
export function isDeviceId(id: string): boolean {
  return id.startsWith(DEVICE_ID);
}

/** A file of a folder on this device, as pictures of the server are named. @param folder `/` between names. */
export function deviceRef(folder: string, filename: string): FileRef {
  return { type: 'output', subfolder: PLACE + folder, filename };
}

/** Whether a file is one of a folder on this device, which no server has. */
export function isOnDevice({ subfolder }: Pick<FileRef, 'subfolder'>): boolean {
  return subfolder.startsWith(PLACE);
}

/** The folder on this device that a file is in, `/` between names. */
export function deviceFolderOf({ subfolder }: Pick<FileRef, 'subfolder'>): string {
  return subfolder.slice(PLACE.length);
}
