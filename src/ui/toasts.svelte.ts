import type * as Sonner from 'svelte-sonner';

/** Something a person can do about what a toast says. */
export interface ToastAction {
  label: string;
  run: () => void;
}

/** How long an undo stays on offer, ms. */
export const UNDO_TIME = 8000;

let wanted = $state(false);

/** Whether anything was said yet: until then nothing of the toasts is loaded. */
export function toastsWanted(): boolean {
  return wanted;
}

/**
 * Says that something went as wished.
 * @param id takes the place of what was said under the same one.
 */
export function say(message: string, action?: ToastAction, id?: string): void {
  void show(message, false, action ? UNDO_TIME : 4000, action, id);
}

/** Says that something failed, long enough to be read, with the way to try again. */
export function complain(message: string, action?: ToastAction): void {
  void show(message, true, 12_000, action);
}

/** One promise for all: an import of its own for each may be fulfilled in another order than it was asked for. */
let library: Promise<typeof Sonner> | null = null;

async function load(): Promise<typeof Sonner> {
  try {
    return await import('svelte-sonner');
  } catch (error) {
    library = null;
    throw error;
  }
}

async function show(
  message: string,
  failed: boolean,
  duration: number,
  action?: ToastAction,
  id?: string,
): Promise<void> {
  wanted = true;
  const { toast } = await (library ??= load());
  (failed ? toast.error : toast)(message, {
    duration,
    ...(id !== undefined && { id, action: undefined }),
    ...(action ? { action: { label: action.label, onClick: () => action.run() } } : {}),
  });
}
