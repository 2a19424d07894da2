-- A story has several messages on a route: the first one, those in its thread, and
-- one more whenever it gets more severe. So that a story and a route name one alert
-- no longer, the table is made anew.
CREATE TABLE alerts_new (
    seq          INTEGER PRIMARY KEY, -- the order of the lines
    id           TEXT    NOT NULL UNIQUE,
    story        TEXT    NOT NULL,
    route        TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    severity     TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    kind         TEXT    NOT NULL, -- '' for a message of its own
    follows      TEXT    NOT NULL, -- the id of an alert, or ''
    due          INTEGER NOT NULL,
    together     INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state <> ''),
    said_by      TEXT    NOT NULL, -- the id of an alert, or ''
    attempts     INTEGER NOT NULL,
    strikes      INTEGER NOT NULL,
    unsettled    INTEGER NOT NULL,
    tried        INTEGER NOT NULL,
    next_try     INTEGER NOT NULL,
    sent         INTEGER NOT NULL,
    receipt      TEXT    NOT NULL,
    problem      TEXT    NOT NULL,
    holder       TEXT    NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until INTEGER NOT NULL DEFAULT 0,
    content      TEXT    NOT NULL -- JSON, or ''
) STRICT;
INSERT INTO alerts_new
SELECT seq, id, story, route, channel, severity, created, '', '', -62135596800000000, 0, state, '',
    attempts, strikes, unsettled, tried, next_try, sent, receipt, problem, holder, leased_until, content
FROM alerts;
DROP TABLE alerts;
ALTER TABLE alerts_new RENAME TO alerts;
CREATE INDEX alerts_story ON alerts (story);
CREATE INDEX alerts_created ON alerts (created);
CREATE INDEX alerts_pending ON alerts (channel, seq) WHERE state = 'pending';
CREATE INDEX alerts_waiting ON alerts (due, seq) WHERE state = 'waiting';
CREATE INDEX alerts_leased ON alerts (holder, leased_until) WHERE holder <> '';
CREATE INDEX alerts_replies ON alerts (follows, seq) WHERE kind = 'reply';
CREATE INDEX alerts_gathered ON alerts (said_by) WHERE said_by <> '';
CREATE INDEX alerts_said ON alerts (channel, sent) WHERE state = 'sent' AND kind <> 'reply' AND said_by = '';

-- What somebody silenced for a while.
CREATE TABLE mutes (
    target TEXT    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
