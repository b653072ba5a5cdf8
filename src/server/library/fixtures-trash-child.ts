/** Deletes and restores the files of a tree, whose root is its argument, until it is killed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { moveToTrash, restoreFromTrash, tidyTrash } from './trash';

const [root = ''] = process.argv.slice(2);
process.stdout.write('begins');
for (;;) {
  for (const name of readdirSync(join(root, 'sub'))) {
    moveToTrash(root, `sub/${name}`);
  }
  for (const { id } of tidyTrash(root)) {
    restoreFromTrash(root, id);
  }
}
