import { expect, it } from 'vitest';
import type { JobRecord } from './job';
import { fixedBy } from './movable';
import { extraToKeep, fromPlace, fromQueue } from './records';

const me = 'this-browser';

function waiting(extraData: Record<string, unknown>): JobRecord {
  const entry = { number: 1, id: 'a', graph: {}, extraData, outputNodes: [] };
  return fromQueue(entry, 'pending', undefined, 'this-tab');
}

it.each([
  ['a job of this tab', { client_id: 'this-tab' }, null],
  ['one of this browser’s closed tab', { client_id: 'gone', darkroom: { browser: me } }, null],
  ['one of another browser', { client_id: 'x', darkroom: { browser: 'other', name: 'Lena' } }, 'other'],
  ['one of a program without a socket', {}, 'other'],
  ['one with a key of a paid service', { client_id: 'this-tab', api_key_comfy_org: 'k' }, 'credentials'],
])('%s', (_name, extraData, fixed) => {
  expect(fixedBy(waiting(extraData), me)).toBe(fixed);
});

it('says “sending” of a job that is not in the queue yet', () => {
  expect(fixedBy({ ...waiting({ client_id: 'this-tab' }), state: 'submitting' }, me)).toBe('sending');
});

it('says “unread” of a job of which only the place is known', () => {
  expect(fixedBy(fromPlace({ id: 'a', number: 1 }, 'pending', undefined), me)).toBe('unread');
});

it('keeps no secrets, and nothing that the request says elsewhere', () => {
  const extraData = {
    ...{ client_id: 'x', create_time: 1, extra_pnginfo: {} },
    ...{ api_key_comfy_org: 'k', auth_token_comfy_org: 't' },
    ...{ preview_method: 'taesd', darkroom: { browser: me } },
  };
  expect(extraToKeep(extraData)).toEqual({ preview_method: 'taesd', darkroom: { browser: me } });
});
