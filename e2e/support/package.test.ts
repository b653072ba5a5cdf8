import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { satisfies } from 'semver';
import { expect, it } from 'vitest';

import { PROJECT_ROOT } from '../../src/server/build-app';

interface Locked {
  version?: string;
  engines?: { node?: string };
  deprecated?: string;
  hasInstallScript?: boolean;
  optional?: boolean;
}

interface Manifest {
  engines: { node: string };
  allowScripts: Record<string, boolean>;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(PROJECT_ROOT, name), 'utf8')) as T;
}

const manifest = readJson<Manifest>('package.json');
/** What every machine installs. npm says nothing about optional packages that do not fit. */
const installed = Object.entries(
  readJson<{ packages: Record<string, Locked> }>('package-lock.json').packages,
).filter(([path, { optional }]) => path !== '' && !optional);
/** The lowest version of each line that package.json admits. */
const LOWEST = ['20.19.0', '22.12.0', '24.0.0'];

it('admits the versions on which it runs, and those alone', () => {
  const { node } = manifest.engines;
  expect(
    [...LOWEST, '20.20.2', '22.23.3', '24.21.0', '26.0.0'].filter((version) => !satisfies(version, node)),
  ).toEqual([]);
  // Vite refuses all of these, and they cannot require() an ES module.
  expect(
    ['18.20.8', '20.18.3', '21.7.3', '22.0.0', '22.11.0', '23.11.1'].filter((v) => satisfies(v, node)),
  ).toEqual([]);
});

it.each(LOWEST)('has no package that npm warns about on Node %s', (version) => {
  const unfit = installed.filter(([, { engines }]) => !satisfies(version, engines?.node ?? '*'));
  expect(unfit.map(([path, { engines }]) => `${path} wants ${engines?.node}`)).toEqual([]);
});

it('has no deprecated package, and none whose install script npm asks about', () => {
  expect(installed.filter(([, { deprecated }]) => deprecated !== undefined)).toEqual([]);
  const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
  const unsettled = scripted.filter(
    ([path]) => !(path.replace(/^.*node_modules\//, '') in manifest.allowScripts),
  );
  expect(unsettled.map(([path]) => path)).toEqual([]);
});
