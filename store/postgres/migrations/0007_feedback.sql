-- What people did at alerts. One vote a person and alert, and each mute once.
CREATE TABLE feedback (
    alert   text        COLLATE "C" NOT NULL,
    digest  bigint      NOT NULL, -- of person
    slot    text        COLLATE "C" NOT NULL, -- 'vote', or the kind of what is no vote
    article bigint      NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    person  text        COLLATE "C" NOT NULL,
    name    text        NOT NULL,
    kind    text        NOT NULL,
    at      timestamptz NOT NULL,
    until   timestamptz NOT NULL,
    object  text        NOT NULL,
    PRIMARY KEY (alert, digest, slot)
);
CREATE INDEX feedback_article ON feedback (article);

-- Which rules raised the alerts of feedback.
CREATE TABLE feedback_rules (
    article bigint NOT NULL REFERENCES articles (seq) ON DELETE CASCADE,
    alert   text   COLLATE "C" NOT NULL,
    digest  bigint NOT NULL, -- of rule
    rule    text   COLLATE "C" NOT NULL,
    PRIMARY KEY (digest, alert)
);
CREATE INDEX feedback_rules_article ON feedback_rules (article);

-- What was done once and is not to be done again.
CREATE TABLE handled (
    digest bigint      NOT NULL PRIMARY KEY, -- of key
    at     timestamptz NOT NULL
);
CREATE INDEX handled_at ON handled (at);
