/** Ways to look at the gallery's grid. */
export const grid = { scrubber: 'Date', list: 'Compact list' };
