-- The words of the articles, as package query has them, with their places. In a
-- table of its own the index is all that a poll writes beside the row, and rows of
-- articles stay as they are.
CREATE TABLE words (
    article bigint   NOT NULL PRIMARY KEY REFERENCES articles (seq) ON DELETE CASCADE,
    words   tsvector NOT NULL
);
CREATE INDEX words_words ON words USING gin (words);
-- The articles up to this row are not in it yet; the daemons see to them bit by
-- bit, so that no start waits for it.
CREATE TABLE indexing (upto bigint NOT NULL);
INSERT INTO indexing (upto) SELECT coalesce(max(seq), 0) FROM articles;
