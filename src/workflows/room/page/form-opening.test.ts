import { describe, expect, it } from 'vitest';
import type { OpenForm } from '../open-form.svelte';
import { type Attempt, FormOpening } from './form-opening.svelte';

const form = (name: string): OpenForm => ({ title: name }) as OpenForm;
const refused: Attempt = { ok: false, title: 'x', reasons: ['no such node'], again: false };

/** An opening whose attempts end when the test says so. */
function begin() {
  const attempts: { end: (result: Attempt) => void; fail: (error: Error) => void }[] = [];
  const opening = new FormOpening(
    () =>
      new Promise((resolve, reject) => {
        attempts.push({ end: resolve, fail: reject });
      }),
  );
  return { opening, attempts };
}

describe('a workflow that is being opened', () => {
  it('is one form, though the server came while it was read', async () => {
    const { opening, attempts } = begin();
    const both = [opening.serverChanged(false), opening.serverChanged(true)];
    attempts[0]?.end({ ok: true, form: form('first') });
    await both[0];
    expect(opening.state.status).toBe('loading');
    attempts[1]?.end({ ok: true, form: form('second') });
    await both[1];
    expect(opening.state).toMatchObject({ status: 'ready', form: { title: 'second' } });
    // Nothing takes away the form that is being filled in.
    await opening.serverChanged(true);
    expect(attempts).toHaveLength(2);
  });

  it('stays open whatever an impatient second try finds', async () => {
    const { opening, attempts } = begin();
    const first = opening.load();
    attempts[0]?.end({ ok: true, form: form('first') });
    await first;
    const second = opening.load();
    attempts[1]?.end({ ok: true, form: form('second') });
    await second;
    expect(opening.state).toMatchObject({ status: 'ready', form: { title: 'first' } });
  });

  it('is tried again once the server answers, unless it was refused', async () => {
    const { opening, attempts } = begin();
    const first = opening.serverChanged(true);
    attempts[0]?.fail(new TypeError('fetch failed'));
    await first;
    expect(opening.state).toMatchObject({ status: 'failed', again: true });
    await opening.serverChanged(false);
    expect(attempts).toHaveLength(1);
    const second = opening.serverChanged(true);
    attempts[1]?.end(refused);
    await second;
    expect(opening.state).toMatchObject({ status: 'failed', reasons: ['no such node'] });
    await opening.serverChanged(true);
    expect(attempts).toHaveLength(2);
  });
});
