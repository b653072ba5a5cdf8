import { deviceFolderOf, deviceRef, isOnDevice } from '../../comfy/device-ref';
import { without } from '../../jobs/library/search/facets';
import { and, conditions, type Query } from '../../jobs/library/search/query';

type FolderTerm = Extract<Query, { kind: 'folder' }>;

/** People ask for `is:device`, and for the folder by its name. */
const ON_DEVICE: Query = { kind: 'flag', field: 'is', flag: 'device' };

const asksForDevice = (part: Query): boolean => part.kind === 'flag' && part.flag === 'device';

/** The folder a query asks for, by its path in the tree; `null` when it asks for none, or for one of several. */
export function askedFolder(query: Query): Pick<FolderTerm, 'path' | 'only'> | null {
  const parts = conditions(query);
  const asked = parts.filter((part): part is FolderTerm => part.kind === 'folder');
  const [term] = asked;
  if (!term || asked.length > 1) {
    return null;
  }
  const { path, only } = term;
  return { path: parts.some(asksForDevice) ? deviceRef(path, '').subfolder : path, only };
}

/** The query for another folder, by its path in the tree; the rest of it stays. */
export function inFolder(query: Query, path: string, only: boolean): Query {
  const before = conditions(without(query, 'folder'));
  // Without a folder, `is:device` is a wish of its own.
  const rest = and(askedFolder(query) ? before.filter((part) => !asksForDevice(part)) : before);
  if (path === '' && !only) {
    return rest;
  }
  return isOnDevice({ subfolder: path })
    ? and([rest, ON_DEVICE, { kind: 'folder', path: deviceFolderOf({ subfolder: path }), only }])
    : and([rest, { kind: 'folder', path, only }]);
}

/** A folder of the tree, or its path, as people read it. */
export function displayFolder(path: string): string {
  return isOnDevice({ subfolder: path }) ? deviceFolderOf({ subfolder: path }) : path;
}
