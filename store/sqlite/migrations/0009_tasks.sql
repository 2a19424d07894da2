-- Work that one daemon does at a time.
CREATE TABLE tasks (
    name         TEXT    NOT NULL PRIMARY KEY,
    due          INTEGER NOT NULL,
    holder       TEXT    NOT NULL DEFAULT '', -- '' when nobody holds a lease
    leased_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_leased ON tasks (holder, leased_until) WHERE holder <> '';
