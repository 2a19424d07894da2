package sqlite

import "tocsin/store"

// hostOf is what the feeds that are leased at a time are counted by.
func hostOf(f store.Feed) string { return f.Host() }
