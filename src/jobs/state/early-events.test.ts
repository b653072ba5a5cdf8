import { describe, expect, it } from 'vitest';
import type { ComfyEvent } from '../../comfy/events';
import { EarlyEvents } from './early-events';

function progress(value: number): ComfyEvent {
  return { type: 'progress', data: { value, max: 10, prompt_id: 'p', node: '1' } };
}

function executing(node: string): ComfyEvent {
  return { type: 'executing', data: { node, display_node: null, prompt_id: 'p' } };
}

describe('EarlyEvents', () => {
  it('gives events back in their order, once', () => {
    const early = new EarlyEvents(() => 0);
    const events = [executing('1'), progress(1), executing('2')];
    events.forEach((event) => early.keep('p', event));
    early.keep('q', executing('9'));
    expect(early.take('p')).toEqual(events);
    expect(early.take('p')).toEqual([]);
    expect(early.take('q')).toHaveLength(1);
    expect(early.take('unknown')).toEqual([]);
  });

  it('keeps only the newest of what replaces itself', () => {
    const early = new EarlyEvents(() => 0);
    for (let i = 0; i < 1000; i++) {
      early.keep('p', progress(i));
      early.keep('p', {
        type: 'preview',
        data: { prompt_id: 'p', node: '1', image: () => new Blob([String(i)]) },
      });
    }
    early.keep('p', executing('2'));
    const events = early.take('p');
    expect(events.map(({ type }) => type)).toEqual(['progress', 'preview', 'executing']);
    expect(events[0]).toEqual(progress(999));
  });

  it('forgets a job of which nothing was heard for long, and no other', () => {
    let now = 0;
    const early = new EarlyEvents(() => now);
    early.keep('silent', executing('1'));
    early.keep('lively', executing('1'));
    now = 9000;
    early.keep('lively', executing('2'));
    now = 12_000;
    early.keep('new', executing('1'));
    expect(early.take('silent')).toEqual([]);
    expect(early.take('lively')).toHaveLength(2);
    expect(early.take('new')).toHaveLength(1);
  });
});
