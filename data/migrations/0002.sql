-- Schema 2: votes, and the ordinary tables of a match day.

-- Which polls there are, and which need not be folded at a start: a summary that the log can rebuild.
-- `closed_ms` is when the poll was revealed or withdrawn; NULL while it is at work.
CREATE TABLE poll (
  id INTEGER PRIMARY KEY,
  closed_ms INTEGER
) STRICT;

-- By this salt a device becomes a voter. It is deleted when the poll closes, so that no one can tell afterwards
-- which device cast which ballot.
CREATE TABLE poll_salt (
  poll INTEGER PRIMARY KEY,
  salt BLOB NOT NULL
) STRICT;

-- How many ballots were refused while a poll was at work, by reason; written into the log when it closes.
CREATE TABLE poll_refused (
  poll INTEGER NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (poll, reason)
) STRICT, WITHOUT ROWID;

-- Teams with their squads, from which games are made; the body is the JSON the API takes for a side, `key` its name
-- in small letters.
CREATE TABLE team (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

-- Which games or pitches a commentator is limited to; without a line, all.
CREATE TABLE assignment (
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('game', 'pitch')),
  value TEXT NOT NULL,
  PRIMARY KEY (user, kind, value)
) STRICT, WITHOUT ROWID;

-- Links that log somebody in, each once; only hashes are kept. A person has one open link at the most.
CREATE TABLE login_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT;
CREATE INDEX login_link_user ON login_link (user);

-- What staff did that is no event of the log, and what was refused to them. A line stands after the event
-- `after_seq`, so that log and audit are one list without a clock. `outcome` is `done` or the code of the refusal;
-- repetitions of a refusal are counted in one line.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  after_seq INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  wall_trusted INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  game INTEGER,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_refused ON audit (id) WHERE outcome <> 'done';
-- The record shows everything but ballots, newest first, however many thousands of them lie between.
CREATE INDEX event_deed ON event (seq) WHERE substr(actor, 1, 6) <> 'voter:';
