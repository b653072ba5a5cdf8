import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { parseExact, type ExactJson } from '../../../comfy/exact-json';
import { randomUuid } from '../../../comfy/uuid';
import type { EngineState } from '../../engine-state';
import { pythonJson } from '../../python/json';
import { readJson, readObject } from '../body';
import { empty, json, type Answer } from '../responses';
import type { Router } from '../router';
import { userRoot } from './userdata';

/** /users and /settings of a single-user server (API notes §2.4). */
export function addUserRoutes(router: Router, state: EngineState): void {
  router.add('GET', '/users', () => json({ storage: 'server', migrated: existsSync(userRoot(state)) }));
  router.add('POST', '/users', ({ request }) => addUser(request, state));
  router.add('GET', '/settings', async () => json(await readSettings(state)));
  router.add('GET', '/settings/{id}', async ({ params }) => {
    const settings = await readSettings(state);
    return json(settings[params.id ?? ''] ?? null);
  });
  router.add('POST', '/settings', async ({ request }) => {
    const added = await readObject(request);
    await writeSettings({ ...(await readSettings(state)), ...added }, state);
    return empty();
  });
  router.add('POST', '/settings/{id}', async ({ request, params }) => {
    const value = await readJson(request);
    await writeSettings({ ...(await readSettings(state)), [params.id ?? '']: value }, state);
    return empty();
  });
}

async function readObjectFile(file: string): Promise<Record<string, ExactJson>> {
  try {
    const content = parseExact(await readFile(file, 'utf8'));
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? content : {};
  } catch {
    return {};
  }
}

function settingsFile(state: EngineState): string {
  return path.join(userRoot(state), 'comfy.settings.json');
}

function readSettings(state: EngineState): Promise<Record<string, ExactJson>> {
  return readObjectFile(settingsFile(state));
}

async function writeSettings(settings: Record<string, ExactJson>, state: EngineState): Promise<void> {
  await mkdir(userRoot(state), { recursive: true });
  await writeFile(settingsFile(state), pythonJson(settings, 4));
}

async function addUser(request: IncomingMessage, state: EngineState): Promise<Answer> {
  const { username } = await readObject(request);
  if (typeof username !== 'string') {
    throw new TypeError('no username');
  }
  const file = path.join(state.folders.user, 'users.json');
  const users: Record<string, ExactJson> = { default: 'default', ...(await readObjectFile(file)) };
  const name = username.trim();
  const refusal = refuse(name, username, users, state);
  if (refusal !== null) {
    return json({ error: refusal }, 400);
  }
  const id = `${name.replace(/[^a-zA-Z0-9-_]+/g, '-')}_${randomUuid()}`;
  await writeFile(file, pythonJson({ ...users, [id]: name }));
  return json(id);
}

function refuse(
  name: string,
  username: string,
  users: Record<string, ExactJson>,
  state: EngineState,
): string | null {
  if (Object.values(users).includes(username)) {
    return 'Duplicate username.';
  }
  if (!state.era.hardened) {
    return null;
  }
  if (name === '') {
    return 'username not provided';
  }
  return name.startsWith('__') ? 'System User prefix not allowed' : null;
}
