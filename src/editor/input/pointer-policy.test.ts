import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PALM_WINDOW,
  PEN_NEAR,
  PINCH_WINDOW,
  type PointerAction,
  type PointerContext,
  type PointerInput,
  PointerPolicy,
  TAP_TIME,
} from './pointer-policy';

const CALM: PointerContext = { panning: false, erasing: false };

/** Drives a policy with short lines and collects what it asks for. */
class Hand {
  readonly policy = new PointerPolicy();
  context = CALM;
  time = 1000;

  send(input: Partial<PointerInput> & Pick<PointerInput, 'kind' | 'device'>): PointerAction[] {
    return this.policy.handle(
      { id: 1, x: 0, y: 0, time: this.time, button: -1, buttons: 0, alt: false, shift: false, ...input },
      this.context,
    );
  }

  mouse(
    kind: PointerInput['kind'],
    button: number,
    buttons: number,
    more: Partial<PointerInput> = {},
  ): PointerAction[] {
    return this.send({ kind, device: 'mouse', button, buttons, ...more });
  }

  pen(
    kind: PointerInput['kind'],
    button: number,
    buttons: number,
    more: Partial<PointerInput> = {},
  ): PointerAction[] {
    return this.send({ kind, device: 'pen', id: 50, button, buttons, ...more });
  }

  finger(kind: PointerInput['kind'], id: number, x = 0, y = 0): PointerAction[] {
    return this.send({
      kind,
      device: 'touch',
      id,
      x,
      y,
      button: kind === 'move' ? -1 : 0,
      buttons: kind === 'up' ? 0 : 1,
    });
  }

  wait(ms: number): this {
    this.time += ms;
    return this;
  }
}

const types = (actions: PointerAction[]): string[] => actions.map((action) => action.type);

