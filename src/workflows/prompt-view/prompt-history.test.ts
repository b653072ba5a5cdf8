import { describe, expect, it } from 'vitest';
import type { ExactJson } from '../../comfy/exact-json';
import {
  type KeptPrompt,
  type KeyChanges,
  MAX_PROMPT,
  type PromptKind,
  readPrompts,
  withoutPrompt,
  withStar,
  withUsed,
} from './prompt-history';

/** A document in memory. */
class Kept {
  readonly map = new Map<string, ExactJson>();
  /** Every key there ever was: deleted ones leave a trace. */
  readonly keys = new Set<string>();

  set(changes: KeyChanges): void {
    for (const [key, value] of Object.entries(changes)) {
      this.keys.add(key);
      if (value === undefined) {
        this.map.delete(key);
      } else {
        this.map.set(key, value);
      }
    }
  }

  use(text: string, now: number, kind: PromptKind = 'prompt'): void {
    this.set(withUsed((key) => this.map.get(key), kind, text, now));
  }

  star(text: string, starred: boolean): void {
    this.set(withStar(this.find(text), starred));
  }

  forget(text: string): void {
    this.set(withoutPrompt((key) => this.map.get(key), this.find(text)));
  }

  find(text: string): KeptPrompt {
    return this.prompts.find((prompt) => prompt.text === text) ?? missing(text);
  }

  get prompts(): KeptPrompt[] {
    return readPrompts([...this.map]);
  }

  get texts(): string[] {
    return this.prompts.map(({ text }) => text);
  }
}

function missing(text: string): never {
  throw new Error(`no ${text}`);
}

describe('recent prompts', () => {
  it('are there once each, the last used first', () => {
    const kept = new Kept();
    kept.use('a', 1);
    kept.use('b', 2);
    kept.use(' a ', 3);
    kept.use('fog', 4, 'negative');
    expect(kept.prompts).toEqual([
      { kind: 'negative', text: 'fog', usedAt: 4, starred: false },
      { kind: 'prompt', text: 'a', usedAt: 3, starred: false },
      { kind: 'prompt', text: 'b', usedAt: 2, starred: false },
    ]);
  });

  it('do not make the document grow without end, and the newest stay', () => {
    const kept = new Kept();
    for (let i = 0; i < 5000; i++) {
      kept.use(`prompt ${i}`, i);
    }
    expect(kept.keys.size).toBeLessThanOrEqual(128);
    const newest = Array.from({ length: 40 }, (_, at) => `prompt ${4999 - at}`);
    expect(kept.texts.slice(0, 40)).toEqual(newest);
  });

  it('leave out what is empty or endless', () => {
    const kept = new Kept();
    kept.use('  ', 1);
    kept.use('x'.repeat(MAX_PROMPT + 1), 2);
    expect(kept.texts).toEqual([]);
  });

  it('can be forgotten', () => {
    const kept = new Kept();
    kept.use('a', 1);
    kept.use('b', 2);
    kept.star('a', true);
    kept.forget('a');
    expect(kept.texts).toEqual(['b']);
  });

  it('are not disturbed by what somebody else wrote there', () => {
    expect(
      readPrompts([
        ['recent/prompt/1', { text: 5, at: 1 }],
        ['recent/other/1', { text: 'a', at: 1 }],
        ['x', 1],
      ]),
    ).toEqual([]);
  });
});

describe('a favourite', () => {
  it('stays when it is no longer recent, until the star is taken', () => {
    const kept = new Kept();
    kept.use('dear', 1);
    kept.star('dear', true);
    for (let i = 0; i < 2000; i++) {
      kept.use(`prompt ${i}`, i + 2);
    }
    expect(kept.find('dear').starred).toBe(true);
    kept.star('dear', false);
    expect(kept.texts).not.toContain('dear');
  });

  it('that is recent loses only its star', () => {
    const kept = new Kept();
    kept.use('a', 1);
    kept.star('a', true);
    kept.star('a', false);
    expect(kept.prompts).toEqual([{ kind: 'prompt', text: 'a', usedAt: 1, starred: false }]);
  });
});
