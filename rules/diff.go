package rules

import (
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"tocsin/rules/yamlfile"
)

// Diff is how a set differs from another: the IDs of rules, sorted.
type Diff struct {
	Added   []string // only in the new set
	Gone    []string // only in the old one
	Changed []string // in both, and different in what they say, or of what
}

// Compare returns how a set differs from the one before. Tunings and shared
// lists count for the rules that they reach; where a rule stands, its examples
// and comments do not.
func Compare(before, after *Set) Diff {
	var d Diff
	old := make(map[string]*Rule, len(before.rules))
	for _, r := range before.rules {
		old[r.ID] = r
	}
	for _, r := range after.rules {
		switch was := old[r.ID]; {
		case was == nil:
			d.Added = append(d.Added, r.ID)
		case !r.same(was):
			d.Changed = append(d.Changed, r.ID)
		}
		delete(old, r.ID)
	}
	for _, r := range before.rules {
		if old[r.ID] != nil {
			d.Gone = append(d.Gone, r.ID)
		}
	}
	return d
}

// None reports whether nothing is different.
func (d Diff) None() bool { return len(d.Added)+len(d.Gone)+len(d.Changed) == 0 }

// String counts: 2 added, 1 gone, 3 changed.
func (d Diff) String() string {
	var parts []string
	add := func(ids []string, what string) {
		if len(ids) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", len(ids), what))
		}
	}
	add(d.Added, "added")
	add(d.Gone, "gone")
	add(d.Changed, "changed")
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// same reports whether two rules say the same of every article.
func (r *Rule) same(o *Rule) bool { return reflect.DeepEqual(r.plain(), o.plain()) }

// plain returns the rule without what makes no difference.
func (r *Rule) plain() Rule {
	p := *r
	p.number, p.File, p.Pos, p.examples = 0, "", yamlfile.Pos{}, nil
	return p
}

// digest is a hash of all that the queries of a rule ask for, with the members
// of their lists. What they ask for is in no other way to be had from a Set.
func (r *boundRule) digest() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, n := range append([]*node{r.require, r.exclude}, r.signals...) {
		if n != nil {
			fmt.Fprintf(h, "%v %q", n, n.listed())
		}
		io.WriteString(h, "\n")
	}
	h.Sum(sum[:0])
	return sum
}

// listed returns the members of the lists in the query, each list's sorted and
// with its name before them.
func (n *node) listed() []string {
	var all []string
	n.each(func(k *node) {
		if k.op != opList && k.op != opAtLeast {
			return
		}
		members := make([]string, len(k.kids))
		for i, m := range k.kids {
			members[i] = m.term.key()
		}
		slices.Sort(members)
		all = append(append(all, "$"+k.value), members...)
	})
	return all
}
