-- Articles that were deleted. While their feeds list them, they are not new.
CREATE TABLE forgotten (
    feed   INTEGER NOT NULL REFERENCES feeds (id),
    id     TEXT    NOT NULL,
    listed INTEGER NOT NULL, -- when the feed did so last, as far as is known
    PRIMARY KEY (feed, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX forgotten_listed ON forgotten (feed, listed);
