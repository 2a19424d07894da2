package learn

import (
	"cmp"
	"container/heap"
	"hash/fnv"
	"io"
	"slices"
	"strings"
)

const (
	// maxSample is how many articles of the background are kept.
	maxSample = 5000
	// maxSampled is how many bytes of each of their texts are.
	maxSampled = 2000
)

// sample keeps some of the background to try a draft on: those with the least
// hashes, which is a choice by chance, and the same whatever the order.
type sample struct {
	kept  byHash
	known map[uint64]bool // hashes of those that are kept
}

type sampled struct {
	hash uint64
	Background
}

func (s *sample) add(b Background) {
	b.Title, b.Summary = cut(b.Title, maxSampled), cut(b.Summary, maxSampled)
	h := fnv.New64a()
	io.WriteString(h, b.Title)
	h.Write([]byte{0})
	io.WriteString(h, b.Summary)
	x := sampled{h.Sum64(), b}
	full := len(s.kept) == maxSample
	if s.known[x.hash] || full && x.hash >= s.kept[0].hash {
		return
	}
	if s.known == nil {
		s.known = map[uint64]bool{}
	}
	if full {
		delete(s.known, heap.Pop(&s.kept).(sampled).hash)
	}
	x.Title, x.Summary = strings.Clone(x.Title), strings.Clone(x.Summary)
	s.known[x.hash] = true
	heap.Push(&s.kept, x)
}

// inOrder returns what was kept, in an order of its own.
func (s *sample) inOrder() []sampled {
	list := slices.Clone(s.kept)
	slices.SortFunc(list, func(a, b sampled) int { return cmp.Compare(a.hash, b.hash) })
	return list
}

// byHash is a heap of articles, the greatest hash first.
type byHash []sampled

func (h byHash) Len() int           { return len(h) }
func (h byHash) Less(i, j int) bool { return h[i].hash > h[j].hash }
func (h byHash) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byHash) Push(x any)        { *h = append(*h, x.(sampled)) }

func (h *byHash) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// cut returns the first bytes of a text, up to n and without half a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
