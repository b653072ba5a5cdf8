import type { TextEdit, TextRange } from '../prompt/weights';

/**
 * Changes a text field as if somebody had typed it, so that the browser's own undo takes it back. The field has the
 * focus afterwards.
 * @param selection what is selected then; by default the caret stands behind what was put in.
 */
export function editText(field: HTMLTextAreaElement, edit: TextEdit, selection?: TextRange): void {
  const { start, end, insert } = edit;
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  // The only way into the history of native undo; every browser has kept it, for want of another.
  const done =
    insert === '' ? document.execCommand('delete') : document.execCommand('insertText', false, insert);
  if (!done && field.value.slice(start, end) !== insert) {
    field.setRangeText(insert, start, end, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  if (selection) {
    field.setSelectionRange(selection.start, selection.end);
  }
}

/** What decides where a line breaks. */
const MEASURED = [
  ...[
    'direction',
    'boxSizing',
    'width',
    'overflowY',
    'borderTopWidth',
    'borderRightWidth',
    'borderBottomWidth',
  ],
  ...['borderLeftWidth', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'fontStyle'],
  ...['fontVariant', 'fontWeight', 'fontStretch', 'fontSize', 'lineHeight', 'fontFamily', 'textAlign'],
  ...['textIndent', 'letterSpacing', 'wordSpacing', 'tabSize'],
] as const;

/** Where a character of a text field is in the window, px; no browser tells. */
export function placeInText(field: HTMLTextAreaElement, at: number): DOMRect {
  const twin = document.createElement('div');
  const style = getComputedStyle(field);
  for (const name of MEASURED) {
    twin.style[name as 'width'] = style[name as 'width'];
  }
  Object.assign(twin.style, {
    ...{ position: 'fixed', top: '0', left: '0', visibility: 'hidden', borderStyle: 'solid' },
    ...{ whiteSpace: 'pre-wrap', overflowWrap: 'break-word', height: 'auto' },
    width: `${field.clientWidth + parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)}px`,
    boxSizing: 'border-box',
  });
  const mark = document.createElement('span');
  // Never empty: an empty one has no place.
  mark.textContent = field.value.slice(at) || '.';
  twin.append(field.value.slice(0, at), mark);
  document.body.append(twin);
  const [first] = mark.getClientRects();
  const box = field.getBoundingClientRect();
  const place = new DOMRect(
    box.left + (first?.left ?? 0) - field.scrollLeft,
    box.top + (first?.top ?? 0) - field.scrollTop,
    0,
    first?.height ?? 0,
  );
  twin.remove();
  return place;
}
