import type { Command } from './command';
import { toApi } from './to-api';

/** Every command of `npm run graph`, in the order `--help` lists them. */
export const COMMANDS: readonly Command[] = [toApi];
