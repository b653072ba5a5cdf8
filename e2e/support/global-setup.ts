import { ensureBuilt } from '../../src/server/build-app';

/** Builds the app once before the browser tests, when its sources are newer than the last build. */
export default async function globalSetup(): Promise<void> {
  await ensureBuilt((line) => {
    console.log(line);
  });
}
