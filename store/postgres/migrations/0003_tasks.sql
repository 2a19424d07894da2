-- Work that one daemon does at a time.
CREATE TABLE tasks (
    name         text        COLLATE "C" NOT NULL PRIMARY KEY,
    due          timestamptz NOT NULL,
    holder       text        NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until timestamptz -- null when nobody holds a lease
);
