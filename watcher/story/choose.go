package story

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Horizon is over which time it is counted how many stories have a term. It is
// longer than a window, so that on a quiet site there is something to count.
const Horizon = 30 * 24 * time.Hour

// MostCounted is up to how many stories are counted that have a term. What more
// have is common, however many they are.
const MostCounted = 255

// Told is a story as an article is compared with it.
type Told struct {
	Keys      []string
	Signature []byte
	Age       time.Duration // since its last report; not below zero
}

// Relation is how an article belongs to a story.
type Relation uint8

// The relations, from none on.
const (
	Another   Relation = iota // it tells something else
	Same                      // it reports the same event
	Duplicate                 // it is the same text, or hardly another
)

// What makes an article belong to a story. Each was chosen on one half of the
// stories of a labelled collection and looked at on the other, where the figures
// hardly change with any of them but the first.
const (
	// likeness is the cosine from which on an article tells a story. It is low,
	// since papers share little more than the names; those that are in all
	// stories weigh little.
	likeness = 0.24
	// perDay is added to likeness for every day since the last report: what comes
	// later is more often what followed.
	perDay = 0.02
	// otherTheme is added where none of the themes is the same, and sameTheme taken
	// away where one is.
	otherTheme = 0.05
	sameTheme  = 0.05
	// ownName is taken away where the article and the story have a name in their
	// headlines that no other story has, and a theme, and another paper reported the
	// story: whatever else papers write of an event that begins to have a name, they
	// write that.
	ownName = 0.10
	// ownPaper is added where only the same paper reported the story: it tells an
	// event once, and what looks alike is the next of a series.
	ownPaper = 0.10
	// overlap is the part of the terms of two headlines that they share, from
	// which on one is an edition of the other, if they share minOverlap.
	overlap    = 0.6
	minOverlap = 5
	// minShared is how many terms must be shared, of which one is a name or an
	// amount: one rare word is a chance, and so are several common ones.
	minShared = 2
)

// Choose returns which of the stories the article belongs to and how, -1 and
// Another where it begins a story of its own. Stories that are equally near are
// taken in their order.
func (r *Reading) Choose(stories []Told) (int, Relation) {
	best, nearest, relation := -1, 0.0, Another
	for i, t := range stories {
		near, how := r.near(&t)
		if how > relation || how == relation && how != Another && near > nearest {
			best, nearest, relation = i, near, how
		}
	}
	return best, relation
}

// Twin returns which of the stories the article is as near as to its own, though it
// is none of their reports: it comes late, from a paper that told the story already,
// or under another theme. It is -1 where there is none. Stories that are equally near
// are taken in their order.
func (r *Reading) Twin(stories []Told) int {
	best, nearest := -1, 0.0
	for i, t := range stories {
		c := r.compare(decode(t.Signature))
		if c.shared >= minShared && c.names > 0 && c.cosine >= likeness && c.cosine > nearest {
			best, nearest = i, c.cosine
		}
	}
	return best
}

// near returns how near a story is, in the measure of the cosine, and what the
// article is to it.
func (r *Reading) near(t *Told) (float64, Relation) {
	if slices.ContainsFunc(r.same, func(key string) bool { return slices.Contains(t.Keys, key) }) {
		return 1, Duplicate
	}
	s := decode(t.Signature)
	c := r.compare(s)
	akin, series := r.sharesTheme(s), s.has(r.outlet, paper) && s.of(paper) == 1
	named := akin && !series && r.sharesOwnName(s)
	if (c.shared < minShared || c.names == 0) && !named {
		return 0, Another
	}
	if c.shared >= minOverlap && slices.ContainsFunc(s.headlines(), func(h []term) bool { return edition(r.title, h) }) {
		return 1, Duplicate
	}
	near := c.cosine - perDay*t.Age.Hours()/24
	if series {
		near -= ownPaper
	}
	switch {
	case akin:
		near += sameTheme
	case len(r.themes) > 0 && s.of(theme) > 0:
		near -= otherTheme
	}
	if named {
		near += ownName
	}
	if near < likeness {
		return 0, Another
	}
	return near, Same
}

// sharesOwnName reports whether a headline of the story has a name that the article's
// has as well, and no story but this one.
func (r *Reading) sharesOwnName(s signature) bool {
	headlines := s.headlines()
	return slices.ContainsFunc(r.title, func(t term) bool {
		return t.kind == name && r.told(t.hash) <= 1 && slices.ContainsFunc(headlines, func(h []term) bool {
			return slices.ContainsFunc(h, func(x term) bool { return x.hash == t.hash && x.kind == name })
		})
	})
}

// told is how many stories have one of the article's terms.
func (r *Reading) told(hash uint32) int {
	i, _ := slices.BinarySearchFunc(r.terms, hash, func(t term, h uint32) int { return cmp.Compare(t.hash, h) })
	return r.terms[i].told
}

// edition reports whether a headline is another edition of one: most of its words
// are the same, and there is no name or amount in each that the other lacks, which
// is how two of a series look.
func edition(a, b []term) bool {
	shared, inA, inB := 0, 0, 0 // names that only one has
	for _, t := range a {
		switch {
		case hasTerm(b, t.hash):
			shared++
		case t.kind != plain:
			inA++
		}
	}
	for _, t := range b {
		if t.kind != plain && !hasTerm(a, t.hash) {
			inB++
		}
	}
	all := len(a) + len(b) - shared
	return shared >= minOverlap && (inA == 0 || inB == 0) && float64(shared) >= overlap*float64(all)
}

func hasTerm(list []term, hash uint32) bool {
	return slices.ContainsFunc(list, func(t term) bool { return t.hash == hash })
}

func (r *Reading) sharesTheme(s signature) bool {
	for _, h := range r.themes {
		if s.has(h, theme) {
			return true
		}
	}
	return false
}

// comparison is what an article and a story have in common.
type comparison struct {
	cosine float64
	shared int // terms
	names  int // of these: names and amounts
}

// compare compares the terms. All sums are of whole numbers, so that they come
// out alike on every machine.
func (r *Reading) compare(s signature) comparison {
	var c comparison
	var dot, own, its int64
	for _, t := range r.terms {
		w := int64(t.weight * rarity(t.told))
		own += w * w
	}
	for _, p := range s {
		if !p.isTerm() {
			continue
		}
		w := int64(p.weight * rarity(p.told))
		its += w * w
		i, shared := slices.BinarySearchFunc(r.terms, p.hash, func(t term, h uint32) int { return cmp.Compare(t.hash, h) })
		if !shared {
			continue
		}
		t := &r.terms[i]
		dot += int64(t.weight*rarity(t.told)) * int64(p.weight*rarity(t.told))
		c.shared++
		if t.kind != plain && p.kind != plain {
			c.names++
		}
	}
	if dot > 0 {
		c.cosine = float64(dot) / math.Sqrt(float64(own)) / math.Sqrt(float64(its))
	}
	return c
}

// rarity is the weight of a term that so many stories have: the logarithm of how
// much rarer it is than one that stories has.
func rarity(told int) int { return rarities[min(told, MostCounted)] }

// supposed is how many stories there are, as far as weights go. The number that
// there really is makes no difference to measure: it moves all weights alike.
const supposed = 200

var rarities = func() (list [MostCounted + 1]int) {
	for told := range list {
		list[told] = max(2, int(math.Round(16*math.Log(float64(supposed)/float64(told+1)))))
	}
	return list
}()
