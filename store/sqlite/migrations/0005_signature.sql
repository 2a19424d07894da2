-- What a story looks like, in the daemon's own form; empty where no report said.
ALTER TABLE stories ADD COLUMN signature BLOB NOT NULL DEFAULT x'';
