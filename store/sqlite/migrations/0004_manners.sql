-- What a feed said of how often it is to be asked, a digest of its document, and
-- when the document was last sent. Of the feeds that are there already it is when
-- they last answered, be it with "unchanged": so they are not all asked for it at
-- once.
ALTER TABLE feeds ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE feeds ADD COLUMN ttl INTEGER NOT NULL DEFAULT 0;        -- microseconds
ALTER TABLE feeds ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0; -- bit 0 is from midnight in UTC
ALTER TABLE feeds ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;  -- bit 0 is Sunday
ALTER TABLE feeds ADD COLUMN delivered INTEGER NOT NULL DEFAULT -62135596800000000;
UPDATE feeds SET delivered = succeeded;
