import { afterEach, expect, it, vi } from 'vitest';
import { dragRows } from './drag-rows';

const drop = vi.fn();
let stop: (() => void) | void;

afterEach(() => {
  stop?.();
  document.body.replaceChildren();
  drop.mockClear();
});

/** A list of rows, 40 px high each. */
function list(...names: string[]): HTMLElement {
  const rows = document.createElement('ul');
  rows.style.cssText = 'position: fixed; inset: 0 auto auto 0; margin: 0; padding: 0; list-style: none';
  for (const name of names) {
    const row = document.createElement('li');
    row.dataset['row'] = name;
    row.style.height = '40px';
    const handle = document.createElement('button');
    handle.dataset['handle'] = '';
    // Pointers that no hand moves cannot be captured.
    handle.setPointerCapture = () => undefined;
    row.append(handle);
    rows.append(row);
  }
  document.body.append(rows);
  stop = dragRows({ begin: (row) => [row], show: () => undefined, drop })(rows);
  return rows;
}

function point(rows: HTMLElement, type: string, row: number, pointerId: number, y = row * 40 + 1): void {
  const handle = rows.querySelectorAll('[data-handle]')[row];
  handle?.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId, clientY: y, button: 0 }));
}

it('puts a row where it is dropped', () => {
  const rows = list('a', 'b', 'c');
  point(rows, 'pointerdown', 2, 1);
  point(rows, 'pointermove', 2, 1, 5);
  point(rows, 'pointerup', 2, 1, 5);
  expect(drop.mock.calls).toEqual([[['c'], { before: 'a' }]]);
});

it.each(['pointerup', 'pointercancel'])('goes on dragging when another finger gives %s', (type) => {
  const rows = list('a', 'b', 'c');
  point(rows, 'pointerdown', 2, 1);
  point(rows, 'pointermove', 2, 1, 45);
  point(rows, 'pointerdown', 0, 2);
  point(rows, type, 0, 2);
  expect(drop).not.toHaveBeenCalled();
  point(rows, 'pointermove', 2, 1, 5);
  point(rows, 'pointerup', 2, 1, 5);
  expect(drop.mock.calls).toEqual([[['c'], { before: 'a' }]]);
});

it('marks no words while a row is dragged', () => {
  const rows = list('a', 'b');
  const mark = (): boolean =>
    rows.dispatchEvent(new Event('selectstart', { bubbles: true, cancelable: true }));
  expect(mark()).toBe(true);
  point(rows, 'pointerdown', 1, 1);
  expect(mark()).toBe(false);
  point(rows, 'pointerup', 1, 1, 41);
  expect(mark()).toBe(true);
});
