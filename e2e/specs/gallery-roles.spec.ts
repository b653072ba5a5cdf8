import type { Locator, Page } from '@playwright/test';
import { expect, openStage, test } from '../support/fixtures';
import { colorGraph, queueElsewhere } from './pages';

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Pictures, newest first' });

/** What rates a picture, wherever it is shown. */
const RATING = `
    - button "Mark as favourite"
    - group "Not rated":
      - button "Rate with 1 star"
      - button "Rate with 2 stars"
      - button "Rate with 3 stars"
      - button "Rate with 4 stars"
      - button "Rate with 5 stars"`;

/** The same further in. */
const inward = (lines: string, by: number): string => lines.replaceAll('\n', `\n${' '.repeat(by)}`);

test('screen readers are told the roles and names of grid, selection and viewer', async ({ page }) => {
  const stage = await openStage({ samples: false });
  try {
    for (const name of ['blue', 'green', 'red']) {
      await queueElsewhere(stage.engine, colorGraph(0x2040c0, name));
    }
    await page.goto(`${stage.darkroom.url}/#/gallery`);
    await expect(grid(page).getByRole('link')).toHaveCount(3);
    await grid(page).getByRole('link', { name: /^red/ }).focus();
    await page.keyboard.press('Space');
    await expect(grid(page)).toMatchAriaSnapshot(`
- grid "Pictures, newest first":
  - /children: equal
  - row "Today 3 files":
    - rowheader "Today 3 files":
      - heading "Today" [level=2]
      - text: 3 files
  - row /^red_00001_\\.png/:
    - /children: equal
    - gridcell /^red_00001_\\.png/ [selected]:
      - /children: equal
      - link /^red_00001_\\.png, \\d\\d:\\d\\d/${inward(RATING, 2)}
      - button "Inpaint"
      - button "Download"
      - button "More"
    - gridcell /^green_00001_\\.png, \\d\\d:\\d\\d [AP]M$/ [selected=false]:
      - link /^green_00001_\\.png/
    - gridcell /^blue_00001_\\.png, \\d\\d:\\d\\d [AP]M$/ [selected=false]:
      - link /^blue_00001_\\.png/
`);
    await expect(page.getByRole('region', { name: 'Selection' })).toMatchAriaSnapshot(`
- region "Selection":
  - /children: equal
  - button "Clear the selection"
  - paragraph:
    - strong: 1 selected
    - text: /· \\d+ kB/
  - button "Select all 3"
  - toolbar "What to do with the selected pictures":
    - /children: equal
    - button "Make the selected pictures favourites, or no longer"
    - button "Rate the selected pictures"
    - button "Tag the selected pictures"
    - button "Put the selected pictures into a collection"
    - button "Hide the selected pictures"
    - button "Download the selected pictures as a ZIP file"
    - button "Save the selected pictures as a web page"
    - button "Compare 2 to 4 selected pictures" [disabled]
    - button "Share the selected pictures"
    - button "Remove the selected pictures…"
`);

    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Picture viewer' })).toMatchAriaSnapshot(`
- dialog "Picture viewer":
  - /children: equal
  - button "Back to the gallery"
  - heading "red_00001_.png" [level=1]
  - paragraph: 1 of 3
  - group "Zoom":
    - /children: equal
    - button "Zoom out"
    - button "100 %"
    - button "Zoom in"
  - group "Marks":
    - /children: equal${RATING}
    - button "Reject"
  - button "Inpaint"
  - button "Run again with a new seed": Run again
  - button "New or same seed"
  - link "Open as a form"
  - link "Download"
  - button "Share"
  - button "Remove from the list"
  - button "More actions"
  - button "Hide details" [pressed]
  - 'img "Picture: red_00001_.png"'
  - button "Next picture"
  - complementary "Details":
    - region "Marks":
      - heading "Marks" [level=2]
      - group "Rating"
      - heading "Tags" [level=3]
      - combobox "Add a tag"
      - heading "Collections" [level=3]
      - combobox "Find or create a collection"
    - heading "File" [level=2]
    - term: Name
    - definition:
      - text: red_00001_.png
      - 'button "Copy: Name"'
    - heading "2 nodes" [level=2]
    - list
    - group: Graph as JSON
    - button "Copy the graph"
  - group "Neighbouring pictures":
    - /children: equal
    - button "red_00001_.png"
    - button "green_00001_.png"
    - button "blue_00001_.png"
`);
  } finally {
    await stage.stop();
  }
});
