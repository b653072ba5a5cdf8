import { describe, expect, it, vi } from 'vitest';
import { outageWords, type Servers } from './outage-words';

const servers: Servers = {
  host: 'darkroom',
  comfy: 'http://127.0.0.1:40123',
  page: 'http://localhost:8198',
  isDemo: false,
};

describe('what is said while a server is away', () => {
  it('blames ComfyUI, at the address the proxy tried, when Darkroom answers', () => {
    const words = outageWords({ state: 'off', missing: 'comfyui', address: 'http://gpu:8188' }, servers);
    expect(words.title).toBe('ComfyUI does not answer');
    expect(words.lines.join()).toContain('http://gpu:8188');
    expect(words.lines.join()).toContain('python main.py');
    expect(words.lines.join()).toContain('npm run demo');
  });

  it('blames Darkroom’s own server, at the address of the page, when nothing answers', () => {
    vi.stubEnv('DEV', false);
    const off = { state: 'off', missing: 'darkroom', address: 'http://127.0.0.1:40123' } as const;
    const words = outageWords(off, servers);
    expect(words.title).toMatch(/^Darkroom/);
    expect(words.lines.join()).toContain('http://localhost:8198');
    expect(words.lines.join()).toContain('npm start');
    expect(words.lines.join()).not.toMatch(/40123|python|ComfyUI/);
    expect(outageWords(off, { ...servers, isDemo: true }).lines.join()).toContain('npm run demo');
    vi.stubEnv('DEV', true);
    expect(outageWords(off, servers).lines.join()).toContain('npm run dev');
    vi.unstubAllEnvs();
  });

  it('speaks of ComfyUI alone where ComfyUI serves the page', () => {
    const hosted: Servers = {
      ...servers,
      host: 'comfyui',
      comfy: 'http://gpu:8188',
      page: 'http://gpu:8188',
    };
    const words = outageWords({ state: 'off', missing: 'comfyui', address: null }, hosted);
    expect(words.title).toBe('ComfyUI does not answer');
    expect(words.lines.join()).toContain('http://gpu:8188');
    expect(words.lines.join()).not.toMatch(/--comfy|npm|Darkroom/);
  });
});
