import {
  DEFAULT_RIGHTS,
  type Download,
  LIFETIMES_MS,
  type Share,
  type ShareChange,
  type SharedFile,
  type ShareDraft,
  type ShareRights,
  type ShareScope,
} from '../ports/share-wire';

export type Lifetime = keyof typeof LIFETIMES_MS;
/** `keep`: as it is, for a link that exists. */
export type LifetimeChoice = Lifetime | 'keep';

/** The rights that are on or off. */
export type Switch = Exclude<keyof ShareRights, 'download'>;
export const SWITCHES: readonly Switch[] = ['favourites', 'comments', 'voting', 'making', 'liveQueue'];

const LONGEST_SLUG = 80;

/** The readable part of an address that a text gives: words with hyphens between them. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '');
}

/** What people fill in about a link. */
export class ShareForm {
  title = $state('');
  lifetime = $state<LifetimeChoice>('week');
  password = $state('');
  /** Takes away the password the link has. */
  open = $state(false);
  slug = $state('');
  download = $state<Download>(DEFAULT_RIGHTS.download);
  readonly #switches = $state({ ...DEFAULT_RIGHTS });

  /** @param share the link to be changed; without one, a new link. */
  constructor(share?: Share) {
    if (share) {
      this.title = share.title;
      this.slug = share.slug ?? '';
      this.lifetime = 'keep';
      this.download = share.rights.download;
      Object.assign(this.#switches, share.rights);
    }
  }

  get rights(): ShareRights {
    return { ...this.#switches, download: this.download };
  }

  may(name: Switch): boolean {
    return this.#switches[name];
  }

  set(name: Switch, on: boolean): void {
    this.#switches[name] = on;
  }

  /** The link to be made. @param fallback the title where none was given. */
  draft(scope: ShareScope, items: readonly SharedFile[], fallback: string, now = Date.now()): ShareDraft {
    const slug = slugOf(this.slug);
    return {
      title: this.title.trim() || fallback,
      scope,
      items,
      expiresAt: this.#expiresAt(now) ?? null,
      rights: this.rights,
      ...(slug !== '' && { slug }),
      ...(this.password !== '' && { password: this.password }),
    };
  }

  /** What is to be changed of a link. */
  change(share: Share, now = Date.now()): ShareChange {
    const slug = slugOf(this.slug) || null;
    const expiresAt = this.#expiresAt(now);
    return {
      title: this.title.trim() || share.title,
      rights: this.rights,
      ...(slug !== share.slug && { slug }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(this.password !== '' ? { password: this.password } : this.open ? { password: null } : {}),
    };
  }

  /** `undefined`: as it is. */
  #expiresAt(now: number): number | null | undefined {
    if (this.lifetime === 'keep') {
      return undefined;
    }
    const length = LIFETIMES_MS[this.lifetime];
    return length === null ? null : now + length;
  }
}
