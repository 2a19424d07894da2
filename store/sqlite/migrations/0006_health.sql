-- What the daemon remembers of a feed's past, to tell when the feed falls silent.
ALTER TABLE feeds ADD COLUMN health TEXT NOT NULL DEFAULT ''; -- JSON, or ''
