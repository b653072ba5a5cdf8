import { describe, expect, it } from 'vitest';
import { complete, fieldsLike, spotAt, withoutSpot } from './complete';

/** The text before and behind the caret, `|`. */
function at(marked: string): { text: string; caret: number } {
  return { text: marked.replace('|', ''), caret: marked.indexOf('|') };
}

describe('what is completed', () => {
  it.each([
    ['|', { kind: 'field', part: '' }],
    ['mo|', { kind: 'field', part: 'mo' }],
    ['cat mo|', { kind: 'field', part: 'mo' }],
    ['cat -mo|', { kind: 'field', part: 'mo' }],
    ['(mo|', { kind: 'field', part: 'mo' }],
    ['best-qu|', null],
    ['mo|del', null],
    ['12|', null],
    ['model:|', { kind: 'value', field: 'model', part: '' }],
    ['model:fl|', { kind: 'value', field: 'model', part: 'fl' }],
    ['cat model:fl|ux dog', { kind: 'value', field: 'model', part: 'fl' }],
    ['model:"sd x|', { kind: 'value', field: 'model', part: 'sd x' }],
    ['model:="sd x|', { kind: 'value', field: 'model', part: 'sd x' }],
    ['-lora:a|', { kind: 'value', field: 'lora', part: 'a' }],
    ['模型:f|', { kind: 'value', field: 'model', part: 'f' }],
    ['modle:f|', null],
  ])('at %s', (marked, spot) => {
    const { text, caret } = at(marked);
    const found = spotAt(text, caret);
    if (spot === null) {
      expect(found).toBeNull();
    } else {
      expect(found).toMatchObject(spot);
    }
  });

  it.each([
    ['mo|', 'model', 'model:|'],
    ['cat -mo| dog', 'model', 'cat -model:| dog'],
    ['model:fl|', 'flux1 dev.safetensors', 'model:="flux1 dev.safetensors" |'],
    ['model:"sd x|', 'sd xl', 'model:="sd xl" |'],
    ['model:fl|ux dog', 'flux', 'model:=flux| dog'],
    ['is:|', 'upscaled', 'is:upscaled |'],
    ['size:10|', '1024x768', 'size:1024x768 |'],
    ['date:to|', 'today', 'date:today |'],
  ])('%s with %s', (marked, value, expected) => {
    const { text, caret } = at(marked);
    const spot = spotAt(text, caret);
    expect(spot).not.toBeNull();
    const done = spot && complete(text, spot, value);
    const place = at(expected);
    // Behind a space that was there already the caret stands too.
    const shift = expected.includes('| dog') && spot?.kind === 'value' ? 1 : 0;
    expect(done).toEqual({ text: place.text, caret: place.caret + shift });
  });

  it('is left out of what completions are counted among', () => {
    const text = 'cat -model:fl dog';
    const spot = spotAt(text, 13);
    expect(spot && withoutSpot(text, spot).split(/\s+/)).toEqual(['cat', '-', 'dog']);
  });

  it('offers the operators that begin alike', () => {
    expect(fieldsLike('s')).toEqual(['size', 'seed', 'steps', 'sampler', 'scheduler']);
    expect(fieldsLike('X')).toEqual([]);
  });
});
