import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FileRef } from '../../src/comfy/file-ref';
import { type DemoEngine, type DemoEngineOptions, startDemoEngine } from '../../src/demo/index';
import type { Share, ShareDraft } from '../../src/ports/share-wire';
import { DEFAULT_RIGHTS } from '../../src/ports/share-wire';
import { type Darkroom, startDarkroom } from '../../src/server/index';
import { LAN_HOST } from './browser-args';
import { BUILT_APP } from './stage';

/** A demo engine, the Darkroom in front of it, and its door to the network under a name that is no secure context. */
export interface SharingStage {
  engine: DemoEngine;
  darkroom: Darkroom;
  /** Every picture the engine has in its history. */
  files(): Promise<FileRef[]>;
  /** Makes a link as the owner's page does; resolves with its address. */
  share(draft: Partial<ShareDraft>): Promise<{ share: Share; link: string }>;
  stop(): Promise<void>;
}

export async function openSharingStage(options: DemoEngineOptions = {}): Promise<SharingStage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-sharing-'));
  const engine = await startDemoEngine({ control: true, ...options });
  const darkroom = await startDarkroom({
    comfyUrl: engine.url,
    staticDir: BUILT_APP,
    dataDir,
    lan: { addresses: ['127.0.0.1'], names: [LAN_HOST] },
  });
  return {
    engine,
    darkroom,
    files: async () => {
      const history = (await (await fetch(`${engine.url}/history`)).json()) as Record<
        string,
        { outputs: Record<string, { images?: FileRef[] }> }
      >;
      return Object.values(history)
        .flatMap(({ outputs }) => Object.values(outputs).flatMap(({ images = [] }) => images))
        .filter(({ type, filename }) => type === 'output' && filename.endsWith('.png'));
    },
    share: async (draft) => {
      const answer = await fetch(`${darkroom.url}/darkroom/shares`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          title: 'Pictures',
          scope: { kind: 'list' },
          items: [],
          expiresAt: null,
          ...draft,
          rights: { ...DEFAULT_RIGHTS, ...draft.rights },
        }),
      });
      if (!answer.ok) {
        throw new Error(`The link was not made: ${answer.status} ${await answer.text()}`);
      }
      const share = (await answer.json()) as Share;
      return { share, link: `http://${LAN_HOST}:${darkroom.lanPort}/${share.path}` };
    },
    stop: async () => {
      await darkroom.stop();
      await engine.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
