import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerKnowledge } from '../comfy/capabilities';
import { rememberMissing } from './missing-routes';

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

/** A server as a new visit finds it: it has said what it is, and nothing of its routes. */
function visit(version: string | null, address = 'http://comfy'): ServerKnowledge {
  const server = new ServerKnowledge();
  server.takeStats({
    system: { comfyui_version: version ?? undefined, python_version: '3.12' },
    devices: [],
  });
  rememberMissing(server, address);
  return server;
}

const NO_JOBS = { method: 'GET', path: '/api/jobs', status: 404 };

describe('routes a server lacks', () => {
  it('are not asked for at the next visit', () => {
    visit('0.3.64').takeAnswer(NO_JOBS);
    expect(visit('0.3.64').current.routes.jobs).toBe(false);
  });

  it('are remembered of servers that tell no version, too', () => {
    visit(null).takeAnswer(NO_JOBS);
    expect(visit(null).current.routes.jobs).toBe(false);
  });

  it('are asked for again when the server was updated', () => {
    visit('0.3.64').takeAnswer(NO_JOBS);
    expect(visit('0.33.0').current.routes.jobs).toBeNull();
    expect(visit('0.33.0').current.routes.jobs).toBeNull();
  });

  it('are those of one address', () => {
    visit('0.3.64').takeAnswer(NO_JOBS);
    expect(visit('0.3.64', 'http://other').current.routes.jobs).toBeNull();
  });

  it('stay missing while a connection begins anew, until the server says that it is another', () => {
    const server = visit('0.3.64');
    server.takeAnswer(NO_JOBS);
    server.reset();
    expect(server.current.routes.jobs).toBe(false);
    server.takeStats({ system: { comfyui_version: '0.33.0', python_version: '3.12' }, devices: [] });
    expect(server.current.routes.jobs).toBeNull();
  });

  it('are asked for again where a proxy may have kept documents away', () => {
    visit('0.3.64').takeAnswer({ method: 'POST', path: '/userdata/a.json', status: 405 });
    expect(visit('0.3.64').current.routes.userdata).toBeNull();
  });

  it('are found again by an answer', () => {
    const server = visit('0.3.64');
    server.takeAnswer(NO_JOBS);
    server.takeAnswer({ ...NO_JOBS, status: 200 });
    expect(visit('0.3.64').current.routes.jobs).toBeNull();
  });

  it('are none where the browser keeps something else under that name', () => {
    kept.set('darkroom.missing-routes http://comfy', '{"server":5,"missing":"jobs"}');
    expect(visit('0.3.64').current.routes.jobs).toBeNull();
  });
});
