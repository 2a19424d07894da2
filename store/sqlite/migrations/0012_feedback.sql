-- What people did at alerts. One vote a person and alert, and each mute once.
CREATE TABLE feedback (
    alert   TEXT    NOT NULL,
    person  TEXT    NOT NULL,
    slot    TEXT    NOT NULL, -- 'vote', or the kind of what is no vote
    article INTEGER NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    object  TEXT    NOT NULL,
    PRIMARY KEY (alert, person, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_article ON feedback (article);

-- Which rules raised the alerts of feedback.
CREATE TABLE feedback_rules (
    article INTEGER NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    alert   TEXT    NOT NULL,
    rule    TEXT    NOT NULL,
    PRIMARY KEY (rule, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_rules_article ON feedback_rules (article);

-- What was done once and is not to be done again.
CREATE TABLE handled (
    key TEXT    NOT NULL PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX handled_at ON handled (at);
