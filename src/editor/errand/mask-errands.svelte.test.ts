import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { goTo, replaceRoute } from '../../ui/routes';
import { type MaskErrand, takeMask } from '../../workflows/mask-errand';
import { type ErrandRoom, MaskErrands } from './mask-errands.svelte';

vi.mock('../../ui/routes', async (load) => ({
  ...(await load<object>()),
  goTo: vi.fn(),
  replaceRoute: vi.fn(),
}));
vi.mock('../../ui/toasts.svelte', () => ({ complain: vi.fn() }));

const file = (filename: string): FileRef => ({ filename, subfolder: '', type: 'input' });
const ERRAND: MaskErrand = {
  form: '/workflows/open/form?id=1',
  title: 'Skies',
  node: '1',
  path: 'image',
  mask: null,
};

function open(bring: () => Promise<FileRef | null>) {
  const loadOnce = vi.fn(() => Promise.resolve());
  const room = {
    ref: file('photo.png'),
    session: { status: 'ready', picture: { ref: file('photo.png') }, mask: { empty: false } },
    run: { step: 'idle', failure: null, bringMasked: vi.fn(bring) },
    again: { loadOnce },
    staging: { show: vi.fn() },
  };
  const errands = new MaskErrands(room as unknown as ErrandRoom);
  errands.begin(ERRAND);
  return { errands, room, loadOnce };
}

beforeEach(() => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  vi.stubGlobal('sessionStorage', storage);
  vi.stubGlobal('localStorage', storage);
  vi.mocked(goTo).mockClear();
  vi.mocked(replaceRoute).mockClear();
});

describe('a mask painted for a form', () => {
  it('is left for the form, to which the page turns back', async () => {
    const { errands } = open(() => Promise.resolve(file('masked.png')));
    await errands.finish();
    expect(takeMask(ERRAND.form)).toMatchObject({ node: '1', path: 'image', file: file('masked.png') });
    expect(goTo).toHaveBeenCalledExactlyOnceWith(ERRAND.form);
    expect(errands.now).toBeNull();
  });

  it('stays here when it could not be sent', async () => {
    const { errands } = open(() => Promise.resolve(null));
    await errands.finish();
    expect(takeMask(ERRAND.form)).toBeNull();
    expect(goTo).not.toHaveBeenCalled();
    expect(errands.now).toEqual(ERRAND);
  });

  it('does not take the page away from whoever left the errand meanwhile', async () => {
    const { errands } = open(() => {
      errands.begin(null);
      return Promise.resolve(file('masked.png'));
    });
    await errands.finish();
    expect(takeMask(ERRAND.form)).toBeNull();
    expect(goTo).not.toHaveBeenCalled();
  });

  it('is not sent while nothing is painted', async () => {
    const { errands, room } = open(() => Promise.resolve(file('masked.png')));
    room.session.mask.empty = true;
    await errands.finish();
    expect(room.run.bringMasked).not.toHaveBeenCalled();
  });

  it('goes on from the mask the form has, which is loaded once', async () => {
    const { errands, loadOnce } = open(() => Promise.resolve(null));
    errands.begin({ ...ERRAND, mask: file('masked.png') });
    await errands.bringMask();
    await errands.bringMask();
    expect(loadOnce).toHaveBeenCalledExactlyOnceWith(file('masked.png'));
    // After a reload, what was painted since is not replaced.
    expect(vi.mocked(replaceRoute).mock.lastCall?.[0]).not.toContain('mask=');
  });
});
