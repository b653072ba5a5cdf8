/**
 * Whether the system may tell of jobs. `impossible`: the browser has no notifications here, as over plain http;
 * `ask`: nobody was asked yet.
 */
export type SystemNotices = 'impossible' | 'ask' | 'allowed' | 'denied';

/** What the browser says now. */
export function systemNotices(): SystemNotices {
  if (typeof Notification === 'undefined' || !isSecureContext) {
    return 'impossible';
  }
  const { permission } = Notification;
  return permission === 'granted' ? 'allowed' : permission === 'denied' ? 'denied' : 'ask';
}

/** Asks for leave, which only counts when somebody has just pressed something. */
export async function askForSystemNotices(): Promise<SystemNotices> {
  if (systemNotices() === 'ask') {
    await Notification.requestPermission();
  }
  return systemNotices();
}

/** Has the system tell something, in place of what was told before; a press on it comes back to this page. */
export function notifySystem(title: string, text: string, pressed: () => void): void {
  if (systemNotices() === 'allowed') {
    const notice = new Notification(title, { body: text, tag: 'darkroom-job' });
    notice.onclick = (): void => {
      window.focus();
      notice.close();
      pressed();
    };
  }
}