describe('mouse', () => {
  it('paints with the left button', () => {
    const hand = new Hand();
    expect(hand.mouse('down', 0, 1, { x: 5, y: 6 })).toEqual([
      { type: 'stroke-begin', id: 1, device: 'mouse', x: 5, y: 6, erase: false, straight: false },
    ]);
    expect(hand.policy.painting).toBe(true);
    expect(hand.mouse('move', -1, 1)).toEqual([{ type: 'stroke-move', id: 1 }]);
    expect(hand.mouse('up', 0, 0)).toEqual([{ type: 'stroke-end', id: 1 }]);
    expect(hand.policy.painting).toBe(false);
  });

  it('erases with the right button, or while the key is held; draws straight with Shift', () => {
    const hand = new Hand();
    expect(hand.mouse('down', 2, 2)).toMatchObject([{ type: 'stroke-begin', erase: true }]);
    expect(types(hand.mouse('up', 2, 0))).toEqual(['stroke-end']);
    hand.context = { panning: false, erasing: true };
    expect(hand.mouse('down', 0, 1, { shift: true })).toMatchObject([
      { type: 'stroke-begin', erase: true, straight: true },
    ]);
  });

  it('moves the picture with the middle button, the hand tool or the pan key', () => {
    const hand = new Hand();
    expect(types(hand.mouse('down', 1, 4, { x: 10, y: 10 }))).toEqual(['view-begin']);
    expect(hand.mouse('move', -1, 4, { x: 13, y: 8 })).toEqual([
      { type: 'view-move', centre: { x: 13, y: 8 }, dx: 3, dy: -2, factor: 1 },
    ]);
    expect(types(hand.mouse('up', 1, 0))).toEqual(['view-end']);
    hand.context = { panning: true, erasing: false };
    expect(types(hand.mouse('down', 0, 1))).toEqual(['view-begin']);
    expect(types(hand.mouse('up', 0, 0))).toEqual(['view-end']);
    expect(hand.mouse('down', 2, 2)).toEqual([]);
  });

  it('keeps moving the picture when the pan key is released midway', () => {
    const hand = new Hand();
    hand.context = { panning: true, erasing: false };
    hand.mouse('down', 0, 1);
    hand.context = CALM;
    expect(types(hand.mouse('move', -1, 1, { x: 5 }))).toEqual(['view-move']);
    expect(types(hand.mouse('up', 0, 0))).toEqual(['view-end']);
  });

  it('changes the brush with Alt and the right button', () => {
    const hand = new Hand();
    expect(types(hand.mouse('down', 2, 2, { x: 50, y: 50, alt: true }))).toEqual(['adjust-begin']);
    expect(hand.mouse('move', -1, 2, { x: 60, y: 45 })).toEqual([{ type: 'adjust-move', dx: 10, dy: -5 }]);
    expect(types(hand.mouse('up', 2, 0))).toEqual(['adjust-end']);
  });

  it('continues when further buttons are pressed, and ends with its own', () => {
    const hand = new Hand();
    hand.mouse('down', 0, 1);
    expect(types(hand.mouse('move', 2, 3))).toEqual(['stroke-move']);
    expect(types(hand.mouse('move', 0, 2))).toEqual(['stroke-end']);
    expect(types(hand.mouse('move', -1, 2))).toEqual(['hover']);
    expect(hand.mouse('up', 2, 0)).toEqual([]);
  });

  it('ends a stroke whose release was not seen', () => {
    const hand = new Hand();
    hand.mouse('down', 0, 1);
    expect(types(hand.mouse('move', -1, 0))).toEqual(['stroke-end']);
  });

  it('hovers, and stops when it leaves; not during a stroke', () => {
    const hand = new Hand();
    expect(hand.mouse('move', -1, 0, { x: 3, y: 4 })).toEqual([
      { type: 'hover', x: 3, y: 4, device: 'mouse' },
    ]);
    expect(types(hand.mouse('leave', -1, 0))).toEqual(['hover-end']);
    hand.mouse('down', 0, 1);
    expect(hand.mouse('leave', -1, 1)).toEqual([]);
  });

  it('does nothing with side buttons', () => {
    const hand = new Hand();
    expect(hand.mouse('down', 3, 8)).toEqual([]);
    expect(hand.mouse('down', 4, 16)).toEqual([]);
    expect(hand.policy.painting).toBe(false);
  });

  it.each(['stroke', 'drag', 'adjust'])('leaves nothing behind when the browser cancels: %s', (what) => {
    const hand = new Hand();
    hand.mouse(
      'down',
      what === 'stroke' ? 0 : what === 'drag' ? 1 : 2,
      what === 'stroke' ? 1 : what === 'drag' ? 4 : 2,
      {
        alt: what === 'adjust',
      },
    );
    expect(types(hand.mouse('cancel', -1, 0))).toEqual([
      what === 'stroke' ? 'stroke-cancel' : what === 'drag' ? 'view-end' : 'adjust-end',
    ]);
    expect(types(hand.mouse('move', -1, 0))).toEqual(['hover']);
  });
});

