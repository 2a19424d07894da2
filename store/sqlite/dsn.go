package sqlite

import (
	"net/url"
	"time"
)

// synchronous is how sure a commit is before it counts as done.
type synchronous string

// With full, a commit has reached the disk. With normal, a power cut can undo
// the last commits (a crash of the process cannot, and neither damages the
// file), so that an alert could be said twice. Normal is here to be measured
// against; stores are opened with full.
const (
	full   synchronous = "synchronous(FULL)"
	normal synchronous = "synchronous(NORMAL)"
)

const (
	// busyTimeout is how long a write waits for another process that writes,
	// in milliseconds. Another process writes for a moment only.
	busyTimeout = "busy_timeout(5000)"
	// writerCache is how much of the file the writer keeps in memory at the most,
	// in KiB with a minus sign: the upper pages of the indexes, and what a large
	// poll writes.
	writerCache = "cache_size(-4000)"
	// readerCache is the same for each reader. What reads much reads it once.
	readerCache = "cache_size(-500)"
	// tempStore keeps what SQLite notes to undo a part of a transaction in memory,
	// where it is a few pages; else it goes to a file of its own from 64 KiB on.
	tempStore = "temp_store(2)"
	// foldAt is at how many pages the write-ahead log is folded into the file: 32 MiB.
	// Folding waits for the disk twice more and writes each page that changed once,
	// so it is worth less often than SQLite does it, which with a first poll of many
	// feeds is at nearly every commit.
	foldAt = "wal_autocheckpoint(4000)"
	// logLimit is what the write-ahead log is cut back to after a long read
	// made it grow, in bytes.
	logLimit = "journal_size_limit(67108864)"
	// readerIdle is how long an unused reader keeps its memory.
	readerIdle = 5 * time.Minute
)

// dsn is how the driver is told to open the file at an absolute path.
func dsn(path string, sync synchronous, pragmas ...string) string {
	pragmas = append([]string{busyTimeout, "foreign_keys(1)", foldAt, logLimit, tempStore, string(sync)}, pragmas...)
	query := url.Values{
		"_pragma": pragmas,
		// "x" is then never taken for a string, where a column is misspelt.
		"_dqs": {"0"},
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}
