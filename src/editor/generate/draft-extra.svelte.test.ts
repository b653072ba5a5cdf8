import { describe, expect, it, vi } from 'vitest';
import { AreaPlan } from './area/area-plan.svelte';
import { DraftExtra } from './draft-extra.svelte';
import { OutpaintPlan } from './outpaint/outpaint-plan.svelte';
import { InpaintChoices } from './inpaint-choices.svelte';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });

/** A page on a picture of 1000 × 800 px, whose draft holds `kept`. */
function page(kept: unknown): {
  area: AreaPlan;
  outpaint: OutpaintPlan;
  extra: DraftExtra;
  holder: { extra: unknown };
} {
  const holder = {
    extra: kept,
    setExtra: (extra: unknown) => {
      holder.extra = JSON.parse(JSON.stringify(extra)) as unknown;
    },
  };
  const subject = {
    picture: { width: 1000, height: 800 },
    mask: { bounds: () => null, islands: () => [], shareWithin: () => null },
    camera: { showBox: () => undefined, zoomTo: () => undefined },
  };
  const choices = new InpaintChoices();
  const outpaint = new OutpaintPlan(subject, choices);
  const area = new AreaPlan(subject, choices, outpaint);
  return { area, outpaint, extra: new DraftExtra(holder, area, outpaint), holder };
}

describe('what is kept with a picture’s draft', () => {
  it('is restored after a reload: the area placed by hand and the extension', () => {
    const before = page(null);
    before.extra.restore();
    before.area.place({ x: 104, y: 56, width: 256, height: 320 });
    before.outpaint.toggle();
    before.outpaint.pull('right', 64);
    before.extra.keep();

    const after = page(before.holder.extra);
    after.extra.restore();
    expect(after.area.hand).toEqual({ x: 104, y: 56, width: 256, height: 320 });
    expect([after.outpaint.active, after.outpaint.sides]).toEqual([true, before.outpaint.sides]);
  });

  it('is nothing while nobody did anything', () => {
    const { extra, holder } = page(null);
    extra.restore();
    extra.keep();
    expect(holder.extra).toBeNull();
  });

  it('stays as it is while another picture is opening', () => {
    const { area, extra, holder } = page(null);
    extra.restore();
    area.place({ x: 0, y: 0, width: 128, height: 128 });
    extra.keep();
    const kept = holder.extra;
    extra.pause();
    area.reset();
    extra.keep();
    expect(holder.extra).toBe(kept);
  });

  it('falls back part by part where it is invalid', () => {
    const { area, outpaint, extra } = page({ area: { x: -1 }, extend: 'far', extending: true });
    extra.restore();
    expect([area.hand, outpaint.active, outpaint.extension]).toEqual([null, true, null]);
    for (const nonsense of ['text', 7, [1], null]) {
      page(nonsense).extra.restore();
    }
  });
});
