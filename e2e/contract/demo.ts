import { afterAll } from 'vitest';
import { startDemoEngine, type DemoEngineOptions } from '../../src/demo/index';

/**
 * Starts a demo engine for the calling test file and stops it after the file's last test. `CONTRACT_ERA`
 * chooses the server generation it speaks.
 */
export async function startDemo(): Promise<string> {
  const era = process.env.CONTRACT_ERA as DemoEngineOptions['era'];
  const engine = await startDemoEngine({ samples: false, ...(era ? { era } : {}) });
  afterAll(() => engine.stop());
  return engine.url;
}
