-- The subscriptions of feeds at hubs. A feed has at most one that is not ending.
CREATE TABLE pushes (
    token        text        COLLATE "C" NOT NULL PRIMARY KEY,
    feed         bigint      NOT NULL REFERENCES feeds (id),
    hub          text        NOT NULL,
    topic        text        NOT NULL,
    secret       text        NOT NULL,
    callback     text        NOT NULL,
    found        timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state <> ''),
    asked        timestamptz NOT NULL,
    lease_end    timestamptz NOT NULL,
    next_try     timestamptz NOT NULL,
    failures     bigint      NOT NULL,
    problem      text        NOT NULL,
    delivered    timestamptz NOT NULL,
    streak       bigint      NOT NULL,
    holder       text        NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until timestamptz -- null when nobody holds a lease
);
CREATE UNIQUE INDEX pushes_feed ON pushes (feed) WHERE state <> 'ending';
CREATE INDEX pushes_due ON pushes (next_try) WHERE holder = '';
CREATE INDEX pushes_leased ON pushes (holder, leased_until) WHERE holder <> '';
