import { expectAccessible } from '../support/accessible';
import { expect, test } from '../support/fixtures';

const page = (body: string, style = ''): string =>
  `<html lang="en"><title>Test</title><style>
    body { background: #fff; color: #000 }
    @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }
    ${style}
  </style><body><main><h1>Test</h1>${body}</main></body></html>`;

// What all the checks of the rooms rely on.
test('a nameless button and a faint text in either theme are found', async ({ page: tab }) => {
  await tab.setContent(page('<button>Save</button>'));
  await expectAccessible(tab);
  await tab.setContent(page('<button></button>'));
  await expect(expectAccessible(tab)).rejects.toThrow('button-name');
  for (const theme of ['light', 'dark']) {
    const faint = `@media (prefers-color-scheme: ${theme}) { p { color: #777; background: #888 } }`;
    await tab.setContent(page('<p>faint</p>', faint));
    await expect(expectAccessible(tab)).rejects.toThrow('color-contrast');
  }
});
