/**
 * What the owner's app and the guest's page exchange with Darkroom's server about share links, as JSON.
 *
 * The owner's routes lie below `darkroom/`, the guest's below `s/`:
 *
 * | route | body → answer |
 * |---|---|
 * | `GET darkroom/shares` | → `ShareList` |
 * | `POST darkroom/shares` | `ShareDraft` → `Share`, 201 |
 * | `PATCH darkroom/shares/:id` | `ShareChange` → `Share` |
 * | `PUT darkroom/shares/:id/items` | `{items: SharedFile[]}` → `Share` |
 * | `DELETE darkroom/shares/:id` | → 204; guests are out at once |
 * | `GET darkroom/shares/:id/feedback` | → `Feedback` |
 * | WebSocket `darkroom/shares/live` | → `OwnerEvent`, one per message |
 * | `GET darkroom/addresses` | → `AddressList` |
 * | `POST darkroom/pairings` | → `Pairing` |
 * | `GET darkroom/devices` | → `{devices: Device[]}` |
 * | `DELETE darkroom/devices/:id` | → 204 |
 * | `GET s/:token`, `GET s/:token/:slug` | → the guest's page (HTML), whatever the state of the link |
 * | `POST s/open` | `{token, password?}` → `GuestGallery` and a cookie of this link, or a `GuestRefusal` |
 * | `GET s/:id/gallery` | → `GuestGallery` |
 * | `GET s/:id/items/:item/thumb`, `/preview`, `/original`, `/clean` | → the picture |
 * | `GET s/:id/items/:item/making` | → `Making`, if the link shows it |
 * | `PUT s/:id/items/:item/favourite` | `{favourite: boolean}` → 204 |
 * | `POST s/:id/items/:item/comments` | `{name, text}` → `Comment` |
 * | `PUT s/:id/items/:item/vote` | `{vote: boolean}` → 204 |
 * | WebSocket `s/:id/live` | → `GuestEvent`, one per message |
 *
 * `:id` of a guest's route is the public id of the link, which grants nothing without the cookie. Times are
 * milliseconds since 1970.
 *
 * The guest's page is `guest.html` of the build. It is shown below `s/`, so the server points its `src` and `href` up
 * and writes the way to the root, `../` or `../../`, into the `data-root` attribute of `<html>`. Every `s/ROUTE` is to
 * be resolved from there: a proxy may publish it all below a path. Guest routes exist at the door to the network
 * alone. A video has no `thumb`; its `preview` is the video without metadata, with Range.
 *
 * Statuses: 401 `password`, 404 `gone`, 410 `expired` and `stopped`, 429 `too-many-attempts`, 503 `asleep`, each with
 * a `GuestRefusal`; 403 what the link does not allow; 409 a file that is another now than when it was shared; 415 one
 * that cannot be shown. The owner's routes answer 503
 * where there is no database.
 *
 * Once the token is exchanged, the page shows `s/:id` or `s/:id/:slug` in the address bar, so those answer the page
 * as well: after a reload it asks for `s/:id/gallery` first. A fragment names the picture to open, `#ITEM` or its
 * place from 1, `#7`.
 */
import type { FileRef } from '../comfy/file-ref';

/** A file to be shared, and what the owner's app knows of it. */
export interface SharedFile {
  ref: FileRef;
  /** Width and height in px, if known. */
  size?: readonly [number, number];
  /** When it was made. */
  at?: number;
  /** How it was made, in words; kept by the server so that guests see it when ComfyUI is off. */
  making?: Making;
}

/** How a picture was made. */
export interface Making {
  prompt?: string;
  negative?: string;
  model?: string;
  /** LoRAs with their strengths, as shown. */
  loras?: readonly string[];
  /** Decimal digits: seeds reach 2^64−1. */
  seed?: string;
  steps?: number;
  cfg?: number;
  sampler?: string;
  scheduler?: string;
}

/**
 * What a link shows: a fixed list, a live view that the owner's app refreshes (`collection`, `search`), or
 * every output from now on, which the server watches itself.
 */
export type ShareScope =
  | { kind: 'list' }
  | { kind: 'collection'; name: string }
  | { kind: 'search'; query: string }
  | { kind: 'new' };

/**
 * What guests get to download: the file, a copy without metadata, or nothing. The file itself tells how it was made:
 * without `making`, the server turns `original` into `clean`.
 */
export type Download = 'original' | 'clean' | 'none';

