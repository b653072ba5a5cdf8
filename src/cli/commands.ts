import type { Command } from './command';
import { explain, inpaint } from './graph-commands';
import { toApi } from './to-api';

/** Every command of `npm run graph`, in the order `--help` lists them. */
export const COMMANDS: readonly Command[] = [toApi, inpaint, explain];
