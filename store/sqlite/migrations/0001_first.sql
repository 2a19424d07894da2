-- The first schema. It is never edited: what comes later is a migration of its
-- own.
--
-- Times are microseconds since 1970 in UTC. The zero time is the year 1 and so
-- the least of all: what is due at the zero time is due at once.

-- A feed stays when it is no longer subscribed, with its state and articles.
CREATE TABLE feeds (
    id            INTEGER PRIMARY KEY,
    url           TEXT    NOT NULL UNIQUE,
    subscribed    INTEGER NOT NULL,
    schedule      TEXT    NOT NULL, -- what next_poll follows, as last subscribed
    location      TEXT    NOT NULL,
    host          TEXT    NOT NULL, -- host and port of location, else of url; '' where these name none
    title         TEXT    NOT NULL,
    etag          TEXT    NOT NULL,
    last_modified TEXT    NOT NULL,
    next_poll     INTEGER NOT NULL,
    polled        INTEGER NOT NULL,
    succeeded     INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    problem       TEXT    NOT NULL,
    gone          INTEGER NOT NULL,
    holder        TEXT    NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until  INTEGER NOT NULL DEFAULT 0
) STRICT;
-- In the order in which feeds are claimed; host is there to pass over the feeds
-- of a busy one without a look at their rows.
CREATE INDEX feeds_due ON feeds (next_poll, id, host) WHERE subscribed = 1 AND gone = 0 AND holder = '';
CREATE INDEX feeds_leased ON feeds (holder, leased_until, host) WHERE holder <> '';

-- The long text is the last column: the others are read without it.
--
-- IDs are hashes. An index over all of them would be written in as many places
-- as a poll brings articles, the more the larger the archive; within its feed,
-- an ID lies beside the others of its poll.
CREATE TABLE articles (
    seq        INTEGER PRIMARY KEY,
    feed       INTEGER NOT NULL REFERENCES feeds (id),
    id         TEXT    NOT NULL,
    seen       INTEGER NOT NULL,
    published  INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    language   TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    categories TEXT    NOT NULL, -- quoted, with commas between them
    summary    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    UNIQUE (feed, id)
) STRICT;
CREATE INDEX articles_seen ON articles (seen);

CREATE TABLE matches (
    article   INTEGER NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    rule      TEXT    NOT NULL,
    theme     TEXT    NOT NULL,
    severity  TEXT    NOT NULL,
    status    TEXT    NOT NULL,
    score     INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    evidence  TEXT    NOT NULL, -- JSON, or ''
    PRIMARY KEY (article, rule)
) STRICT;

CREATE TABLE stories (
    id    TEXT    NOT NULL PRIMARY KEY,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stories_last ON stories (last);

-- Each key has the story's last time too, so that finding the recent stories
-- of a key does not pass over all that ever had it.
CREATE TABLE story_keys (
    story TEXT    NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    key   TEXT    NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (story, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_keys_key ON story_keys (key, last);

-- An article is in one story at the most.
CREATE TABLE reports (
    article INTEGER PRIMARY KEY REFERENCES articles (seq) ON DELETE CASCADE,
    story   TEXT    NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX reports_story ON reports (story, at);

CREATE TABLE alerts (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    story        TEXT    NOT NULL,
    route        TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    severity     TEXT    NOT NULL,
    created      INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state <> ''),
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
    content      TEXT    NOT NULL, -- JSON, or ''
    UNIQUE (story, route)
) STRICT;
CREATE INDEX alerts_created ON alerts (created);
CREATE INDEX alerts_pending ON alerts (channel, seq) WHERE state = 'pending';
CREATE INDEX alerts_leased ON alerts (holder, leased_until) WHERE holder <> '';

CREATE TABLE verdicts (
    article INTEGER NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    rule    TEXT    NOT NULL,
    route   TEXT    NOT NULL, -- '' when no route takes it
    outcome TEXT    NOT NULL CHECK (outcome <> ''),
    alert   TEXT    NOT NULL, -- the alert's id, or ''
    at      INTEGER NOT NULL,
    PRIMARY KEY (article, rule, route)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_queued ON verdicts (alert) WHERE outcome = 'queued';