/** What guests may see and do. */
export interface ShareRights {
  making: boolean;
  download: Download;
  favourites: boolean;
  comments: boolean;
  /** The queue with preview and progress. */
  liveQueue: boolean;
  /** Guests vote, and see no votes of others. */
  voting: boolean;
}

export const DEFAULT_RIGHTS: ShareRights = {
  making: false,
  download: 'clean',
  favourites: true,
  comments: true,
  liveQueue: false,
  voting: false,
};

/** A day and a week are what people choose most; 7 days is the default. `null`: until stopped. */
export const LIFETIMES_MS = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  endless: null,
} as const;

export interface ShareDraft {
  title: string;
  /** Readable part of the address; grants nothing. */
  slug?: string;
  scope: ShareScope;
  items: readonly SharedFile[];
  /** `null`: until stopped. */
  expiresAt: number | null;
  password?: string;
  rights: ShareRights;
}

/** What can be changed of a link. `password: null` takes it away. */
export interface ShareChange {
  title?: string;
  slug?: string | null;
  expiresAt?: number | null;
  password?: string | null;
  rights?: Partial<ShareRights>;
}

export interface Share {
  id: string;
  title: string;
  slug: string | null;
  scope: ShareScope;
  rights: ShareRights;
  hasPassword: boolean;
  createdAt: number;
  expiresAt: number | null;
  /** Number of files. */
  count: number;
  /** Guests who opened it. */
  views: number;
  lastSeenAt: number | null;
  /**
   * `s/TOKEN/slug`, relative to an address of `AddressList`, so that the owner can copy it again. Empty if the key of
   * the data folder was lost.
   */
  path: string;
}

export interface ShareList {
  shares: readonly Share[];
}

export interface Comment {
  id: string;
  item: string;
  name: string;
  text: string;
  at: number;
}

/** What guests said of one link. Keys are items; the owner's app knows their files by `files`. */
export interface Feedback {
  files: Readonly<Record<string, FileRef>>;
  /** Number of guests per item. */
  favourites: Readonly<Record<string, number>>;
  votes: Readonly<Record<string, number>>;
  /** Guests who have voted for at least one item. */
  voters: number;
  comments: readonly Comment[];
}

export type OwnerEvent =
  | { type: 'opened'; share: string; views: number; at: number }
  | { type: 'favourites'; share: string; item: string; count: number }
  | { type: 'votes'; share: string; item: string; count: number; voters: number }
  | { type: 'comment'; share: string; comment: Comment }
  | { type: 'shares-changed' };

/** Addresses to share under, the likeliest to work first. Empty without a door to the network. */
export interface AddressList {
  /** `false`: started without `--lan`. */
  lan: boolean;
  addresses: readonly { url: string; kind: 'private' | 'public' | 'virtual' | 'name'; interface?: string }[];
}

/** A code that pairs one device, once, within five minutes. */
export interface Pairing {
  /** Relative to an address of `AddressList`. */
  path: string;
  expiresAt: number;
}

export interface Device {
  id: string;
  name: string;
  pairedAt: number;
  lastSeenAt: number | null;
}

export interface GuestItem {
  /** Opaque; means nothing outside this link. */
  id: string;
  kind: 'image' | 'animation' | 'video';
  /** px. */
  width: number;
  height: number;
  at: number | null;
  favourite: boolean;
  vote: boolean;
}

export interface GuestGallery {
  id: string;
  title: string;
  expiresAt: number | null;
  rights: ShareRights;
  /** In the owner's order. */
  items: readonly GuestItem[];
  comments: readonly Comment[];
}

/** Why a link shows nothing. `gone`: no such link. Only who holds the token learns of `expired` and `stopped`. */
export interface GuestRefusal {
  reason: 'gone' | 'expired' | 'stopped' | 'password' | 'too-many-attempts' | 'asleep';
  /** Seconds until the next attempt is allowed. */
  retryAfter?: number;
}

export type GuestEvent =
  | { type: 'items'; gallery: GuestGallery }
  | { type: 'comment'; comment: Comment }
  | { type: 'queue'; pending: number; running: GuestJob | null }
  /** The binary message that follows is the preview: a JPEG or PNG. */
  | { type: 'preview' }
  | { type: 'ended'; reason: 'expired' | 'stopped' };

export interface GuestJob {
  /** 0–1, or `null` where it is unknown. */
  progress: number | null;
  /** Seconds since it started. */
  elapsed: number;
}