describe('pen', () => {
  it('paints, erases with its other end, moves the picture with its button', () => {
    const hand = new Hand();
    expect(hand.pen('down', 0, 1)).toMatchObject([{ type: 'stroke-begin', device: 'pen', erase: false }]);
    expect(types(hand.pen('up', 0, 0))).toEqual(['stroke-end']);
    expect(hand.pen('down', 5, 32)).toMatchObject([{ type: 'stroke-begin', erase: true }]);
    expect(types(hand.pen('move', -1, 32))).toEqual(['stroke-move']);
    expect(types(hand.pen('up', 5, 0))).toEqual(['stroke-end']);
    // Some drivers report the eraser as a plain contact with bit 32.
    expect(hand.pen('down', 0, 33)).toMatchObject([{ type: 'stroke-begin', erase: true }]);
    hand.pen('up', 0, 0);
    expect(types(hand.pen('down', 2, 2))).toEqual(['view-begin']);
    expect(types(hand.pen('up', 2, 0))).toEqual(['view-end']);
  });

  it('stops fingers from painting, from its first contact on', () => {
    const hand = new Hand();
    hand.pen('move', -1, 0);
    expect(hand.policy.penMode).toBe(false);
    hand.pen('down', 0, 1);
    hand.pen('up', 0, 0);
    expect(hand.policy.penMode).toBe(true);
    hand.wait(PEN_NEAR + 1);
    expect(hand.finger('down', 1)).toEqual([]);
    expect(types(hand.finger('move', 1, 40, 0))).toEqual(['view-begin', 'view-move']);
    expect(types(hand.finger('up', 1))).toEqual(['view-end']);
    hand.policy.forgetPen();
    expect(types(hand.finger('down', 1))).toEqual(['stroke-begin']);
  });

  it('takes over from a palm that paints', () => {
    const hand = new Hand();
    expect(types(hand.finger('down', 1, 300, 300))).toEqual(['stroke-begin']);
    hand.finger('move', 1, 305, 300);
    hand.wait(400);
    expect(types(hand.pen('down', 0, 1))).toEqual(['stroke-cancel', 'stroke-begin']);
    expect(hand.finger('move', 1, 350, 300)).toEqual([]);
    expect(hand.finger('up', 1)).toEqual([]);
    expect(types(hand.pen('up', 0, 0))).toEqual(['stroke-end']);
  });

  it('takes back what a palm painted just before', () => {
    const hand = new Hand();
    hand.finger('down', 1);
    hand.wait(40);
    hand.finger('up', 1);
    hand.wait(PALM_WINDOW - 1);
    expect(types(hand.pen('down', 0, 1))).toEqual(['stroke-revert', 'stroke-begin']);
    hand.pen('up', 0, 0);
    hand.wait(10);
    expect(types(hand.pen('down', 0, 1))).toEqual(['stroke-begin']);
  });

  it('leaves alone older finger strokes, cancelled ones and undone ones', () => {
    const hand = new Hand();
    hand.finger('down', 1);
    hand.finger('up', 1);
    hand.wait(PALM_WINDOW);
    expect(types(hand.pen('down', 0, 1))).toEqual(['stroke-begin']);
    const other = new Hand();
    other.finger('down', 1);
    other.finger('cancel', 1);
    expect(types(other.pen('down', 0, 1))).toEqual(['stroke-begin']);
  });

  it('ignores the resting hand while it writes or hovers', () => {
    const hand = new Hand();
    hand.pen('down', 0, 1);
    for (const id of [1, 2, 3]) {
      expect(hand.finger('down', id, id * 50, 0)).toEqual([]);
      expect(hand.finger('move', id, id * 50, 80)).toEqual([]);
    }
    hand.pen('up', 0, 0);
    expect(hand.finger('move', 1, 0, 200)).toEqual([]);
    for (const id of [1, 2, 3]) {
      expect(hand.finger('up', id)).toEqual([]);
    }
    hand.wait(1000);
    hand.pen('move', -1, 0);
    hand.wait(PEN_NEAR - 1);
    expect(hand.finger('down', 1)).toEqual([]);
    expect(hand.finger('move', 1, 90, 0)).toEqual([]);
  });

  it('ends a pinch when it comes down', () => {
    const hand = new Hand();
    hand.finger('down', 1, 0, 0);
    hand.finger('down', 2, 100, 0);
    hand.finger('move', 2, 150, 0);
    expect(types(hand.pen('down', 0, 1))).toEqual(['view-end', 'stroke-begin']);
  });

  it('does not take over from the mouse', () => {
    const hand = new Hand();
    hand.mouse('down', 0, 1);
    expect(hand.pen('down', 0, 1)).toEqual([]);
    expect(types(hand.mouse('up', 0, 0))).toEqual(['stroke-end']);
  });
});

