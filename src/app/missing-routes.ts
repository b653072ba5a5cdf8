import { Stored, readObject } from '../base/stored';
import type { OptionalRoute, ServerCapabilities, ServerKnowledge } from '../comfy/capabilities';

/** What was found missing, and of which server. */
interface Found {
  /** Versions of ComfyUI, Python and PyTorch: with another of them the routes may be there. */
  server: string;
  missing: OptionalRoute[];
}

/**
 * Remembers in this browser which routes a server lacks, so that each is asked for once and not at every visit: the
 * answer is an error in the console and a line in the server's log. Forgets it when the server is another.
 */
export function rememberMissing(server: ServerKnowledge, address: string): () => void {
  const stored = new Stored<Found>(`darkroom.missing-routes ${address}`, { read: readFound });
  const assume = (): void => {
    const { server: of, missing } = stored.load();
    const now = nameOf(server.current);
    if (now === null || now === of) {
      server.assumeMissing(missing);
    }
  };
  const keep = (): void => {
    const now = nameOf(server.current);
    if (now === null) {
      return;
    }
    const known = stored.load();
    const missing = listMissing(server.current);
    if (known.server !== now) {
      // Found missing in another version: to be asked for once more.
      server.doubt(known.missing);
      stored.save({ server: now, missing: missing.filter((route) => !known.missing.includes(route)) });
    } else if (missing.join() !== known.missing.join()) {
      stored.save({ server: now, missing });
    }
  };
  assume();
  keep();
  const stops = [server.onChange(keep), server.onReconnect(assume)];
  return () => stops.forEach((stop) => stop());
}

function readFound(stored: unknown): Found {
  const { server, missing } = readObject(stored);
  return {
    server: typeof server === 'string' ? server : '',
    missing: Array.isArray(missing)
      ? missing.filter((route): route is OptionalRoute => typeof route === 'string')
      : [],
  };
}

/** `null` before the server has said anything of itself. */
function nameOf({ version, pythonVersion, pytorchVersion }: ServerCapabilities): string | null {
  return pythonVersion === null ? null : [version, pythonVersion, pytorchVersion].join(' ');
}

/** Not those for documents: a proxy may have kept them away, and who mends it should not have to know of this. */
function listMissing({ routes }: ServerCapabilities): OptionalRoute[] {
  return (Object.keys(routes) as OptionalRoute[]).filter(
    (route) => routes[route] === false && route !== 'userdata',
  );
}
