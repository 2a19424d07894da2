package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// maxKey is how long a key may be. Longer ones are hashed.
const maxKey = 256

// identify gives every item its Key and drops what stands in the document twice.
//
// A key is the ID, else the link, else a hash of what the entry says. It depends
// neither on the entry's place nor on other entries, with one exception: entries
// that share an ID and differ are told apart by their links, and if that does not
// do it, by what they say, and by who said so and when it was updated.
func identify(items []Item) []Item {
	items = withoutTwins(items)
	bases := make([]string, len(items))
	for i := range items {
		bases[i] = base(&items[i])
	}
	addSuffix(items, bases, func(it *Item) string { return it.Link })
	addSuffix(items, bases, fingerprint)
	addSuffix(items, bases, circumstances)
	for i := range items {
		items[i].Key = short(bases[i])
	}
	return items
}

// withoutTwins drops the items that say the same as one before them.
func withoutTwins(items []Item) []Item {
	type name struct{ id, link string }
	count := make(map[name]int, len(items))
	for i := range items {
		count[name{items[i].ID, items[i].Link}]++
	}
	seen := make(map[string]bool)
	kept := items[:0]
	for i := range items {
		it := &items[i]
		if count[name{it.ID, it.Link}] > 1 {
			twin := hash(it.ID, it.Link, fingerprint(it), circumstances(it))
			if seen[twin] {
				continue
			}
			seen[twin] = true
		}
		kept = append(kept, *it)
	}
	clear(items[len(kept):])
	return kept
}

// base is what identifies an item without a look at the others.
func base(it *Item) string {
	if id := strings.TrimSpace(it.ID); id != "" {
		return id
	}
	if it.Link != "" {
		return it.Link
	}
	return fingerprint(it)
}

// addSuffix makes the keys that several items have longer, by what is not yet in
// them.
func addSuffix(items []Item, keys []string, suffix func(*Item) string) {
	count := make(map[string]int, len(keys))
	for _, k := range keys {
		count[k]++
	}
	for i, k := range keys {
		if count[k] == 1 {
			continue
		}
		if more := suffix(&items[i]); more != k {
			keys[i] = k + "|" + more
		}
	}
}

// fingerprint is a hash of what an item says and when.
func fingerprint(it *Item) string {
	return hash(it.Title, it.Published.Format(time.RFC3339), it.Summary, it.Content)
}

// circumstances is a hash of what may change though an item stays the same.
func circumstances(it *Item) string {
	return hash(it.Author, it.Updated.Format(time.RFC3339))
}

func short(key string) string {
	if len(key) <= maxKey {
		return key
	}
	return hash(key)
}

// hash is 128 bits of a SHA-256 over the parts.
func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "sha256:" + hex.EncodeToString(sum[:16])
}
