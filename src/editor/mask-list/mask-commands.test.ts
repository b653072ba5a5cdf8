import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MaskMenuParts } from './mask-commands';

const told: string[] = [];
const files: string[] = [];
vi.mock('../../ui/toasts.svelte', () => ({ say: (message: string) => told.push(message) }));
vi.mock('../../ui/save-file', () => ({ saveFile: (_: Blob, name: string) => files.push(name) }));

const { fileStem, maskCommands } = await import('./mask-commands');

/** A session that records what is done with its masks. */
function fake(about: { status?: string; isEmpty?: boolean; empty?: boolean }): {
  session: MaskMenuParts['session'];
  done: string[];
} {
  const done: string[] = [];
  const session = {
    status: about.status ?? 'ready',
    mask: { empty: about.isEmpty ?? false },
    masks: {
      empty: about.empty ?? false,
      fileKind: 'rgba',
      add: () => done.push('add'),
      fillHoles: () => done.push('holes'),
      removeSpecks: () => done.push('specks'),
      contourWidth: 32,
      keepContour: () => done.push('contour'),
    },
    exportMask: (kind: string) => {
      done.push(`export ${kind}`);
      return Promise.resolve({ blob: new Blob() });
    },
    work: { wait: (work: Promise<void>) => void work },
  };
  return { session: session as unknown as MaskMenuParts['session'], done };
}

const ref = { filename: 'cat.final.png', subfolder: 'a', type: 'output' } as const;

beforeEach(() => {
  told.length = 0;
  files.length = 0;
});

describe('commands of the mask menu', () => {
  const enabled = (session: MaskMenuParts['session']): string[] =>
    maskCommands({ session, ref })
      .filter((command) => command.enabled?.() !== false)
      .map(({ id }) => id.slice('editor.mask.'.length));
  const run = (session: MaskMenuParts['session'], id: string): void =>
    maskCommands({ session, ref })
      .find((command) => command.id === `editor.mask.${id}`)
      ?.run();

  it('may run when there is something to do', () => {
    expect(enabled(fake({}).session)).toEqual(['save', 'import', 'add', 'holes', 'specks', 'contour']);
    expect(enabled(fake({ empty: true }).session)).toEqual(['save', 'import', 'add']);
    expect(enabled(fake({ status: 'opening' }).session)).toEqual([]);
  });

  it('do what the menu does', () => {
    const { session, done } = fake({});
    for (const id of ['add', 'holes', 'specks', 'contour']) {
      run(session, id);
    }
    expect(done).toEqual(['add', 'holes', 'specks', 'contour']);
  });

  it('save the mask under the name of its picture, or say that there is none', async () => {
    const { session, done } = fake({});
    run(session, 'save');
    await vi.waitFor(() => {
      expect(files).toEqual(['cat.final-mask.png']);
    });
    expect([done, told]).toEqual([['export rgba'], []]);
    const nothing = fake({ isEmpty: true });
    run(nothing.session, 'save');
    expect([nothing.done, told.length]).toEqual([[], 1]);
    expect(fileStem(null)).toBe('mask');
  });
});
