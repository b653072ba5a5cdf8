import { beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyRecord } from '../../workflows/darkroom-record';
import { InpaintChoices } from './inpaint-choices.svelte';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

beforeEach(() => stored.clear());

describe('the inpainting choices', () => {
  it('are still there on the next page', () => {
    new InpaintChoices().set({ count: 4, keepMask: true, areaMode: 'auto', workingSide: 768 });
    expect(new InpaintChoices().now).toMatchObject({
      count: 4,
      keepMask: true,
      areaMode: 'auto',
      workingSide: 768,
    });
  });

  it('fall back one by one where what was stored is invalid', () => {
    stored.set(
      'darkroom.inpaint',
      '{"count":99,"keepMask":true,"areaMode":"moon","denoiseMask":{"grow":4,"feather":8},"compositeMask":3}',
    );
    expect(new InpaintChoices().now).toMatchObject({
      count: 1,
      keepMask: true,
      areaMode: 'auto',
      denoiseMask: { grow: 4, feather: 8 },
      compositeMask: { grow: 0, feather: 0 },
    });
    stored.set('darkroom.inpaint', 'no JSON');
    expect(new InpaintChoices().now.count).toBe(1);
  });

  it('are restored from a job’s record, whoever wrote it', () => {
    const choices = new InpaintChoices();
    choices.restore({
      ...emptyRecord('blur'),
      denoiseMask: { grow: 3, feather: 5 },
      box: { mode: 'auto', workingSide: 512 },
    });
    expect(choices.now).toMatchObject({
      denoiseMask: { grow: 3, feather: 5 },
      areaMode: 'auto',
      workingSide: 512,
    });
    choices.restore({ ...emptyRecord('blur'), area: { x: 0, y: 0, width: 64, height: 64 } });
    expect(choices.now).toMatchObject({ areaMode: 'hand', workingSide: null });
  });
});
