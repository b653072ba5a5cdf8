import { formatList } from '../../i18n/format-list';
import { formatNumber, type MessageKey, t } from '../../i18n/index.svelte';
import { recipeTitle } from '../../workflows/recipe-title';
import type { Change, SettingName } from './settings-diff';

const NAMES: Record<SettingName, MessageKey> = {
  recipe: 'gallery.details.recipe',
  parent: 'gallery.details.parent',
  model: 'gallery.details.model',
  seed: 'gallery.details.seed',
  steps: 'gallery.details.steps',
  cfg: 'gallery.details.cfg',
  sampler: 'gallery.details.sampler',
  scheduler: 'gallery.details.scheduler',
  denoise: 'gallery.details.denoise',
  latent: 'compare.setting.latent',
  size: 'compare.setting.size',
  area: 'compare.setting.area',
  working: 'compare.setting.working',
  grow: 'compare.setting.grow',
  feather: 'compare.setting.feather',
};

/** One change as people say it: what it is about, and a line for each part of it. */
export interface ChangeWords {
  label: string;
  lines: string[];
  /** In one line, as it is copied. */
  text: string;
}

/** Says a change in the present language. */
export function changeWords(change: Change): ChangeWords {
  const { label, lines } = wordsOf(change);
  return { label, lines, text: [label, formatList(lines)].filter((part) => part !== '').join(' ') };
}

function wordsOf(change: Change): { label: string; lines: string[] } {
  switch (change.kind) {
    case 'setting': {
      const value = (text: string | null): string | null =>
        change.name === 'recipe' && text !== null ? (recipeTitle(text) ?? text) : text;
      return { label: t(NAMES[change.name]), lines: [fromTo(value(change.from), value(change.to))] };
    }
    case 'lora':
      return { label: t('gallery.details.loras'), lines: [loraLine(change.name, change.from, change.to)] };
    case 'phrases':
      return {
        label: t(`gallery.details.${change.name}`),
        lines: [
          ...change.added.map((phrase) => `+ ${phrase}`),
          ...change.removed.map((phrase) => `− ${phrase}`),
        ],
      };
    case 'mask':
      return { label: t('compare.mask'), lines: [maskLine(change.from, change.to)] };
    case 'input':
      return {
        label: [change.node, change.name].filter((part) => part !== null).join(' · '),
        lines: [fromTo(change.from, change.to)],
      };
    case 'node':
      return { label: change.title, lines: [nodeLine(change.from, change.to)] };
    case 'sampled': {
      const word = (yes: boolean): string => t(yes ? 'compare.yes' : 'compare.no');
      return { label: t('compare.sampled'), lines: [fromTo(word(change.from), word(change.to))] };
    }
    case 'workflow':
      return { label: t('compare.workflow'), lines: [t('compare.otherWorkflow')] };
  }
}

function fromTo(from: string | null, to: string | null): string {
  return `${from ?? t('compare.none')} → ${to ?? t('compare.none')}`;
}

function loraLine(name: string, from: string | null, to: string | null): string {
  const at = (strength: string): string => (strength === '' ? name : `${name} @ ${strength}`);
  if (from === null || to === null) {
    return from === null ? `+ ${at(to ?? '')}` : `− ${at(from)}`;
  }
  return `${name} ${fromTo(from || null, to || null)}`;
}

function maskLine(from: number | null, to: number | null): string {
  const percent = (share: number): string =>
    formatNumber(share, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 });
  if (from === null || to === null) {
    return t(from === null ? 'compare.maskAdded' : 'compare.maskRemoved', {
      share: percent(from ?? to ?? 0),
    });
  }
  return from === 0
    ? t('compare.maskFromNothing', { share: percent(to) })
    : t(to > from ? 'compare.maskGrew' : 'compare.maskShrank', { by: percent(Math.abs(to / from - 1)) });
}

function nodeLine(from: string | null, to: string | null): string {
  if (from !== null && to !== null) {
    return fromTo(from, to);
  }
  return from === null ? `+ ${to ?? ''}` : `− ${from}`;
}
