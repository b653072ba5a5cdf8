import { join } from 'node:path';

import type { AddressList } from '../ports/share-wire';
import type { ComfyAddress } from './comfy-url';
import { DeviceSockets } from './device-sockets';
import { DarkroomError, quietly } from './errors';
import { MarkStore } from './library/mark-store';
import { addressList, type Reach } from './lan/addresses';
import { type ComfyWatch, watchComfy } from './live/comfy-watch';
import { PictureService, type PictureServiceOptions } from './pictures/picture-service';
import { DeviceStore } from './shares/device-store';
import { ShareHub } from './shares/share-hub';
import { ShareStore } from './shares/share-store';
import { tokenSeal } from './shares/secrets';
import { type Database, openDatabase } from './store/database';

/** Bytes of pictures kept on disk unless told otherwise. */
const CACHE_BYTES = 2 * 1024 ** 3;
/** Pictures of a link that are made before somebody asks. */
const PREPARED = 300;
/** How long news about the sizes of pictures is gathered before guests are told, ms. */
const GATHER_MS = 500;

export interface SharingOptions {
  /** Folder of the database and of the pictures kept for guests. */
  dataDir: string;
  comfy: ComfyAddress;
  /** See `PictureServiceOptions`. */
  askLibrary?: PictureServiceOptions['askLibrary'];
  /** Bytes of pictures kept on disk; 2 GB by default. */
  cacheBytes?: number | undefined;
}

/** All that sharing consists of, for the doors. */
export interface Sharing {
  store: ShareStore;
  /** Marks of files by their content. */
  marks: MarkStore;
  hub: ShareHub;
  devices: DeviceStore;
  deviceSockets: DeviceSockets;
  pictures: PictureService;
  watch: ComfyWatch;
  /** What the owner should know about the database. */
  notices: readonly string[];
  /** How the door to the network is reached; `null` while there is none. */
  reach: Reach | null;
  addresses(): AddressList;
  /** Tells everybody that a link or its files have changed. */
  changed(share: string): void;
  /** Ends a link: its guests are out, and what was kept of its pictures is removed. @returns whether there was one. */
  stop(share: string): boolean;
  close(): void;
}

/**
 * Opens what sharing needs in a data folder.
 * @throws DarkroomError `no_database`.
 */
export async function openSharing(options: SharingOptions): Promise<Sharing> {
  const { dataDir } = options;
  const database = await openDatabase(dataDir);
  try {
    return assemble(database, options);
  } catch (error) {
    database.close();
    throw new DarkroomError('no_database', `The data folder ${dataDir} cannot be used: ${String(error)}.`);
  }
}

function assemble(database: Database, { dataDir, comfy, askLibrary, cacheBytes }: SharingOptions): Sharing {
  const stale = new Set<string>();
  let isClosed = false;
  // What can fail comes before what has to be stopped again.
  const store = new ShareStore(database, tokenSeal(dataDir));
  const pictures = new PictureService({
    comfy,
    askLibrary,
    folder: join(dataDir, 'pictures'),
    cap: cacheBytes ?? CACHE_BYTES,
    onMeasured: (item, size, kind) => {
      store.measured(item.id, size, kind);
      stale.add(item.share);
    },
    onRecognised: (item, mark) => {
      store.recognise(item.id, mark);
    },
  });
  const hub = new ShareHub(store);
  const gathering = setInterval(() => {
    quietly(() => {
      stale.forEach((share) => {
        hub.tellItems(share);
      });
      stale.clear();
    });
  }, GATHER_MS).unref();
  const prepare = oneAtATime(async (share: string): Promise<void> => {
    for (const { id } of store.items(share).slice(0, PREPARED)) {
      // The link may have been stopped, or the server, since the one before.
      const item = isClosed ? null : store.item(share, id);
      if (item) {
        await pictures.prepare(item);
      }
    }
    for (const id of store.unrecognised(share)) {
      const item = isClosed ? null : store.item(share, id);
      if (item && !(await pictures.recognise(item))) {
        // ComfyUI is off: the others are looked at once somebody asks for them.
        return;
      }
    }
  });
  store.onRemoved = (ids) => {
    pictures.forget(ids).catch(() => undefined);
  };
  const watch = watchComfy(comfy, { store, hub }, (share) => {
    sharing.changed(share);
  });
  hub.onGuests = () => {
    quietly(watch.review);
  };
  const sharing: Sharing = {
    store,
    marks: new MarkStore(database),
    hub,
    devices: new DeviceStore(database),
    deviceSockets: new DeviceSockets(),
    pictures,
    watch,
    notices: database.notices,
    reach: null,
    addresses: () => ({
      lan: sharing.reach !== null,
      addresses: sharing.reach ? addressList(sharing.reach) : [],
    }),
    changed: (share) => {
      hub.tellOwner({ type: 'shares-changed' });
      const state = store.link(share)?.state;
      if (state === 'expired') {
        hub.end(share, 'expired');
      } else if (state === 'open') {
        hub.tellItems(share);
        prepare(share);
      }
      watch.review();
    },
    stop: (share) => {
      const items = store.itemIds(share);
      const wasOpen = store.stop(share);
      if (wasOpen) {
        hub.end(share, 'stopped');
        hub.tellOwner({ type: 'shares-changed' });
        void pictures.forget(items);
        watch.review();
      }
      return wasOpen;
    },
    close: () => {
      isClosed = true;
      clearInterval(gathering);
      watch.close();
      pictures.close();
      hub.close();
      database.close();
    },
  };
  watch.review();
  return sharing;
}

/** Runs work once per key at a time; asked again meanwhile, once more afterwards. A failure is nobody's: see `quietly`. */
function oneAtATime(work: (key: string) => Promise<void>): (key: string) => void {
  const again = new Map<string, boolean>();
  const run = (key: string): void => {
    if (again.has(key)) {
      again.set(key, true);
      return;
    }
    again.set(key, false);
    work(key)
      .catch(() => undefined)
      .finally(() => {
        const isAsked = again.get(key) ?? false;
        again.delete(key);
        if (isAsked) {
          run(key);
        }
      });
  };
  return run;
}
