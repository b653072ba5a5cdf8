import { common } from './common';
import { errors } from './errors';
import { gallery } from './gallery';
import { grid } from './grid';
import { queue } from './queue';
import { recipes } from './recipes';
import { shell } from './shell';

/** The Simplified Chinese catalogue. Chinese has one plural form, so only `_other` keys. Words of rooms that load on demand are beside it. */
export const zhCn = { common, shell, gallery, grid, queue, recipes, errors };
