import { browser } from '../base/browser';
import { report } from '../base/report';

/**
 * Copies text, on plain-http LAN pages too, where the clipboard interface does not exist. Resolves with
 * whether it worked: show the text for copying by hand when it did not.
 */
export async function copyText(text: string): Promise<boolean> {
  if (!browser.clipboard) {
    return copyBySelection(text);
  }
  try {
    // eslint-disable-next-line no-restricted-properties -- the one place that may, with its fallback below
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    report(error, 'clipboard.write');
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.style.cssText = 'position:fixed;inset:0 auto auto 0;opacity:0';
  // Inside an open dialog, where the focus trap would take the focus back from the body.
  const host = document.activeElement?.closest('[role="dialog"]') ?? document.body;
  const focused = document.activeElement as HTMLElement | null;
  host.append(area);
  area.select();
  // Deprecated, still supported everywhere, and the only way on plain http.
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return copied;
}
