/** Ways to look at the gallery's grid. */
export const grid = { scrubber: '日期', list: '紧凑列表' };
