-- The first schema. It is never edited: what comes later is a migration of its
-- own.
--
-- The zero time is in the year 1 and so the least of all: what is due at the
-- zero time is due at once.
--
-- Feeds hold strings of any length, and an index holds up to 2,700 bytes. What is
-- found by such a string is found by its digest, 64 bits of a SHA-256.

-- Who may claim. A worker that was not heard of for a while is dead.
CREATE TABLE workers (
    holder      text        NOT NULL PRIMARY KEY,
    alive_until timestamptz NOT NULL
);

-- A feed stays when it is no longer subscribed, with its state and articles.
CREATE TABLE feeds (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest        bigint      NOT NULL UNIQUE, -- of url
    url           text        COLLATE "C" NOT NULL,
    subscribed    boolean     NOT NULL,
    schedule      text        NOT NULL, -- what next_poll follows, as last subscribed
    location      text        NOT NULL,
    host          bigint      NOT NULL, -- digest of the host and port of location, else of url
    title         text        NOT NULL,
    etag          text        NOT NULL,
    last_modified text        NOT NULL,
    document      text        NOT NULL, -- digest of the last good one, in the daemon's own form
    ttl           interval    NOT NULL,
    skip_hours    bigint      NOT NULL, -- bit 0 is from midnight in UTC
    skip_days     bigint      NOT NULL, -- bit 0 is Sunday
    next_poll     timestamptz NOT NULL,
    polled        timestamptz NOT NULL,
    begun         timestamptz NOT NULL,
    succeeded     timestamptz NOT NULL,
    delivered     timestamptz NOT NULL,
    failures      bigint      NOT NULL,
    problem       text        NOT NULL,
    gone          boolean     NOT NULL,
    health        text        NOT NULL, -- JSON byte for byte, or ''
    holder        text        NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until  timestamptz -- null when nobody holds a lease
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
-- In the order in which feeds are claimed.
CREATE INDEX feeds_due ON feeds (next_poll, id) INCLUDE (host) WHERE subscribed AND NOT gone AND holder = '';
CREATE INDEX feeds_leased ON feeds (holder, leased_until) INCLUDE (host) WHERE holder <> '';

-- Each poll takes a block of numbers for its articles, so that they stand
-- together however many polls are committed at once.
CREATE SEQUENCE article_blocks AS bigint INCREMENT BY 1048576 MINVALUE 1048576;

-- IDs are hashes. An index over all of them would be written in as many places
-- as a poll brings articles; within its feed, an ID lies beside the others of its
-- poll.
CREATE TABLE articles (
    seq        bigint      NOT NULL PRIMARY KEY,
    feed       bigint      NOT NULL REFERENCES feeds (id),
    seen       timestamptz NOT NULL,
    published  timestamptz NOT NULL,
    updated    timestamptz NOT NULL,
    id         text        COLLATE "C" NOT NULL,
    language   text        NOT NULL,
    key        text        NOT NULL,
    url        text        COLLATE "C" NOT NULL,
    title      text        NOT NULL,
    author     text        NOT NULL,
    categories text[]      NOT NULL,
    summary    text        NOT NULL,
    body       text        NOT NULL,
    UNIQUE (feed, id)
);
CREATE INDEX articles_seen ON articles (seen);
-- People ask for an article by its address. The addresses of a site begin alike,
-- so what a poll brings lies in few places of this index.
CREATE INDEX articles_url ON articles (left(url, 500) COLLATE "C");

CREATE TABLE matches (
    article   bigint NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    digest    bigint NOT NULL, -- of rule
    rule      text   COLLATE "C" NOT NULL,
    theme     text   NOT NULL,
    severity  text   NOT NULL,
    status    text   NOT NULL,
    score     bigint NOT NULL,
    threshold bigint NOT NULL,
    evidence  text   NOT NULL, -- JSON byte for byte, or ''
    PRIMARY KEY (article, digest)
);

CREATE TABLE stories (
    id        text        COLLATE "C" NOT NULL PRIMARY KEY,
    first     timestamptz NOT NULL,
    last      timestamptz NOT NULL,
    signature bytea       NOT NULL -- what it looks like, in the daemon's own form; empty where no report said
);
CREATE INDEX stories_last ON stories (last);

-- Each key has the story's last time too, so that finding the recent stories
-- of a key does not pass over all that ever had it.
CREATE TABLE story_keys (
    story  text        COLLATE "C" NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    digest bigint      NOT NULL, -- of key
    key    text        COLLATE "C" NOT NULL,
    last   timestamptz NOT NULL,
    PRIMARY KEY (story, digest)
);
CREATE INDEX story_keys_key ON story_keys (digest, last);

-- An article is in one story at the most.
CREATE TABLE reports (
    article bigint      NOT NULL PRIMARY KEY REFERENCES articles (seq) ON DELETE CASCADE,
    story   text        COLLATE "C" NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    at      timestamptz NOT NULL
);
CREATE INDEX reports_story ON reports (story, at);

-- Alerts are kept one poll after the other, so seq is the order in which they
-- were kept. The id is a hash of story and route.
CREATE TABLE alerts (
    seq          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           text        COLLATE "C" NOT NULL UNIQUE,
    story        text        COLLATE "C" NOT NULL,
    route        text        COLLATE "C" NOT NULL,
    channel      text        NOT NULL,
    line         bigint      NOT NULL, -- digest of channel
    severity     text        NOT NULL,
    created      timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state <> ''),
    attempts     bigint      NOT NULL,
    strikes      bigint      NOT NULL,
    unsettled    boolean     NOT NULL,
    tried        timestamptz NOT NULL,
    next_try     timestamptz NOT NULL,
    sent         timestamptz NOT NULL,
    receipt      text        NOT NULL,
    problem      text        NOT NULL,
    holder       text        NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until timestamptz, -- null when nobody holds a lease
    content      text        NOT NULL -- JSON byte for byte, or ''
) WITH (fillfactor = 70);
CREATE INDEX alerts_story ON alerts (story);
CREATE INDEX alerts_created ON alerts (created);
CREATE INDEX alerts_pending ON alerts (line, seq) WHERE state = 'pending';
CREATE INDEX alerts_leased ON alerts (holder, leased_until) WHERE holder <> '';

CREATE TABLE verdicts (
    article bigint      NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    digest  bigint      NOT NULL, -- of rule and route
    rule    text        COLLATE "C" NOT NULL,
    route   text        COLLATE "C" NOT NULL, -- '' when no route takes it
    outcome text        NOT NULL CHECK (outcome <> ''),
    alert   text        COLLATE "C" NOT NULL, -- the alert's id, or ''
    at      timestamptz NOT NULL,
    PRIMARY KEY (article, digest)
);
CREATE INDEX verdicts_queued ON verdicts (alert) WHERE outcome = 'queued';
