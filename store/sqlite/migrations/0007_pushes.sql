-- The subscriptions of feeds at hubs. A feed has at most one that is not ending.
CREATE TABLE pushes (
    token        TEXT    NOT NULL PRIMARY KEY,
    feed         INTEGER NOT NULL REFERENCES feeds (id),
    hub          TEXT    NOT NULL,
    topic        TEXT    NOT NULL,
    secret       TEXT    NOT NULL,
    callback     TEXT    NOT NULL,
    found        INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state <> ''),
    asked        INTEGER NOT NULL,
    lease_end    INTEGER NOT NULL,
    next_try     INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    problem      TEXT    NOT NULL,
    delivered    INTEGER NOT NULL,
    streak       INTEGER NOT NULL,
    holder       TEXT    NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX pushes_feed ON pushes (feed) WHERE state <> 'ending';
CREATE INDEX pushes_due ON pushes (next_try) WHERE holder = '';
CREATE INDEX pushes_leased ON pushes (holder, leased_until) WHERE holder <> '';
