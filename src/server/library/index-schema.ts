/**
 * What is known of a file: all; that it has to be read; that it is gone, which browsers may still have to hear; that it
 * could not be read.
 */
export const STATE = { known: 0, toRead: 1, gone: 2, unreadable: 3 } as const;

/**
 * The steps from an empty index to today's, in order. A step that has been released is never changed:
 * `PRAGMA user_version` is the number of steps an index has behind it.
 */
export const INDEX_STEPS: readonly string[] = [
  `
  -- epoch, revision and floor: the oldest revision from which changes can still be told.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- device: what the folder lay on when it was last read, to tell an emptied folder from a drive that is not there.
  CREATE TABLE trees (id TEXT PRIMARY KEY, device TEXT) STRICT, WITHOUT ROWID;

  -- raw: the path in base64 where it is not UTF-8. walk: number of the walk that last saw it.
  CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    tree TEXT NOT NULL,
    path TEXT NOT NULL,
    raw TEXT,
    walk INTEGER NOT NULL,
    UNIQUE (tree, path)
  ) STRICT;

  -- state: see STATE. A file has a key once it was read. texts: the ids of the texts in making, with commas.
  CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folders (id),
    name TEXT NOT NULL,
    raw TEXT,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    state INTEGER NOT NULL,
    key TEXT,
    format TEXT NOT NULL DEFAULT 'other',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    duration INTEGER NOT NULL DEFAULT 0,
    making TEXT,
    texts TEXT,
    revision INTEGER NOT NULL DEFAULT 0,
    UNIQUE (folder, name)
  ) STRICT;
  CREATE INDEX files_newest_first ON files (modified DESC, id DESC);
  CREATE INDEX files_to_read ON files (modified DESC, id DESC) WHERE state = 1;
  CREATE INDEX files_by_revision ON files (revision, id);
  CREATE INDEX files_by_key ON files (key);

  CREATE TABLE texts (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
  `,
  `
  -- there: whether the folder is on the disk; what it held is remembered longer.
  ALTER TABLE folders ADD COLUMN there INTEGER NOT NULL DEFAULT 1;
  `,
  `
  -- XMP sidecars as they were when they were last read or written. name: of the file they belong to. key: what that file
  -- held then. said: what they said of it, in JSON; null where they could not be read.
  CREATE TABLE sidecars (
    tree TEXT NOT NULL,
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    said TEXT,
    PRIMARY KEY (tree, folder, name)
  ) STRICT, WITHOUT ROWID;
  `,
];
