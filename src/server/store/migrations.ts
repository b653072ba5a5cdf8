/**
 * The steps from an empty database to today's, in order. A step that has been released is never changed:
 * `PRAGMA user_version` of a database is the number of steps it has behind it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    token_sealed TEXT NOT NULL,
    title TEXT NOT NULL,
    slug TEXT,
    scope TEXT NOT NULL,
    rights TEXT NOT NULL,
    password TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    stopped_at INTEGER
  ) STRICT;

  -- An item keeps its id, and with it what guests said of it, while it is out of the list (position NULL).
  CREATE TABLE share_items (
    id TEXT PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    position INTEGER,
    type TEXT NOT NULL,
    subfolder TEXT NOT NULL,
    filename TEXT NOT NULL,
    kind TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    made_at INTEGER,
    making TEXT,
    UNIQUE (share_id, type, subfolder, filename)
  ) STRICT;
  CREATE INDEX share_items_in_order ON share_items (share_id, position);

  CREATE TABLE guests (
    id INTEGER PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    -- NULL once the password of the link was changed: the guest has to give the new one.
    secret_hash TEXT UNIQUE,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX guests_of_share ON guests (share_id);

  CREATE TABLE favourites (
    item_id TEXT NOT NULL REFERENCES share_items (id) ON DELETE CASCADE,
    guest_id INTEGER NOT NULL REFERENCES guests (id) ON DELETE CASCADE,
    PRIMARY KEY (item_id, guest_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE votes (
    item_id TEXT NOT NULL REFERENCES share_items (id) ON DELETE CASCADE,
    guest_id INTEGER NOT NULL REFERENCES guests (id) ON DELETE CASCADE,
    PRIMARY KEY (item_id, guest_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    item_id TEXT NOT NULL REFERENCES share_items (id) ON DELETE CASCADE,
    guest_id INTEGER NOT NULL REFERENCES guests (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX comments_of_share ON comments (share_id, at);

  CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    paired_at INTEGER NOT NULL,
    seen_at INTEGER
  ) STRICT;
  `,
  `
  -- How often it was opened: guests who said nothing are not remembered for ever.
  ALTER TABLE shares ADD COLUMN views INTEGER NOT NULL DEFAULT 0;
  UPDATE shares SET views = (SELECT count(*) FROM guests WHERE share_id = shares.id);
  DROP INDEX guests_of_share;
  CREATE INDEX guests_of_share ON guests (share_id, seen_at);
  CREATE INDEX favourites_of_guest ON favourites (guest_id);
  CREATE INDEX votes_of_guest ON votes (guest_id);
  CREATE INDEX comments_of_guest ON comments (guest_id);
  -- What the file was when it was shared. ComfyUI gives names anew: another picture may come to bear this one.
  ALTER TABLE share_items ADD COLUMN validator TEXT;
  ALTER TABLE share_items ADD COLUMN digest TEXT;
  `,
  `
  -- Marks by the content of the files they are of: they outlive moves, and any rebuilding of the library's index. An
  -- entry is never removed: one without a value says that the mark was taken away. revision: what a browser has seen.
  CREATE TABLE marks (
    key TEXT NOT NULL,
    field TEXT NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    value TEXT,
    revision INTEGER NOT NULL,
    PRIMARY KEY (key, field)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX marks_by_revision ON marks (revision);
  `,
];
