import { describe, expect, it } from 'vitest';
import { DEFAULT_RIGHTS, type Share } from '../ports/share-wire';
import { ShareForm, slugOf } from './share-form.svelte';

const SHARE: Share = {
  id: 's',
  title: 'Harbour',
  slug: 'harbour',
  scope: { kind: 'list' },
  rights: { ...DEFAULT_RIGHTS, voting: true },
  hasPassword: true,
  createdAt: 1,
  expiresAt: 500,
  count: 3,
  views: 0,
  lastSeenAt: null,
  path: 's/TOKEN/harbour',
};

describe('the form of a link', () => {
  it('makes a link for seven days that gives away no metadata, unless told otherwise', () => {
    const draft = new ShareForm().draft({ kind: 'list' }, [], 'Pictures', 1000);
    expect(draft).toEqual({
      title: 'Pictures',
      scope: { kind: 'list' },
      items: [],
      expiresAt: 1000 + 7 * 86_400_000,
      rights: DEFAULT_RIGHTS,
    });
    expect(draft.rights).toMatchObject({ making: false, download: 'clean' });
  });

  it('makes what was filled in', () => {
    const form = new ShareForm();
    form.title = ' Harbour ';
    form.lifetime = 'endless';
    form.password = ' let me in ';
    form.slug = 'At the Harbour!';
    form.download = 'none';
    form.set('voting', true);
    expect(form.draft({ kind: 'new' }, [], 'Pictures', 1000)).toEqual({
      title: 'Harbour',
      scope: { kind: 'new' },
      items: [],
      expiresAt: null,
      password: ' let me in ',
      slug: 'at-the-harbour',
      rights: { ...DEFAULT_RIGHTS, download: 'none', voting: true },
    });
  });

  it('leaves of a link what nobody changed', () => {
    const change = new ShareForm(SHARE).change(SHARE, 1000);
    expect(change).toEqual({ title: 'Harbour', rights: SHARE.rights });
  });

  it('changes a link', () => {
    const form = new ShareForm(SHARE);
    form.lifetime = 'hour';
    form.slug = '';
    form.open = true;
    form.set('voting', false);
    expect(form.change(SHARE, 1000)).toEqual({
      title: 'Harbour',
      slug: null,
      expiresAt: 3_601_000,
      password: null,
      rights: DEFAULT_RIGHTS,
    });
    form.password = 'new';
    expect(form.change(SHARE, 1000).password).toBe('new');
  });

  it.each([
    ['At the Harbour!', 'at-the-harbour'],
    ['  --  ', ''],
    ['港口 黄昏', '港口-黄昏'],
    ['a/../b?c#d', 'a-b-c-d'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('makes an address of %s', (text, slug) => {
    expect(slugOf(text)).toBe(slug);
  });
});
