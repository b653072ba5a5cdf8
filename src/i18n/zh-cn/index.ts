import { common } from './common';
import { editor } from './editor';
import { errors } from './errors';
import { gallery } from './gallery';
import { inpaint } from './inpaint';
import { queue } from './queue';
import { recipes } from './recipes';
import { shell } from './shell';
import { tools } from './tools';

/** The Simplified Chinese catalogue. Chinese has one plural form, so only `_other` keys. */
export const zhCn = { common, shell, gallery, queue, editor, inpaint, recipes, errors, tools };
