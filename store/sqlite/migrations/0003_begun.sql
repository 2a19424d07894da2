-- When a feed first answered with a feed; the default is the zero time. Of the
-- feeds that are there already it is when their first article was seen: earlier
-- answers left nothing.
ALTER TABLE feeds ADD COLUMN begun INTEGER NOT NULL DEFAULT -62135596800000000;

UPDATE feeds SET begun = succeeded;
UPDATE feeds SET begun = first.seen
FROM (SELECT feed, min(seen) AS seen FROM articles GROUP BY feed) AS first
WHERE first.feed = feeds.id;
