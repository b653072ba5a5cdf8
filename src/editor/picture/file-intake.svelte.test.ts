import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FileIntake } from './file-intake.svelte';

vi.mock('../../ui/routes', () => ({
  goTo: vi.fn(),
  routes: { edit: ({ filename }: { filename: string }) => `/edit/${filename}` },
}));
vi.mock('../../ui/toasts.svelte', () => ({ complain: vi.fn() }));

const { goTo } = await import('../../ui/routes');
const { complain } = await import('../../ui/toasts.svelte');

const picture = new File(['pixels'], 'photo.png', { type: 'image/png' });
const notes = new File(['words'], 'notes.txt', { type: 'text/plain' });

interface Given {
  files?: File[];
  types?: string[];
  relatedTarget?: object | null;
  defaultPrevented?: boolean;
}

/** An event with only what is read of it. */
function eventOf({ files = [], types, relatedTarget = null, defaultPrevented = false }: Given) {
  const transfer = { files, types: types ?? (files.length > 0 ? ['Files'] : []) };
  const prevented = vi.fn<() => void>();
  const event = {
    dataTransfer: transfer,
    clipboardData: transfer,
    relatedTarget,
    defaultPrevented,
    preventDefault: prevented,
  };
  return Object.assign(event as unknown as DragEvent & ClipboardEvent, { prevented });
}

describe('FileIntake', () => {
  const importFile = vi.fn((file: File) =>
    Promise.resolve({ filename: file.name, subfolder: '', type: 'input' as const }),
  );
  let intake: FileIntake;

  beforeEach(() => {
    vi.clearAllMocks();
    intake = new FileIntake(importFile);
  });

  it('opens a dropped picture and keeps the browser from opening it', async () => {
    const event = eventOf({ files: [picture, notes] });
    intake.dragOver(event);
    expect(intake.over).toBe(true);
    intake.drop(event);
    expect(event.prevented).toHaveBeenCalledTimes(2);
    expect(intake.over).toBe(false);
    expect(intake.busy).toBe(true);
    await vi.waitFor(() => expect(goTo).toHaveBeenCalledWith('/edit/photo.png'));
    await vi.waitFor(() => expect(intake.busy).toBe(false));
    expect(importFile).toHaveBeenCalledExactlyOnceWith(picture);
  });

  it('says so when a file is not a picture', () => {
    const event = eventOf({ files: [notes] });
    intake.drop(event);
    expect(event.prevented).toHaveBeenCalled();
    expect(complain).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('notes.txt'));
    expect(importFile).not.toHaveBeenCalled();
  });

  it('leaves dragged text to the field it is dropped on', () => {
    const event = eventOf({ types: ['text/plain'] });
    intake.dragOver(event);
    expect(intake.over).toBe(false);
    intake.drop(event);
    expect(event.prevented).not.toHaveBeenCalled();
  });

  it('tells a file leaving the page from one leaving an element', () => {
    intake.dragOver(eventOf({ files: [picture] }));
    intake.dragLeave(eventOf({ relatedTarget: {} }));
    expect(intake.over).toBe(true);
    intake.dragLeave(eventOf({ relatedTarget: null }));
    expect(intake.over).toBe(false);
  });

  it('opens a pasted picture, but not one that came along with text', () => {
    intake.paste(eventOf({ files: [picture], types: ['text/plain', 'Files'] }));
    expect(importFile).not.toHaveBeenCalled();
    intake.paste(eventOf({ files: [picture] }));
    expect(importFile).toHaveBeenCalledExactlyOnceWith(picture);
  });

  it('leaves alone what was handled further down', () => {
    const event = eventOf({ files: [picture], defaultPrevented: true });
    intake.dragOver(event);
    expect(intake.over).toBe(false);
    intake.drop(event);
    intake.paste(event);
    expect(importFile).not.toHaveBeenCalled();
  });
});
