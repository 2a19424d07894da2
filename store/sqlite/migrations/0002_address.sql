-- People ask for an article by its address. The addresses of a site begin alike,
-- so what a poll brings lies in few places of this index, unlike in one over IDs.
CREATE INDEX articles_url ON articles (url);
