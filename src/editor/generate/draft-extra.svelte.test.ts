import { describe, expect, it, vi } from 'vitest';
import { AreaPlan } from './area/area-plan.svelte';
import { DraftExtra } from './draft-extra.svelte';
import { OutpaintPlan } from './outpaint/outpaint-plan.svelte';
import { InpaintChoices } from './inpaint-choices.svelte';
import type { OwnChoice } from './recipe-form.svelte';
import { SAME_SETUP } from '../../workflows/surgery/same-setup';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });

/** A page on a picture of 1000 × 800 px, whose draft holds `kept`. */
function page(kept: unknown): {
  area: AreaPlan;
  outpaint: OutpaintPlan;
  extra: DraftExtra;
  holder: { extra: unknown };
  form: { own: OwnChoice; setup: null; startOver: (own?: OwnChoice) => void };
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
  const form = {
    own: { recipe: null, values: {} } as OwnChoice,
    setup: null,
    startOver: (own: OwnChoice = { recipe: null, values: {} }) => {
      form.own = own;
    },
  };
  return { area, outpaint, extra: new DraftExtra(holder, area, outpaint, form), holder, form };
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

  it('is what was changed of the setup that made the picture, seeds exactly', () => {
    const before = page(null);
    before.extra.restore();
    const own = {
      recipe: SAME_SETUP,
      values: { [SAME_SETUP]: { prompt: 'a door', seed: 18446744073709551615n } },
    };
    before.form.own = own;
    before.extra.keep();

    const after = page(before.holder.extra);
    after.extra.restore();
    expect(after.form.own).toEqual(own);
  });

  it('leaves what other recipes have to the form', () => {
    const { extra, form, holder } = page(null);
    extra.restore();
    form.own = { recipe: 'blur', values: {} };
    extra.keep();
    expect(holder.extra).toBeNull();
  });

  it('survives a draft that holds something else', () => {
    const { extra, form } = page({ own: '{"recipe": 5, "values": {"a": [], "b"' });
    extra.restore();
    expect(form.own).toEqual({ recipe: null, values: {} });
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
