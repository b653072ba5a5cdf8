import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

/** The rules whose verdict depends on colours, and so on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Breaks the test when the page breaks one of axe's rules in the light or the dark theme. Both are looked at
 * on the same page: the rules about colours in each, all others once. Leaves the page in the dark theme,
 * without movement.
 * @param part selector of where colours are looked at, which takes its time; the whole page without it.
 */
export async function expectAccessible(page: Page, part = 'body'): Promise<void> {
  expect(await violations(page, 'html', { rules: switched(COLOUR_RULES, false) })).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours go over into each other for a moment; half way is no theme.
    await page.evaluate(async () => {
      const ending = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
    });
    expect(await violations(page, part, { runOnly: COLOUR_RULES }), colorScheme).toEqual([]);
  }
}

function switched(rules: readonly string[], enabled: boolean): Record<string, { enabled: boolean }> {
  return Object.fromEntries(rules.map((rule) => [rule, { enabled }]));
}

/** Names of the rules that are broken, each with the elements that break it. */
async function violations(page: Page, part: string, options: axe.RunOptions): Promise<[string, string[]][]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(axe.source);
  }
  return page.evaluate(
    async ([selector, runOptions]) => {
      const { axe: inPage } = window as unknown as { axe: typeof axe };
      const found = await inPage.run(selector, { ...runOptions, resultTypes: ['violations'] });
      return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    },
    [part, options] as const,
  );
}
