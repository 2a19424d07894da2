-- Every poll adds a piece to the index of words. Pieces are put together by sixteen
-- and not by four, which halves how often a word is written again, and a search has
-- a few more pieces to look into.
INSERT INTO words (words, rank) VALUES ('automerge', 16);