describe('fingers', () => {
  it('paint with one', () => {
    const hand = new Hand();
    expect(hand.finger('down', 7, 5, 5)).toMatchObject([
      { type: 'stroke-begin', device: 'touch', id: 7, erase: false },
    ]);
    expect(types(hand.finger('move', 7, 6, 6))).toEqual(['stroke-move']);
    expect(types(hand.finger('up', 7))).toEqual(['stroke-end']);
  });

  it('pinch when the second comes soon, and take the dab back', () => {
    const hand = new Hand();
    hand.finger('down', 1, 100, 100);
    hand.wait(PINCH_WINDOW);
    expect(types(hand.finger('down', 2, 200, 100))).toEqual(['stroke-cancel']);
    expect(hand.finger('move', 2, 204, 100)).toEqual([]);
    expect(types(hand.finger('move', 2, 220, 100))).toEqual(['view-begin']);
    expect(hand.finger('move', 2, 340, 100)).toEqual([
      { type: 'view-move', centre: { x: 220, y: 100 }, dx: 60, dy: 0, factor: 2 },
    ]);
    expect(hand.finger('move', 1, 100, 140)).toMatchObject([{ type: 'view-move', dx: 0, dy: 20 }]);
    expect(types(hand.finger('up', 2))).toEqual(['view-end']);
    // The remaining finger is on its way up.
    expect(hand.finger('move', 1, 300, 300)).toEqual([]);
    expect(hand.finger('up', 1)).toEqual([]);
    expect(types(hand.finger('down', 1))).toEqual(['stroke-begin']);
  });

  it('rotate the picture once they have turned far enough around each other, without a jump', () => {
    const hand = new Hand();
    hand.finger('down', 1, 0, 0);
    hand.finger('down', 2, 200, 0);
    hand.finger('move', 2, 220, 0);
    const turns = (degrees: number): (number | undefined)[] => {
      const angle = (degrees * Math.PI) / 180;
      return hand
        .finger('move', 2, 220 * Math.cos(angle), 220 * Math.sin(angle))
        .map((action) => (action.type === 'view-move' ? action.turn : undefined));
    };
    expect([turns(5), turns(-5), turns(9)]).toEqual([[undefined], [undefined], [undefined]]);
    expect(turns(11)).toEqual([undefined]);
    expect(turns(16)[0]).toBeCloseTo((5 * Math.PI) / 180, 6);
    expect(turns(4)[0]).toBeCloseTo((-12 * Math.PI) / 180, 6);
  });

  it('do not rotate it while they are close together', () => {
    const hand = new Hand();
    hand.finger('down', 1, 0, 0);
    hand.finger('down', 2, 12, 0);
    hand.finger('move', 2, 15, 12);
    expect(hand.finger('move', 2, 0, 15)).toMatchObject([{ type: 'view-move' }]);
    expect(hand.finger('move', 2, -15, 0).some((action) => 'turn' in action)).toBe(false);
  });

  it('continue painting when the second comes late', () => {
    const hand = new Hand();
    hand.finger('down', 1);
    hand.wait(PINCH_WINDOW + 1);
    expect(hand.finger('down', 2, 100, 0)).toEqual([]);
    expect(hand.finger('move', 2, 200, 0)).toEqual([]);
    expect(types(hand.finger('move', 1, 20, 0))).toEqual(['stroke-move']);
    expect(hand.finger('up', 2)).toEqual([]);
    expect(types(hand.finger('up', 1))).toEqual(['stroke-end']);
  });

  it('undo by a tap of two, redo by a tap of three', () => {
    const hand = new Hand();
    hand.finger('down', 1, 100, 100);
    hand.wait(20).finger('down', 2, 200, 100);
    expect(hand.wait(60).finger('up', 1, 101, 100)).toEqual([]);
    expect(hand.wait(10).finger('up', 2, 200, 101)).toEqual([{ type: 'undo' }]);
    hand.wait(500).finger('down', 1, 100, 100);
    hand.wait(20).finger('down', 2, 200, 100);
    hand.wait(20).finger('down', 3, 300, 100);
    hand.wait(20).finger('up', 3);
    hand.finger('up', 2);
    expect(hand.finger('up', 1)).toEqual([{ type: 'redo' }]);
    hand.wait(500);
    for (const id of [1, 2, 3, 4]) {
      hand.finger('down', id, id * 100, 0);
    }
    for (const id of [1, 2, 3]) {
      expect(hand.finger('up', id)).toEqual([]);
    }
    expect(hand.finger('up', 4)).toEqual([]);
  });

  it('also tap in pen mode', () => {
    const hand = new Hand();
    hand.pen('down', 0, 1);
    hand.pen('up', 0, 0);
    hand.wait(1000).finger('down', 1, 0, 0);
    hand.finger('down', 2, 90, 0);
    hand.finger('up', 1);
    expect(hand.finger('up', 2)).toEqual([{ type: 'undo' }]);
  });

  it('do not undo when they stay long, move, or are cancelled', () => {
    const slow = new Hand();
    slow.finger('down', 1, 0, 0);
    slow.finger('down', 2, 90, 0);
    slow.wait(TAP_TIME + 1).finger('up', 1);
    expect(slow.finger('up', 2)).toEqual([]);
    const moved = new Hand();
    moved.finger('down', 1, 0, 0);
    moved.finger('down', 2, 90, 0);
    expect(types(moved.finger('move', 2, 140, 0))).toEqual(['view-begin']);
    expect(types(moved.finger('up', 2))).toEqual(['view-end']);
    expect(moved.finger('up', 1)).toEqual([]);
    const cancelled = new Hand();
    cancelled.finger('down', 1, 0, 0);
    cancelled.finger('down', 2, 90, 0);
    expect(cancelled.finger('cancel', 1)).toEqual([]);
    expect(cancelled.finger('cancel', 2)).toEqual([]);
    expect(types(cancelled.finger('down', 1))).toEqual(['stroke-begin']);
  });

  it('discard the stroke when the browser cancels it', () => {
    const hand = new Hand();
    hand.finger('down', 1);
    expect(types(hand.finger('cancel', 1))).toEqual(['stroke-cancel']);
  });

  it('move the picture with the hand tool, one or two', () => {
    const hand = new Hand();
    hand.context = { panning: true, erasing: false };
    expect(hand.finger('down', 1, 0, 0)).toEqual([]);
    expect(hand.finger('move', 1, 20, 0)).toMatchObject([
      { type: 'view-begin' },
      { type: 'view-move', dx: 0, dy: 0 },
    ]);
    expect(hand.finger('move', 1, 25, 0)).toMatchObject([{ type: 'view-move', dx: 5 }]);
    hand.finger('down', 2, 125, 0);
    expect(hand.finger('move', 2, 225, 0)).toMatchObject([{ type: 'view-move', factor: 2 }]);
    expect(types(hand.finger('up', 1))).toEqual(['view-end']);
    expect(hand.finger('up', 2)).toEqual([]);
  });

  it('are ignored while the mouse paints', () => {
    const hand = new Hand();
    hand.mouse('down', 0, 1, { id: 99 });
    expect(hand.finger('down', 1)).toEqual([]);
    expect(hand.finger('move', 1, 100, 0)).toEqual([]);
    expect(hand.finger('up', 1)).toEqual([]);
    expect(types(hand.mouse('up', 0, 0, { id: 99 }))).toEqual(['stroke-end']);
  });

  it('that were never seen going down are ignored', () => {
    const hand = new Hand();
    expect(hand.finger('move', 3)).toEqual([]);
    expect(hand.finger('up', 3)).toEqual([]);
  });
});

