-- The words of the articles, by their rows, as package query has them: folded, of
-- letters and digits, so that the tokenizer has nothing to decide. The texts
-- themselves are not in it a second time.
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'ascii');
-- The articles up to this row are not in it yet; the daemon sees to them bit by
-- bit, so that no start waits for it.
CREATE TABLE indexing (upto INTEGER NOT NULL) STRICT;
INSERT INTO indexing (upto) SELECT coalesce(max(seq), 0) FROM articles;
