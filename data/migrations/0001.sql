-- Schema 1. The log and what it needs are append-only by trigger; the rest are ordinary tables.

CREATE TABLE boot (
  number INTEGER PRIMARY KEY,
  wall_ms INTEGER NOT NULL,
  wall_trusted INTEGER NOT NULL,
  build TEXT NOT NULL
) STRICT;

-- The log. `hash` covers every column before it and `prev_hash`; the byte string is defined in src/ledger/chain.rs.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  visibility TEXT NOT NULL,
  ord TEXT,
  boot INTEGER NOT NULL,
  mono_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  wall_trusted INTEGER NOT NULL,
  actor TEXT NOT NULL,
  command TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  prev_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX event_stream ON event (stream, seq);

-- INSERT OR REPLACE deletes without firing a delete trigger, so the number itself is guarded.
CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: events are numbered without a gap'); END;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never changed'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never deleted'); END;

-- Names of people and free text. An event's body holds the number and SHA-256(salt, value); erasing sets
-- salt and value to NULL and leaves the chain whole. A person's name is kept once per stream, so that an
-- erased person remains one person.
CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  stream TEXT NOT NULL,
  person INTEGER NOT NULL,
  salt BLOB,
  value TEXT
) STRICT;
CREATE INDEX text_person ON text (stream, value) WHERE person = 1 AND value IS NOT NULL;
CREATE TRIGGER text_in_order BEFORE INSERT ON text
WHEN NEW.id IS NOT (SELECT ifnull(max(id), 0) + 1 FROM text)
BEGIN SELECT RAISE(ABORT, 'texts are numbered without a gap'); END;
CREATE TRIGGER text_only_erased BEFORE UPDATE ON text
WHEN NEW.value IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.seq IS NOT OLD.seq
  OR NEW.stream IS NOT OLD.stream OR NEW.person IS NOT OLD.person
BEGIN SELECT RAISE(ABORT, 'a text can be erased, never changed'); END;
CREATE TRIGGER text_no_delete BEFORE DELETE ON text
BEGIN SELECT RAISE(ABORT, 'a text is erased by setting it to NULL'); END;

-- Sport files as they were when a game was made from them.
CREATE TABLE sport (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sport_no_update BEFORE UPDATE ON sport
BEGIN SELECT RAISE(ABORT, 'a sport file is frozen into its games'); END;
CREATE TRIGGER sport_no_delete BEFORE DELETE ON sport
BEGIN SELECT RAISE(ABORT, 'a sport file is frozen into its games'); END;

-- Which games there are, and which need not be folded at a start: a summary that the log can rebuild.
-- `closed_ms` is when the game ended, 0 when it was taken off the pages, NULL while it is open.
CREATE TABLE game (
  id INTEGER PRIMARY KEY,
  starts_at INTEGER,
  closed_ms INTEGER
) STRICT;

-- What became of each command. `wall_ms` is NULL while wall time could not be believed.
CREATE TABLE outcome (
  actor TEXT NOT NULL,
  id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  outcome TEXT NOT NULL,
  wall_ms INTEGER,
  PRIMARY KEY (actor, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_age ON outcome (wall_ms);

-- One row: when the box was last known to be on while a game clock ran.
CREATE TABLE alive (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  boot INTEGER NOT NULL,
  mono_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  wall_trusted INTEGER NOT NULL
) STRICT;

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a removed user's or token's number is never given to another, because the log names it.
CREATE TABLE user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  agent TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT;
CREATE INDEX session_user ON session (user);

CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
