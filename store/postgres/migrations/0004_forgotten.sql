-- Articles that were deleted. While their feeds list them, they are not new.
CREATE TABLE forgotten (
    feed   bigint      NOT NULL REFERENCES feeds (id),
    id     text        COLLATE "C" NOT NULL,
    listed timestamptz NOT NULL, -- when the feed did so last, as far as is known
    PRIMARY KEY (feed, id)
);
CREATE INDEX forgotten_listed ON forgotten (feed, listed);
