import { report } from '../../base/report';
import { deviceRef } from '../../comfy/device-ref';
import { t } from '../../i18n/index.svelte';
import type { DeviceFolder } from '../../jobs/device/device-folder.svelte';
import { type DeviceFolders, deviceFoldersOf } from '../../jobs/device/device-folders.svelte';
import { type Brought, chosenFolder, droppedFolder } from '../../jobs/device/walk-folder';
import { ALL, print } from '../../jobs/library/search/query';
import { complain, say } from '../../ui/toasts.svelte';
import { inFolder } from '../folders/asked-folder';
import type { GalleryRoom } from '../gallery-room.svelte';

type Room = Pick<GalleryRoom, 'jobs' | 'pictures' | 'search'>;

/** The folders of this device that are in the gallery. */
export function foldersOf({ jobs, pictures }: Pick<Room, 'jobs' | 'pictures'>): DeviceFolders {
  return deviceFoldersOf(jobs, pictures);
}

/** Takes a dropped folder, or several files; leaves a single file to whoever opens it. */
export function takeDrop(room: Room, event: DragEvent): void {
  if (!event.defaultPrevented) {
    const brought = droppedFolder(event.dataTransfer, (error) => report(error, 'device-folders.walk'));
    if (brought) {
      event.preventDefault();
      void open(room, brought);
    }
  }
}

/** Takes what was chosen: the files of a folder, with those of all folders in it. */
export function takeFiles(room: Room, files: readonly File[]): void {
  void open(room, chosenFolder(files));
}

async function open(room: Room, brought: Brought): Promise<void> {
  const name = brought.name || t('search.device.loose');
  const opened = await foldersOf(room).open(name, brought.files);
  if (opened.outcome === 'empty') {
    complain(t('search.device.empty', { name }));
  } else if (opened.outcome === 'known') {
    say(t('search.device.allKnown', { name }));
  }
}

/** What is searched for where only the pictures of a folder are shown. */
export function queryOf({ name }: Pick<DeviceFolder, 'name'>): string {
  return print(inFolder(ALL, deviceRef(name, '').subfolder, false));
}

/** Takes a folder out of the gallery, and the search for it away. */
export function close(room: Room, folder: DeviceFolder): void {
  if (room.search?.text === queryOf(folder)) {
    room.search.clear();
  }
  foldersOf(room).close(folder);
}
