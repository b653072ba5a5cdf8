import { type Locale, LOCALES, locale, preferredLocale, setLocale } from '../i18n/index.svelte';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'darkroom.settings';

interface Stored {
  theme?: Theme;
  locale?: Locale;
  queuePanel?: boolean;
  demoNoteHidden?: boolean;
}

function read(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Stored;
  } catch {
    return {};
  }
}

/** What a person chose for this browser. */
class Settings {
  #stored = $state<Stored>(read());

  get theme(): Theme {
    return THEMES.find((theme) => theme === this.#stored.theme) ?? 'system';
  }

  get locale(): Locale {
    return locale();
  }

  /** Whether the queue stands beside the gallery on wide screens. */
  get queuePanel(): boolean {
    return this.#stored.queuePanel ?? true;
  }

  get demoNoteHidden(): boolean {
    return this.#stored.demoNoteHidden ?? false;
  }

  setTheme(theme: Theme): void {
    this.#write({ theme });
    this.#showTheme();
  }

  async setLocale(next: Locale): Promise<void> {
    await setLocale(next);
    document.documentElement.lang = next;
    this.#write({ locale: next });
  }

  toggleQueuePanel(): void {
    this.#write({ queuePanel: !this.queuePanel });
  }

  hideDemoNote(): void {
    this.#write({ demoNoteHidden: true });
  }

  /** Brings theme and language of the page in line; resolves when the catalogue is there. */
  async apply(): Promise<void> {
    this.#showTheme();
    const known = LOCALES.find((tag) => tag === this.#stored.locale);
    const next = known ?? preferredLocale(navigator.languages);
    await setLocale(next);
    document.documentElement.lang = next;
  }

  #showTheme(): void {
    const root = document.documentElement;
    if (this.theme === 'system') {
      delete root.dataset['theme'];
    } else {
      root.dataset['theme'] = this.theme;
    }
  }

  #write(change: Stored): void {
    this.#stored = { ...this.#stored, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#stored));
    } catch {
      // Storage can be full or forbidden; the choice then lasts as long as the page.
    }
  }
}

export const settings = new Settings();
