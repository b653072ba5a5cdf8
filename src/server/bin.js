#!/usr/bin/env node
// Plain old JavaScript: any Node that supports modules must get as far as the message below.
import { readFileSync } from 'fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
/** The versions in package.json's engines, each written `^major.minor.patch` or `>=major.minor.patch`. */
const ranges = manifest.engines.node.split(' || ').map((text) => {
  const [major, minor] = text.replace(/^\D+/, '').split('.').map(Number);
  return { major, minor, isOpen: text.startsWith('>=') };
});
const [major, minor] = process.versions.node.split('.').map(Number);

if (ranges.some((least) => isSuitable(least))) {
  import('tsx/esm/api')
    .then(({ register }) => {
      register();
      return import('./cli.ts');
    })
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
} else {
  const names = ranges.map((least) => `${least.major}${least.minor > 0 ? `.${least.minor}` : ''}+`);
  const wanted = `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
  console.error(
    `Comfy Darkroom needs Node.js ${wanted}, and this is ${process.versions.node}: get one from https://nodejs.org.`,
  );
  process.exitCode = 1;
}

function isSuitable(least) {
  return major === least.major ? minor >= least.minor : least.isOpen && major > least.major;
}
