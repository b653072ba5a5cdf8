import { describe, expect, it } from 'vitest';

import { guardPrompt } from './prompt-guard';

const NODE = '{"class_type":"KSampler","inputs":{"seed":18446744073709551615}}';

function guard(text: string): unknown {
  const verdict = guardPrompt(text);
  return verdict.ok ? (verdict.repaired.length > 0 ? verdict.text : 'untouched') : verdict.message;
}

describe('guardPrompt', () => {
  it.each([
    `{"prompt":{"1":${NODE}},"client_id":"tab"}`,
    `{ "prompt": {"1":${NODE}}, "client_id": null }`,
    '{"prompt":{}}',
    '{"client_id":"tab"}',
    '{"prompt":{"1":{"inputs":{}}},"number":"x"}',
    '{"prompt":{"1":{"inputs":{"x":NaN}}}}',
    '{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"id":"a"}},"client_id":"b"}}',
  ])('leaves %s as it is', (text) => {
    const verdict = guardPrompt(text);
    expect(verdict).toEqual({ ok: true, text, repaired: [] });
  });

  it('gives a node without inputs empty ones, and keeps numbers exact', () => {
    const text = `{"prompt":{"1":${NODE},"2":{"class_type":"X"},"3":{"class_type":"Y","inputs":null}}}`;
    const verdict = guardPrompt(text);
    expect(verdict).toEqual({
      ok: true,
      text: `{"prompt":{"1":${NODE},"2":{"class_type":"X","inputs":{}},"3":{"class_type":"Y","inputs":{}}}}`,
      repaired: ['node 2 had no inputs', 'node 3 had no inputs'],
    });
  });

  it('takes nulls out of extra_data', () => {
    expect(guard('{"prompt":{},"extra_data":null}')).toBe('{"prompt":{}}');
    expect(guard('{"prompt":{},"extra_data":{"extra_pnginfo":null}}')).toBe('{"prompt":{},"extra_data":{}}');
    expect(guard('{"extra_data":{"extra_pnginfo":{"workflow":null,"a":1}}}')).toBe(
      '{"extra_data":{"extra_pnginfo":{"a":1}}}',
    );
  });

  it.each([
    ['{"client_id":["x"]}', 'client_id must be text.'],
    ['{"client_id":{}}', 'client_id must be text.'],
    ['{"client_id":5}', 'client_id must be text.'],
    ['{"client_id":false}', 'client_id must be text.'],
    ['{"extra_data":{"client_id":["x"]}}', 'client_id must be text.'],
    ['{"prompt":null}', 'prompt must be an object of nodes.'],
    ['{"prompt":[]}', 'prompt must be an object of nodes.'],
    ['{"prompt":{"7":null}}', 'Node 7 is not an object.'],
    ['{"prompt":{"7":[]}}', 'Node 7 is not an object.'],
    ['{"prompt":{"7":{"inputs":[]}}}', 'The inputs of node 7 are not an object.'],
    ['{"extra_data":[]}', 'extra_data must be an object.'],
    ['{"extra_data":{"extra_pnginfo":"x"}}', 'extra_data.extra_pnginfo must be an object.'],
    [
      '{"extra_data":{"extra_pnginfo":{"workflow":5}}}',
      'extra_data.extra_pnginfo.workflow must be an object.',
    ],
    ['[]', 'The prompt must be a JSON object.'],
    ['null', 'The prompt must be a JSON object.'],
    ['', 'The prompt is not valid JSON.'],
    ['{"prompt":', 'The prompt is not valid JSON.'],
  ])('refuses %s', (text, message) => {
    expect(guard(text)).toBe(message);
  });
});
