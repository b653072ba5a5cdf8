import { expect, it } from 'vitest';
import { ROOMY, handlesWait } from './handles';

it('makes handles wait where they would cover what is being painted', () => {
  // A box of 512 px of a 12 MP photo on a phone.
  expect(handlesWait(46, true)).toBe(true);
  expect(handlesWait(46, false)).toBe(true);
  expect(handlesWait(ROOMY - 1, false)).toBe(true);
  expect(handlesWait(400, true)).toBe(true);
  expect(handlesWait(ROOMY, false)).toBe(false);
});
