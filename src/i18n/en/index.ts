import { common } from './common';
import { errors } from './errors';
import { gallery } from './gallery';
import { grid } from './grid';
import { queue } from './queue';
import { recipes } from './recipes';
import { shell } from './shell';

/** The English catalogue: the reference for keys and placeholders. Words of rooms that load on demand are beside it. */
export const en = { common, shell, gallery, grid, queue, recipes, errors };
