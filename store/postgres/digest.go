package postgres

import (
	"crypto/sha256"
	"encoding/binary"
)

// digest is what the database finds a string by, or several strings together.
func digest(parts ...string) int64 {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		// With their lengths, no two lists of parts read the same.
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write([]byte(p))
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// digests are the digests of strings, each by itself.
func digests(all []string) []int64 {
	sums := make([]int64, len(all))
	for i, s := range all {
		sums[i] = digest(s)
	}
	return sums
}
