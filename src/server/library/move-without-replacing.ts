import { linkSync, renameSync, unlinkSync } from 'node:fs';

import { systemCode } from '../errors';

/** A hard link never replaces anything; where there are none (exFAT, network drives) the name is looked at before. */
export function moveWithoutReplacing(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw error;
    }
    renameSync(from, to);
    return;
  }
  unlinkSync(from);
}
