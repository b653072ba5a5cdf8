import { type Locale, LOCALES, locale, preferredLocale, setLocale } from '../i18n/index.svelte';
import { readObject, Stored } from '../base/stored';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

interface Choices {
  theme?: Theme;
  locale?: Locale;
  queuePanel?: boolean;
  queueAtWork?: boolean;
  demoNoteHidden?: boolean;
  deviceOnlyTold?: boolean;
}

const stored = new Stored<Choices>('darkroom.settings', { read: (json) => readObject(json) });

/** The person's choices for this browser. */
class Settings {
  #choices = $state<Choices>(stored.load());

  get theme(): Theme {
    return THEMES.find((theme) => theme === this.#choices.theme) ?? 'system';
  }

  get locale(): Locale {
    return locale();
  }

  /** Whether the queue is shown beside rooms that have room for it. */
  get queuePanel(): boolean {
    return this.#choices.queuePanel ?? true;
  }

  /** Whether it is shown beside editor and forms, too, where it takes from their room. */
  get queueAtWork(): boolean {
    return this.#choices.queueAtWork ?? false;
  }

  get demoNoteHidden(): boolean {
    return this.#choices.demoNoteHidden ?? false;
  }

  /** Whether it was said once that the server stores no documents. */
  get deviceOnlyTold(): boolean {
    return this.#choices.deviceOnlyTold ?? false;
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

  toggleQueueAtWork(): void {
    this.#write({ queueAtWork: !this.queueAtWork });
  }

  hideDemoNote(): void {
    this.#write({ demoNoteHidden: true });
  }

  setDeviceOnlyTold(): void {
    this.#write({ deviceOnlyTold: true });
  }

  /** Applies theme and language to the page; resolves once the catalogue is loaded. */
  async apply(): Promise<void> {
    this.#showTheme();
    const known = LOCALES.find((tag) => tag === this.#choices.locale);
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

  #write(change: Choices): void {
    this.#choices = { ...this.#choices, ...change };
    stored.save(this.#choices);
  }
}

export const settings = new Settings();
