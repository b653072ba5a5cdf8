import { toast } from 'svelte-sonner';

/** Something a person can do about what a toast says. */
export interface ToastAction {
  label: string;
  run: () => void;
}

/** How long an undo stays on offer, ms. */
export const UNDO_TIME = 8000;

/** Says that something went as wished. */
export function say(message: string, action?: ToastAction): void {
  toast(message, { duration: action ? UNDO_TIME : 4000, ...withAction(action) });
}

/** Says that something failed, long enough to be read, with the way to try again. */
export function complain(message: string, action?: ToastAction): void {
  toast.error(message, { duration: 12_000, ...withAction(action) });
}

function withAction(action: ToastAction | undefined): object {
  return action ? { action: { label: action.label, onClick: () => action.run() } } : {};
}
