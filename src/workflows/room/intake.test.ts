import { describe, expect, it, vi } from 'vitest';
import { Intake } from './intake.svelte';

function transfer(files: File[], text = ''): DataTransfer {
  return {
    types: files.length > 0 ? ['Files'] : ['text/plain'],
    files,
    getData: () => text,
  } as unknown as DataTransfer;
}

/** An event with as much of it as is asked for, and the spy that tells whether it was taken. */
function event<E>(members: object): { event: E; taken: ReturnType<typeof vi.fn> } {
  const taken = vi.fn();
  return { event: { defaultPrevented: false, target: null, preventDefault: taken, ...members } as E, taken };
}

/** An element of the page, inside a text field or not. */
class FakeElement {
  constructor(readonly inField: boolean) {}
  closest(): object | null {
    return this.inField ? {} : null;
  }
}

describe('what is brought to the room', () => {
  vi.stubGlobal('Element', FakeElement);
  const takers = { file: vi.fn(), text: vi.fn() };
  const intake = new Intake(takers);
  const file = new File(['{}'], 'a.json');

  it('is a file dropped anywhere, which the page then does not open itself', () => {
    const over = event<DragEvent>({ dataTransfer: transfer([file]) });
    intake.dragOver(over.event);
    expect(intake.over).toBe(true);
    expect(over.taken).toHaveBeenCalled();
    intake.drop(event<DragEvent>({ dataTransfer: transfer([file]) }).event);
    expect(intake.over).toBe(false);
    expect(takers.file).toHaveBeenCalledExactlyOnceWith(file);
  });

  it('is not what an input of the form has taken, nor text that is dragged', () => {
    takers.file.mockClear();
    intake.drop(event<DragEvent>({ defaultPrevented: true, dataTransfer: transfer([file]) }).event);
    const text = event<DragEvent>({ dataTransfer: transfer([], 'x') });
    intake.drop(text.event);
    expect(takers.file).not.toHaveBeenCalled();
    expect(text.taken).not.toHaveBeenCalled();
  });

  it('is text or a file that is pasted, unless into a field', () => {
    takers.file.mockClear();
    const typed = event<ClipboardEvent>({
      target: new FakeElement(true),
      clipboardData: transfer([], 'words for a prompt'),
    });
    intake.paste(typed.event);
    expect(takers.text).not.toHaveBeenCalled();
    expect(typed.taken).not.toHaveBeenCalled();
    intake.paste(
      event<ClipboardEvent>({ target: new FakeElement(false), clipboardData: transfer([], ' {"a":1}') })
        .event,
    );
    expect(takers.text).toHaveBeenCalledExactlyOnceWith(' {"a":1}');
    intake.paste(event<ClipboardEvent>({ clipboardData: transfer([file]) }).event);
    expect(takers.file).toHaveBeenCalledExactlyOnceWith(file);
  });
});
