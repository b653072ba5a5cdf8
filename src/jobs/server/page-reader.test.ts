import { describe, expect, it } from 'vitest';
import { stringifyExact } from '../../comfy/exact-json';
import { graphIn } from '../library/graph-pack';
import type { MirrorEntry } from '../library/job-mirror';
import { graph, type Entry } from '../fixtures/fake-comfy';
import { newJob } from '../fixtures/records';
import type { JobGraph } from '../state/job';
import { PageReader, type PageWish } from './page-reader';

const SEED = 18446744073709551615n;

/** A page of the history with these jobs, the oldest first. */
function page(ids: readonly string[], extra: Record<string, unknown> = {}): ArrayBuffer {
  const entries = ids.map((id, i) => {
    const prompt: Entry = [
      i,
      id,
      graph(SEED),
      { extra_pnginfo: { workflow: { of: id } }, ...extra },
      ['save'],
    ];
    const images = [{ filename: `${id}.png`, subfolder: '', type: 'output' }];
    const messages = [['execution_success', { prompt_id: id, timestamp: 1000 + i }]];
    return [
      id,
      { prompt, outputs: { save: { images } }, status: { status_str: 'success', completed: true, messages } },
    ];
  });
  return new TextEncoder().encode(stringifyExact(Object.fromEntries(entries))).buffer;
}

const wish = (...ids: string[]): PageWish => ({
  ids: new Set(ids),
  known: new Map(),
  clientId: 'me',
  stopped: new Set(),
});

async function graphsOf(entries: readonly MirrorEntry[]): Promise<(JobGraph | null)[]> {
  return Promise.all(entries.map(async ({ record, pack }) => (pack ? graphIn(pack, record.id) : null)));
}

/** All bytes of a pack as text. */
async function textOf({ pack }: MirrorEntry): Promise<string> {
  const bytes = new Blob([pack?.bytes ?? '']).stream();
  return new Response(
    pack?.deflated ? bytes.pipeThrough(new DecompressionStream('deflate-raw')) : bytes,
  ).text();
}

describe.each([true, false])('a page reader that makes small: %s', (deflates) => {
  it('tells whom a page names, then all of it, every number exact', async () => {
    const reader = new PageReader(deflates);
    const names = reader.names(page(['a', 'b']));
    expect(names.ids).toEqual(['b', 'a']);
    const entries = await reader.entries(names.page, wish('a', 'b'));
    expect(entries.map(({ record }) => [record.id, record.state, record.outputs[0]?.ref.filename])).toEqual([
      ['b', 'completed', 'b.png'],
      ['a', 'completed', 'a.png'],
    ]);
    expect(entries.map(({ facts }) => facts?.['save']?.nodes)).toEqual([
      ['SaveImage', 'KSampler'],
      ['SaveImage', 'KSampler'],
    ]);
    expect(await graphsOf(entries)).toEqual(
      ['b', 'a'].map((id) => ({ graph: graph(SEED), pngInfo: { workflow: { of: id } } })),
    );
    expect(await reader.entries(names.page, wish('a'))).toEqual([]);
  });

  it('packs no word of a job that was not asked for', async () => {
    const reader = new PageReader(deflates);
    const { page: number } = reader.names(page(['a', 'forgotten', 'c']));
    const entries = await reader.entries(number, wish('a', 'c'));
    expect(await graphsOf(entries)).toMatchObject([
      { pngInfo: { workflow: { of: 'c' } } },
      { graph: graph(SEED) },
    ]);
    const [first] = entries as [MirrorEntry];
    expect(await textOf(first)).not.toContain('forgotten');
  });

  it('packs no key of a paid service', async () => {
    const reader = new PageReader(deflates);
    const { page: number } = reader.names(page(['a'], { api_key_comfy_org: 'sk-1234' }));
    const entries = await reader.entries(number, wish('a'));
    const [first] = entries as [MirrorEntry];
    expect(first.record.sender?.credentials).toBe(true);
    expect(await textOf(first)).not.toContain('sk-1234');
    expect(await graphsOf(entries)).toMatchObject([
      { graph: graph(SEED), pngInfo: { workflow: { of: 'a' } } },
    ]);
  });

  it('finds graphs beside words of more than one byte a letter', async () => {
    const reader = new PageReader(deflates);
    const { page: number } = reader.names(page(['猫', 'é', 'z']));
    const entries = await reader.entries(number, wish('猫', 'é', 'z'));
    expect(await graphsOf(entries)).toMatchObject(
      ['z', 'é', '猫'].map((of) => ({ pngInfo: { workflow: { of } } })),
    );
  });

  it('keeps what was known of a job', async () => {
    const reader = new PageReader(deflates);
    const { page: number } = reader.names(page(['a']));
    const known = newJob('a', 'lost', { mine: true, createdAt: 5 });
    const [read] = await reader.entries(number, { ...wish('a'), known: new Map([['a', known]]) });
    expect(read?.record).toMatchObject({ state: 'completed', mine: true, createdAt: 5 });
  });
});