describe('abort', () => {
  it('discards a stroke and ends a gesture', () => {
    const hand = new Hand();
    hand.mouse('down', 0, 1);
    expect(types(hand.policy.abort())).toEqual(['stroke-cancel']);
    expect(hand.policy.abort()).toEqual([]);
    hand.mouse('down', 1, 4);
    expect(types(hand.policy.abort())).toEqual(['view-end']);
  });
});

describe('any sequence', () => {
  const step = fc.record({
    device: fc.constantFrom('mouse' as const, 'pen' as const, 'touch' as const, 'touch' as const),
    kind: fc.constantFrom(
      'down' as const,
      'move' as const,
      'move' as const,
      'up' as const,
      'cancel' as const,
      'leave' as const,
    ),
    finger: fc.integer({ min: 1, max: 4 }),
    x: fc.nat(400),
    y: fc.nat(400),
    wait: fc.constantFrom(0, 5, 40, 160, 400),
    button: fc.constantFrom(0, 0, 1, 2, 5),
    alt: fc.boolean(),
    panning: fc.boolean(),
  });

  it('opens and closes strokes and gestures in pairs, one at a time, and ends at rest', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const policy = new PointerPolicy();
        const down = new Map<number, { device: PointerInput['device']; buttons: number; button: number }>();
        let time = 0;
        let open: 'stroke' | 'view' | 'adjust' | null = null;
        const check = (actions: PointerAction[]): void => {
          for (const { type } of actions) {
            const [what, how] = type.split('-');
            if (how === 'begin') {
              expect(open).toBeNull();
              open = what as typeof open;
            } else if (how === 'move') {
              expect(open).toBe(what);
            } else if (how === 'end' && what !== 'hover') {
              expect(open).toBe(what);
              open = null;
            } else if (how === 'cancel') {
              expect(open).toBe('stroke');
              open = null;
            } else {
              expect(open).toBeNull();
            }
          }
        };
        const send = (
          device: PointerInput['device'],
          kind: PointerInput['kind'],
          id: number,
          more: Partial<PointerInput>,
        ): void => {
          check(
            policy.handle(
              {
                device,
                kind,
                id,
                time,
                x: 0,
                y: 0,
                button: -1,
                buttons: 0,
                alt: false,
                shift: false,
                ...more,
              },
              { panning: false, erasing: false },
            ),
          );
        };
        for (const { device, kind, finger, x, y, wait, button, alt, panning } of steps) {
          time += wait;
          const id = device === 'touch' ? finger : device === 'pen' ? 50 : 90;
          const held = down.get(id);
          // Browsers send one "down" for each contact, and "up" only after it.
          if ((kind === 'down') === (held !== undefined) && kind !== 'move' && kind !== 'leave') {
            continue;
          }
          if (device === 'touch' && !held && kind !== 'down') {
            continue;
          }
          const pressed = { 0: 1, 1: 4, 2: 2, 5: 32 }[button] ?? 1;
          if (kind === 'down') {
            down.set(id, { device, buttons: pressed, button });
          } else if (kind === 'up' || kind === 'cancel') {
            down.delete(id);
          }
          check(
            policy.handle(
              {
                device,
                kind,
                id,
                x,
                y,
                time,
                button: kind === 'down' ? (device === 'touch' ? 0 : button) : -1,
                buttons: down.get(id)?.buttons ?? 0,
                alt,
                shift: false,
              },
              { panning, erasing: false },
            ),
          );
          expect(policy.painting).toBe(open === 'stroke');
        }
        for (const [id, { device, button }] of down) {
          send(device, 'up', id, { button });
        }
        expect(open).toBeNull();
        expect(policy.painting).toBe(false);
        // Nothing is stuck: a mouse can paint.
        time += 1000;
        send('mouse', 'down', 90, { button: 0, buttons: 1 });
        expect(open).toBe('stroke');
      }),
      { numRuns: 500 },
    );
  });

  it('never paints with a finger once a pen has touched', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const hand = new Hand();
        hand.pen('down', 0, 1);
        hand.pen('up', 0, 0);
        for (const { kind, finger, x, y, wait } of steps) {
          const actions = hand.wait(wait).finger(kind, finger, x, y);
          expect(actions.some((action) => action.type.startsWith('stroke'))).toBe(false);
        }
      }),
    );
  });
});
