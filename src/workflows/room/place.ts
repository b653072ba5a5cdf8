import { type FileRef, isFolderType } from '../../comfy/file-ref';
import { routes } from '../../ui/routes';

/** Where an open form comes from. Its address says so, and survives a reload. */
export type Place =
  /** A form saved under a name. */
  | { kind: 'form'; id: string }
  /** A file or text somebody brought, kept by this browser. */
  | { kind: 'kept'; id: string }
  /** The graph of a job, or of a file it made. */
  | { kind: 'job'; id: string; file: FileRef | null }
  /** A workflow ComfyUI's editor saved, by its path below `workflows/`. */
  | { kind: 'server'; path: string }
  /** A template: of ComfyUI itself with an empty `pack`, or of a node pack. */
  | { kind: 'template'; pack: string; name: string }
  /** A subgraph that the server offers to all workflows. */
  | { kind: 'blueprint'; id: string };

/** The route of a form. */
export function placeRoute(place: Place): string {
  switch (place.kind) {
    case 'job':
      return routes.openForm(place.id, place.file ?? undefined);
    case 'server':
      return open(place.kind, { path: place.path });
    case 'template':
      return open(place.kind, { pack: place.pack, name: place.name });
    case 'form':
    case 'kept':
    case 'blueprint':
      return open(place.kind, { id: place.id });
  }
}

function open(kind: string, about: Record<string, string>): string {
  return `/workflows/open/${kind}?${new URLSearchParams(about).toString()}`;
}

/** The place an address names; `null` for the list, and for addresses that name none. */
export function readPlace(location: string, querystring: string): Place | null {
  const kind = /^\/workflows\/open\/(\w+)\/?$/.exec(location)?.[1];
  const query = new URLSearchParams(querystring);
  const id = query.get('id') ?? '';
  switch (kind) {
    case 'form':
    case 'kept':
    case 'blueprint':
      return id === '' ? null : { kind, id };
    case 'job':
      return id === '' ? null : { kind, id, file: readFile(query) };
    case 'server': {
      const path = query.get('path') ?? '';
      return path === '' ? null : { kind, path };
    }
    case 'template': {
      const name = query.get('name') ?? '';
      return name === '' ? null : { kind, pack: query.get('pack') ?? '', name };
    }
    default:
      return null;
  }
}

function readFile(query: URLSearchParams): FileRef | null {
  const filename = query.get('filename');
  const type = query.get('type');
  return filename
    ? { filename, subfolder: query.get('subfolder') ?? '', type: isFolderType(type) ? type : 'output' }
    : null;
}
