import type { FileRef } from '../../comfy/file-ref';
import type {
  Comment,
  Feedback,
  GuestGallery,
  GuestItem,
  Making,
  Share,
  ShareChange,
  SharedFile,
  ShareDraft,
  ShareRights,
  ShareScope,
} from '../../ports/share-wire';
import type { Database, Row } from '../store/database';
import { hashSecret, newId, newSecret, type TokenSeal } from './secrets';
import { kindOf, MAX_ITEMS, readMaking } from './share-input';

/** How long who holds a stopped link is told that it was stopped, ms; after that there is no such link. */
const REMEMBER_STOPPED_MS = 90 * 86_400_000;
/** How fresh a guest's last visit is kept, ms: not every request is worth a write. */
const SEEN_STEP_MS = 30_000;

/** Guests remembered per link; beyond that, those give way who said nothing, the longest unseen first. */
export const MOST_GUESTS = 10_000;
/** After how many openings of a link its guests are counted. */
const GUESTS_STEP = 500;

export type LinkState = 'open' | 'expired' | 'stopped';

/** A link as the guest's side needs it. */
export interface Link {
  id: string;
  title: string;
  rights: ShareRights;
  scope: ShareScope;
  expiresAt: number | null;
  state: LinkState;
  /** As `hashPassword` made it. */
  password: string | null;
}

/** A guest whose cookie is in order. The link may be over all the same. */
export interface GuestPass {
  /** Row of the guest. */
  guest: number;
  /** Id of the link. */
  share: string;
  state: LinkState;
}

/** A shared file. */
export interface Item {
  id: string;
  share: string;
  ref: FileRef;
  kind: GuestItem['kind'];
  /** px; `null` until it was measured. */
  size: readonly [number, number] | null;
  making: Making | null;
  /** What the file was when it was shared. */
  known: FileMark;
}

/** By what a file is known again under its name; `null` until it was looked at. */
export interface FileMark {
  /** ETag, or size and time, as ComfyUI told them. */
  validator: string | null;
  /** SHA-256 of the bytes. */
  digest: string | null;
}

/** Shown until a picture has been measured, px. */
const UNKNOWN_SIDE = 1024;

/** Links, what is in them, who opened them and what guests said. Every change is one transaction. */
export class ShareStore {
  readonly #database: Database;
  readonly #seal: TokenSeal;
  readonly #now: () => number;
  /** Called with the ids of items that are no longer there, though their link is. */
  onRemoved: (ids: readonly string[]) => void = () => undefined;

  constructor(database: Database, seal: TokenSeal, now: () => number = Date.now) {
    this.#database = database;
    this.#seal = seal;
    this.#now = now;
  }

  // The owner's side

