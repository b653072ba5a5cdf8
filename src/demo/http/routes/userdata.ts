import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomUuid } from '../../../comfy/uuid';
import type { EngineState } from '../../engine-state';
import { isInside } from '../../files/folders';
import { guessType, isActiveType } from '../../files/mime';
import { readBody } from '../body';
import { empty, HttpStop, json, text, type Answer } from '../responses';
import type { Call, Router } from '../router';

/** /userdata and /v2/userdata (API notes §2.4). One user: `default`. */
export function addUserdataRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/userdata/{file}', ({ params }) => getFile(params.file ?? '', state));
  if (!state.era.userdata) {
    router.add('POST', '/userdata/{file}', (call) => overwriteFile(call, state));
    return;
  }
  router.add('GET', '/userdata', ({ query }) => listFiles(query, state));
  if (state.era.userdataTree) {
    router.add('GET', '/v2/userdata', ({ query }) => listTree(query, state));
  }
  router.add('POST', '/userdata/{file}', (call) => postFile(call, state));
  router.add('DELETE', '/userdata/{file}', async ({ params }) => {
    await unlink(await existing(params.file ?? '', state));
    return empty(204);
  });
  router.add('POST', '/userdata/{file}/move/{dest}', (call) => moveFile(call, state));
}

/** Root of the user's files. */
export function userRoot(state: EngineState): string {
  return path.join(state.folders.user, 'default');
}

/**
 * Absolute path of a user file; `null` if outside the folder. Its folder is made. A second layer of %-encoding is
 * decoded. In early 2024 neither: only the user's own folder is made.
 */
async function userPath(file: string, state: EngineState): Promise<string | null> {
  const root = userRoot(state);
  const late = state.era.userdata;
  const target = path.resolve(root, late && file.includes('%') ? unquote(file) : file);
  if (!isInside(root, target)) {
    return null;
  }
  await mkdir(late ? path.dirname(target) : root, { recursive: true });
  return target;
}

function unquote(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function allowed(file: string, state: EngineState): Promise<string> {
  const target = await userPath(file, state);
  if (target === null) {
    throw new HttpStop(empty(403));
  }
  return target;
}

async function existing(file: string, state: EngineState): Promise<string> {
  const target = await allowed(file, state);
  if (!existsSync(target)) {
    throw new HttpStop(empty(404));
  }
  return target;
}

function relative(from: string, to: string): string {
  return path.relative(from, to).replaceAll(path.sep, '/');
}

async function fileInfo(file: string, root: string, state: EngineState): Promise<Record<string, unknown>> {
  const { size, mtimeMs, ctimeMs } = await stat(file);
  const inMs = state.era.fileTimesInMs;
  return {
    path: relative(root, file),
    size,
    modified: inMs ? Math.floor(mtimeMs) : mtimeMs / 1000,
    created: inMs ? Math.floor(ctimeMs) : ctimeMs / 1000,
  };
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true';
}

async function listFiles(query: URLSearchParams, state: EngineState): Promise<Answer> {
  const directory = query.get('dir') ?? '';
  if (directory === '') {
    return text('Directory not provided', 400);
  }
  const root = await userPath(directory, state);
  if (root === null) {
    return text('Invalid directory', 403);
  }
  if (!existsSync(root)) {
    return text('Directory not found', 404);
  }
  const files = await visibleFiles(root, isTrue(query, 'recurse'));
  if (isTrue(query, 'full_info')) {
    return json(await Promise.all(files.map((file) => fileInfo(file, root, state))));
  }
  const paths = files.map((file) => relative(root, file));
  return json(isTrue(query, 'split') ? paths.map((name) => [name, ...name.split('/')]) : paths);
}

/** Files as Python's glob finds them: nothing hidden, no folders. */
async function visibleFiles(folder: string, deep: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const full = path.join(folder, entry.name);
    if (entry.name.startsWith('.')) {
      continue;
    }
    if (entry.isFile()) {
      found.push(full);
    } else if (deep && entry.isDirectory()) {
      found.push(...(await visibleFiles(full, true)));
    }
  }
  return found;
}

async function listTree(query: URLSearchParams, state: EngineState): Promise<Answer> {
  const wanted = unquote(query.get('path') ?? '');
  const base = userRoot(state);
  const target = path.resolve(base, wanted);
  if (!isInside(base, target)) {
    return text('Invalid path requested', 400);
  }
  const info = await stat(target).catch(() => null);
  if (!info) {
    return target === base ? json([]) : text('Requested path not found', 404);
  }
  if (!info.isDirectory()) {
    return text('Requested path is not a directory', 400);
  }
  const entries = await readdir(target, { withFileTypes: true, recursive: true });
  const items = await Promise.all(
    entries.map(async (entry) => {
      const full = path.join(entry.parentPath, entry.name);
      const item = { name: entry.name, path: relative(base, full) };
      if (entry.isDirectory()) {
        return { ...item, type: 'directory' };
      }
      const { size, mtimeMs } = await stat(full);
      return { ...item, type: 'file', size, modified: mtimeMs / 1000 };
    }),
  );
  items.sort(
    (a, b) =>
      Number(a.type !== 'directory') - Number(b.type !== 'directory') ||
      (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1),
  );
  return json(items);
}

async function getFile(file: string, state: EngineState): Promise<Answer> {
  const target = await existing(file, state);
  const type = guessType(target) ?? 'application/octet-stream';
  if (!state.era.hardened) {
    return { status: 200, headers: { 'Content-Type': type }, body: null, file: target };
  }
  const isUserCss = target === path.join(userRoot(state), 'user.css');
  const shown = isActiveType(type) && !isUserCss ? 'application/octet-stream' : type;
  return {
    status: 200,
    headers: {
      'Content-Type': shown,
      'X-Content-Type-Options': 'nosniff',
      'Content-Disposition': isUserCss ? 'inline' : 'attachment',
    },
    body: null,
    file: target,
  };
}

async function describeFile(file: string, query: URLSearchParams, state: EngineState): Promise<Answer> {
  const root = userRoot(state);
  return json(isTrue(query, 'full_info') ? await fileInfo(file, root, state) : path.relative(root, file));
}

const BAD_NAME = 'Invalid filename. Please avoid special characters like :\\/*?"<>|';

async function postFile({ request, params, query }: Call, state: EngineState): Promise<Answer> {
  const target = await allowed(params.file ?? '', state);
  if (query.get('overwrite') === 'false' && existsSync(target)) {
    return text('File already exists', 409);
  }
  const body = await readBody(request);
  const draft = path.join(path.dirname(target), `tmp${randomUuid()}`);
  try {
    await writeFile(draft, body);
    await rename(draft, target);
  } catch {
    await rm(draft, { force: true });
    return { ...empty(400), reason: BAD_NAME };
  }
  return describeFile(target, query, state);
}

/** Early 2024: whatever the query says, and only into folders that are there. */
async function overwriteFile({ request, params }: Call, state: EngineState): Promise<Answer> {
  const target = await allowed(params.file ?? '', state);
  await writeFile(target, await readBody(request));
  return empty();
}

async function moveFile({ params, query }: Call, state: EngineState): Promise<Answer> {
  const source = await existing(params.file ?? '', state);
  const target = await allowed(params.dest ?? '', state);
  if (query.get('overwrite') === 'false' && existsSync(target)) {
    return text('File already exists', 409);
  }
  await rename(source, target);
  return describeFile(target, query, state);
}
