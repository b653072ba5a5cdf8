import * as v from 'valibot';
import type { ComfyClient } from './client';
import { ComfyError } from './errors';
import { type FileRef, fileRefKey, parseAnnotated } from './file-ref';

/** A page of GET /api/assets (API reference 2.5); `preview_url` is the file's address below `/view`. */
const pageSchema = v.object({
  assets: v.array(
    v.object({
      id: v.fallback(v.nullish(v.string(), null), null),
      preview_url: v.fallback(v.nullish(v.string(), null), null),
    }),
  ),
  has_more: v.fallback(v.boolean(), false),
  next_cursor: v.fallback(v.nullish(v.string(), null), null),
});

const namesSchema = v.array(v.string());

/** A file of the output folder that the server keeps as an asset. */
interface Asset {
  id: string | null;
  ref: FileRef;
}

/**
 * What became of a file that the server was asked to delete. `kept`: it left the server's list only, which is what
 * ComfyUI 0.33.0 does (API reference 2.5). `unlisted`: the server has no asset of it, and did nothing.
 */
export type Deletion = 'deleted' | 'kept' | 'unlisted';

/**
 * Files of the output folder, the newest first: all of them where the server keeps assets, else those at its top
 * level (API reference 2.2, 2.5). Empty where it lists none.
 * @throws ComfyError when the server does not answer, or with something else.
 */
export async function listOutputFiles(
  client: Pick<ComfyClient, 'optionalJson' | 'server'>,
  signal?: AbortSignal,
): Promise<FileRef[]> {
  if (client.server.current.assets === true) {
    return (await listAssets(client, {}, signal)).map(({ ref }) => ref);
  }
  const path = '/internal/files/output';
  const names = await client.optionalJson(path, signal);
  return read(path, namesSchema, names ?? []).map((name) => parseAnnotated(name, 'output'));
}

/**
 * Has the server delete a file of the output folder, and looks whether it is gone.
 * @throws ComfyError when the server does not answer, or refuses.
 */
export async function deleteOutputFile(
  client: Pick<ComfyClient, 'optionalJson' | 'deleteAsset' | 'stat'>,
  ref: FileRef,
): Promise<Deletion> {
  const key = fileRefKey(ref);
  const named = await listAssets(client, { name_contains: ref.filename });
  // A file that was registered more than once stays for as long as one of its assets does.
  const ids = named.flatMap((asset) => (fileRefKey(asset.ref) === key ? (asset.id ?? []) : []));
  for (const id of ids) {
    await client.deleteAsset(id);
  }
  return ids.length === 0 ? 'unlisted' : (await client.stat(ref)) === null ? 'deleted' : 'kept';
}

async function listAssets(
  client: Pick<ComfyClient, 'optionalJson'>,
  filter: Record<string, string>,
  signal?: AbortSignal,
): Promise<Asset[]> {
  const path = '/api/assets';
  const assets: Asset[] = [];
  let after: string | null = null;
  do {
    const query = new URLSearchParams({ tags_all: 'output', sort: 'created_at', limit: '500', ...filter });
    if (after !== null) {
      query.set('after', after);
    }
    const answer = await client.optionalJson(`${path}?${query.toString()}`, signal);
    if (answer === null) {
      break;
    }
    const page: v.InferOutput<typeof pageSchema> = read(path, pageSchema, answer);
    assets.push(
      ...page.assets.flatMap(({ id, preview_url }) => {
        const ref = asViewed(preview_url);
        return ref ? { id, ref } : [];
      }),
    );
    // A cursor that does not move would be asked for ever.
    after = page.has_more && page.next_cursor !== after ? page.next_cursor : null;
  } while (after !== null);
  return assets;
}

function read<T>(path: string, schema: v.GenericSchema<unknown, T>, answer: unknown): T {
  const checked = v.safeParse(schema, answer);
  if (!checked.success) {
    throw new ComfyError('invalid', 'the answer has another shape', { path });
  }
  return checked.output;
}

/** The file that an address below `/view` is of; `null` when it is none of the output folder. */
function asViewed(address: string | null): FileRef | null {
  const query = new URLSearchParams(address?.split('?')[1]);
  const filename = query.get('filename') ?? '';
  return filename !== '' && query.get('type') === 'output'
    ? { filename, subfolder: query.get('subfolder') ?? '', type: 'output' }
    : null;
}