  /** Every link that was not stopped, newest first; expired ones too, for they can be prolonged. */
  list(): Share[] {
    return this.#database
      .all(`${SHARE_ROWS} WHERE stopped_at IS NULL ORDER BY created_at DESC, shares.rowid DESC`)
      .map((row) => this.#toShare(row));
  }

  /** One link that was not stopped. */
  share(id: string): Share | null {
    const row = this.#database.get(`${SHARE_ROWS} WHERE id = ? AND stopped_at IS NULL`, id);
    return row ? this.#toShare(row) : null;
  }

  /** Makes a link. Files that guests cannot be shown are left out. `password` is as `hashPassword` made it. */
  create(draft: ShareDraft, password: string | null): Share {
    const id = newId();
    const token = newSecret();
    return this.#database.transaction(() => {
      this.#database.run(
        `INSERT INTO shares (id, token_hash, token_sealed, title, slug, scope, rights, password, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        hashSecret(token),
        this.#seal.seal(token),
        draft.title,
        draft.slug ?? null,
        JSON.stringify(draft.scope),
        JSON.stringify(consistent(draft.rights)),
        password,
        this.#now(),
        draft.expiresAt,
      );
      this.#place(id, draft.items);
      this.#forgetStopped();
      return this.#expected(id);
    });
  }

  /**
   * Changes a link. A new password, as `hashPassword` made it, locks out every guest until they give it;
   * `undefined` leaves the old one.
   */
  change(id: string, change: Omit<ShareChange, 'password'>, password?: string | null): Share | null {
    return this.#database.transaction(() => {
      const known = this.share(id);
      if (!known) {
        return null;
      }
      this.#database.run(
        'UPDATE shares SET title = ?, slug = ?, expires_at = ?, rights = ? WHERE id = ?',
        change.title ?? known.title,
        change.slug === undefined ? known.slug : change.slug,
        change.expiresAt === undefined ? known.expiresAt : change.expiresAt,
        JSON.stringify(consistent({ ...known.rights, ...change.rights })),
        id,
      );
      if (password !== undefined) {
        this.#database.run('UPDATE shares SET password = ? WHERE id = ?', password, id);
      }
      if (password) {
        this.#database.run('UPDATE guests SET secret_hash = NULL WHERE share_id = ?', id);
      }
      return this.#expected(id);
    });
  }

  /** Replaces the list of files. Those that stay keep their ids, and what was said of them. */
  setItems(id: string, files: readonly SharedFile[]): Share | null {
    return this.#database.transaction(() => {
      if (!this.share(id)) {
        return null;
      }
      this.#database.run('UPDATE share_items SET position = NULL WHERE share_id = ?', id);
      this.#place(id, files);
      return this.#expected(id);
    });
  }

  /**
   * Puts new files before the others. One that was made later than the file known by its name is another picture:
   * it takes that one's place, and nothing that was said of that one is said of it.
   * @returns whether any of them was new.
   */
  prepend(id: string, files: readonly SharedFile[]): boolean {
    const replaced: string[] = [];
    const isChange = this.#database.transaction(() => {
      const isKnown = ({ ref, at }: SharedFile): boolean => {
        const row = this.#database.get(
          'SELECT id, made_at FROM share_items WHERE share_id = ? AND type = ? AND subfolder = ? AND filename = ?',
          id,
          ref.type,
          ref.subfolder,
          ref.filename,
        );
        const isOlder = at !== undefined && Number(row?.made_at ?? Infinity) < at;
        if (row && isOlder) {
          this.#database.run('DELETE FROM share_items WHERE id = ?', row.id ?? null);
          replaced.push(String(row.id));
        }
        return row !== undefined && !isOlder;
      };
      const added = files.filter((file) => kindOf(file.ref) !== null && !isKnown(file));
      const row = this.#database.get('SELECT min(position) AS first FROM share_items WHERE share_id = ?', id);
      const first = Number(row?.first ?? 0);
      this.#place(id, added, first - added.length);
      // The oldest give way: every guest is sent the whole list.
      this.#database.run(
        'UPDATE share_items SET position = NULL WHERE share_id = ? AND position >= ?',
        id,
        first - added.length + MAX_ITEMS,
      );
      return added.length > 0;
    });
    if (replaced.length > 0) {
      this.onRemoved(replaced);
    }
    return isChange;
  }

  /** Ends a link for good, and forgets its files and what was said. @returns whether there was one. */
  stop(id: string): boolean {
    return this.#database.transaction(() => {
      const isKnown =
        this.#database.run(
          'UPDATE shares SET stopped_at = ?, password = NULL WHERE id = ? AND stopped_at IS NULL',
          this.#now(),
          id,
        ) > 0;
      this.#database.run('DELETE FROM share_items WHERE share_id = ?', id);
      return isKnown;
    });
  }

  feedback(id: string): Feedback | null {
    if (!this.share(id)) {
      return null;
    }
    const files = Object.fromEntries(
      this.#database
        .all('SELECT id, type, subfolder, filename FROM share_items WHERE share_id = ?', id)
        .map((row) => [String(row.id), toRef(row)]),
    );
    return {
      files,
      favourites: this.#counts('favourites', id),
      votes: this.#counts('votes', id),
      voters: this.voters(id),
      comments: this.#comments(id),
    };
  }

  // The guest's side

  /** The link that a token opens, whatever its state. */
  byToken(token: string): Link | null {
    const row = this.#database.get('SELECT * FROM shares WHERE token_hash = ?', hashSecret(token));
    return row ? this.#toLink(row) : null;
  }

  link(id: string): Link | null {
    const row = this.#database.get('SELECT * FROM shares WHERE id = ?', id);
    return row ? this.#toLink(row) : null;
  }

  /** Open links to everything that is new, and since when. */
  openNew(): { id: string; createdAt: number }[] {
    return this.#database
      .all(
        `SELECT id, created_at FROM shares WHERE stopped_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
         AND scope = '{"kind":"new"}'`,
        this.#now(),
      )
      .map((row) => ({ id: String(row.id), createdAt: Number(row.created_at) }));
  }

  /** Lets a guest in. @returns the secret by which `guestOf` knows them again. */
  admit(share: string): { secret: string; guest: number; views: number } {
    const secret = newSecret();
    const now = this.#now();
    return this.#database.transaction(() => {
      const opened = this.#database.get(
        'UPDATE shares SET views = views + 1 WHERE id = ? RETURNING views',
        share,
      );
      const views = Number(opened?.views);
      if (views % GUESTS_STEP === 0) {
        this.#forgetGuests(share);
      }
      const row = this.#database.get(
        'INSERT INTO guests (share_id, secret_hash, opened_at, seen_at) VALUES (?, ?, ?, ?) RETURNING id',
        share,
        hashSecret(secret),
        now,
        now,
      );
      return { secret, guest: Number(row?.id), views };
    });
  }

  /** Who holds a secret of a link. */
  guestOf(share: string, secret: string): GuestPass | null {
    const row = this.#database.get(
      `SELECT guests.id AS guest, expires_at, stopped_at FROM guests JOIN shares ON shares.id = share_id
       WHERE secret_hash = ? AND share_id = ?`,
      hashSecret(secret),
      share,
    );
    return row ? { guest: Number(row.guest), share, state: this.#stateOf(row) } : null;
  }

  /** Notes that a guest is looking. */
  touch(guest: number): void {
    const now = this.#now();
    try {
      this.#database.run(
        'UPDATE guests SET seen_at = ? WHERE id = ? AND seen_at < ?',
        now,
        guest,
        now - SEEN_STEP_MS,
      );
    } catch {
      // A full disk is no reason to show nothing.
    }
  }

  gallery(link: Link, guest: number): GuestGallery {
    const rows = this.#database.all(
      `SELECT share_items.*,
         EXISTS (SELECT 1 FROM favourites WHERE item_id = share_items.id AND guest_id = ?) AS favourite,
         EXISTS (SELECT 1 FROM votes WHERE item_id = share_items.id AND guest_id = ?) AS vote
       FROM share_items WHERE share_id = ? AND position IS NOT NULL ORDER BY position`,
      guest,
      guest,
      link.id,
    );
    return {
      id: link.id,
      title: link.title,
      expiresAt: link.expiresAt,
      rights: link.rights,
      items: rows.map(toGuestItem),
      comments: link.rights.comments ? this.#comments(link.id) : [],
    };
  }

  /** A file that a link shows now. */
  item(share: string, id: string): Item | null {
    const row = this.#database.get(
      'SELECT * FROM share_items WHERE share_id = ? AND id = ? AND position IS NOT NULL',
      share,
      id,
    );
    return row ? toItem(row) : null;
  }

  /** Every file that a link shows now, in order. */
  items(share: string): Item[] {
    return this.#database
      .all('SELECT * FROM share_items WHERE share_id = ? AND position IS NOT NULL ORDER BY position', share)
      .map(toItem);
  }

  /** Ids of every file a link shows or has shown. */
  itemIds(share: string): string[] {
    return this.#database
      .all('SELECT id FROM share_items WHERE share_id = ?', share)
      .map(({ id }) => String(id));
  }

  /** Keeps what was found out about a file. */
  measured(item: string, size: readonly [number, number], kind: GuestItem['kind']): void {
    this.#database.run(
      'UPDATE share_items SET width = ?, height = ?, kind = ? WHERE id = ?',
      size[0],
      size[1],
      kind,
      item,
    );
  }

  /** Keeps what a file was when it was first looked at; what is known already stays. */
  recognise(item: string, { validator, digest }: FileMark): void {
    this.#database.run(
      'UPDATE share_items SET validator = coalesce(validator, ?), digest = coalesce(digest, ?) WHERE id = ?',
      validator,
      digest,
      item,
    );
  }

  /** Ids of files that a link shows and that were not looked at yet, in order. */
  unrecognised(share: string): string[] {
    return this.#database
      .all(
        `SELECT id FROM share_items WHERE share_id = ? AND position IS NOT NULL AND validator IS NULL
         AND digest IS NULL ORDER BY position`,
        share,
      )
      .map(({ id }) => String(id));
  }

  /** Sets or takes back a guest's mark. @returns how many guests have set it now. */
  mark(table: 'favourites' | 'votes', item: string, guest: number, isSet: boolean): number {
    return this.#database.transaction(() => {
      if (isSet) {
        this.#database.run(`INSERT OR IGNORE INTO ${table} (item_id, guest_id) VALUES (?, ?)`, item, guest);
      } else {
        this.#database.run(`DELETE FROM ${table} WHERE item_id = ? AND guest_id = ?`, item, guest);
      }
      const row = this.#database.get(`SELECT count(*) AS n FROM ${table} WHERE item_id = ?`, item);
      return Number(row?.n ?? 0);
    });
  }

  voters(share: string): number {
    const row = this.#database.get(
      `SELECT count(DISTINCT guest_id) AS n FROM votes JOIN share_items ON share_items.id = item_id
       WHERE share_id = ?`,
      share,
    );
    return Number(row?.n ?? 0);
  }

  comment(share: string, item: string, guest: number, said: { name: string; text: string }): Comment {
    const comment = { id: newId(), item, ...said, at: this.#now() };
    this.#database.run(
      'INSERT INTO comments (id, share_id, item_id, guest_id, name, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      comment.id,
      share,
      item,
      guest,
      comment.name,
      comment.text,
      comment.at,
    );
    return comment;
  }

  /** How many comments a guest has made in a link. */
  commentsOf(guest: number): number {
    return Number(this.#database.get('SELECT count(*) AS n FROM comments WHERE guest_id = ?', guest)?.n ?? 0);
  }

  /** How many comments a link has. */
  commentsIn(share: string): number {
    return Number(this.#database.get('SELECT count(*) AS n FROM comments WHERE share_id = ?', share)?.n ?? 0);
  }

  // Within a transaction

  #place(id: string, files: readonly SharedFile[], from = 0): void {
    let position = from;
    for (const { ref, size, at, making } of files) {
      const kind = kindOf(ref);
      if (kind === null) {
        continue;
      }
      this.#database.run(
        `INSERT INTO share_items
           (id, share_id, position, type, subfolder, filename, kind, width, height, made_at, making)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (share_id, type, subfolder, filename) DO UPDATE SET
           position = excluded.position,
           width = coalesce(share_items.width, excluded.width),
           height = coalesce(share_items.height, excluded.height),
           made_at = coalesce(excluded.made_at, made_at),
           making = coalesce(excluded.making, making)`,
        newId(),
        id,
        position,
        ref.type,
        ref.subfolder,
        ref.filename,
        kind,
        size?.[0] ?? null,
        size?.[1] ?? null,
        at ?? null,
        making ? JSON.stringify(making) : null,
      );
      position += 1;
    }
  }

  /** Makes room for as many as come until it is called again. */
  #forgetGuests(share: string): void {
    const row = this.#database.get('SELECT count(*) AS n FROM guests WHERE share_id = ?', share);
    const excess = Number(row?.n ?? 0) + GUESTS_STEP - MOST_GUESTS;
    if (excess <= 0) {
      return;
    }
    this.#database.run(
      `DELETE FROM guests WHERE id IN (
         SELECT id FROM guests WHERE share_id = ? ORDER BY
           EXISTS (SELECT 1 FROM comments WHERE guest_id = guests.id)
             OR EXISTS (SELECT 1 FROM favourites WHERE guest_id = guests.id)
             OR EXISTS (SELECT 1 FROM votes WHERE guest_id = guests.id),
           seen_at
         LIMIT ?)`,
      share,
      excess,
    );
  }

  #forgetStopped(): void {
    this.#database.run('DELETE FROM shares WHERE stopped_at < ?', this.#now() - REMEMBER_STOPPED_MS);
  }

  #expected(id: string): Share {
    const share = this.share(id);
    if (!share) {
      throw new Error('The link has just been stopped.');
    }
    return share;
  }

  #counts(table: 'favourites' | 'votes', share: string): Record<string, number> {
    const rows = this.#database.all(
      `SELECT item_id, count(*) AS n FROM ${table} JOIN share_items ON share_items.id = item_id
       WHERE share_id = ? GROUP BY item_id`,
      share,
    );
    return Object.fromEntries(rows.map(({ item_id, n }) => [String(item_id), Number(n)]));
  }

  #comments(share: string): Comment[] {
    return this.#database
      .all('SELECT id, item_id, name, text, at FROM comments WHERE share_id = ? ORDER BY at, rowid', share)
      .map((row) => ({
        id: String(row.id),
        item: String(row.item_id),
        name: String(row.name),
        text: String(row.text),
        at: Number(row.at),
      }));
  }

  #stateOf({ expires_at, stopped_at }: Row): LinkState {
    if (stopped_at !== null && stopped_at !== undefined) {
      return 'stopped';
    }
    return typeof expires_at === 'number' && expires_at <= this.#now() ? 'expired' : 'open';
  }

  #toLink(row: Row): Link {
    return {
      id: String(row.id),
      title: String(row.title),
      rights: JSON.parse(String(row.rights)) as ShareRights,
      scope: JSON.parse(String(row.scope)) as ShareScope,
      expiresAt: asNumber(row.expires_at),
      state: this.#stateOf(row),
      password: asText(row.password),
    };
  }

  #toShare(row: Row): Share {
    const slug = asText(row.slug);
    const token = this.#seal.open(String(row.token_sealed));
    return {
      id: String(row.id),
      title: String(row.title),
      slug,
      scope: JSON.parse(String(row.scope)) as ShareScope,
      rights: JSON.parse(String(row.rights)) as ShareRights,
      hasPassword: row.password !== null,
      createdAt: Number(row.created_at),
      expiresAt: asNumber(row.expires_at),
      count: Number(row.count),
      views: Number(row.views),
      lastSeenAt: asNumber(row.last_seen_at),
      path: token === null ? '' : `s/${token}${slug === null ? '' : `/${encodeURIComponent(slug)}`}`,
    };
  }
}

/** The file itself tells how it was made: a link that hides the one cannot hand out the other. */
function consistent(rights: ShareRights): ShareRights {
  return rights.download === 'original' && !rights.making ? { ...rights, download: 'clean' } : rights;
}

const SHARE_ROWS = `
  SELECT *,
    (SELECT count(*) FROM share_items WHERE share_id = shares.id AND position IS NOT NULL) AS count,
    (SELECT max(seen_at) FROM guests WHERE share_id = shares.id) AS last_seen_at
  FROM shares`;

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function toRef({ type, subfolder, filename }: Row): FileRef {
  return { type: String(type) as FileRef['type'], subfolder: String(subfolder), filename: String(filename) };
}

function toItem(row: Row): Item {
  const [width, height] = [asNumber(row.width), asNumber(row.height)];
  return {
    id: String(row.id),
    share: String(row.share_id),
    ref: toRef(row),
    kind: String(row.kind) as GuestItem['kind'],
    size: width === null || height === null ? null : [width, height],
    making: readMaking(asText(row.making)),
    known: { validator: asText(row.validator), digest: asText(row.digest) },
  };
}

function toGuestItem(row: Row): GuestItem {
  return {
    id: String(row.id),
    kind: String(row.kind) as GuestItem['kind'],
    width: asNumber(row.width) ?? UNKNOWN_SIDE,
    height: asNumber(row.height) ?? UNKNOWN_SIDE,
    at: asNumber(row.made_at),
    favourite: row.favourite === 1,
    vote: row.vote === 1,
  };
}
