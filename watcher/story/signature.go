package story

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// kind is what a part of a signature stands for.
type kind uint8

const (
	plain  kind = iota // a word
	name               // a word that is a name
	amount             // money, or a percentage
	paper              // who reported it
	theme              // what a report was found to be about
	line               // a term of a headline; weight says of which, told its own kind
)

// part is something that reports of a story had.
type part struct {
	hash   uint32
	kind   kind
	weight int // summed over the reports, for terms
	told   int // how many stories had the term when it was last reported
}

// signature is what is known of a story's reports, in little room. Terms come
// first, the heaviest before others.
type signature []part

// maxTerms and maxOthers are how much a signature holds of terms and of each other
// kind. What a term weighs grows with the reports that have it, so that what
// is lost first is what a single report had.
const (
	maxTerms     = 48
	maxOthers    = 24
	maxHeadlines = 4 // of the latest reports
)

const (
	signatureVersion = 1
	partSize         = 8 // hash 4, kind 1, weight 2, how many had it 1
)

// decode reads a signature. What is none, or is one of another version, is read as
// that of a story of which nothing is known.
func decode(b []byte) signature {
	if len(b) == 0 || b[0] != signatureVersion || (len(b)-1)%partSize != 0 {
		return nil
	}
	s := make(signature, 0, len(b)/partSize)
	for b := b[1:]; len(b) > 0; b = b[partSize:] {
		s = append(s, part{
			hash: binary.BigEndian.Uint32(b), kind: kind(b[4]),
			weight: int(binary.BigEndian.Uint16(b[5:])), told: int(b[7]),
		})
	}
	return s
}

func (s signature) encode() []byte {
	b := []byte{signatureVersion}
	for _, p := range s {
		b = binary.BigEndian.AppendUint32(b, p.hash)
		b = append(b, byte(p.kind))
		b = binary.BigEndian.AppendUint16(b, uint16(min(p.weight, 1<<16-1)))
		b = append(b, byte(min(p.told, 255)))
	}
	return b
}

// Sign returns the signature of a story with this article as a further report;
// before is the story's signature until now, nil for a story that it begins.
func (r *Reading) Sign(before []byte) []byte {
	s := decode(before)
	for _, t := range r.terms {
		s = s.add(part{t.hash, t.kind, t.weight, t.told})
	}
	s = s.add(part{hash: r.outlet, kind: paper})
	for _, h := range r.themes {
		s = s.add(part{hash: h, kind: theme})
	}
	return s.cut().headline(r).encode()
}

// headline adds the headline of a report, in place of the oldest where there are
// enough.
func (s signature) headline(r *Reading) signature {
	latest := 0
	for _, p := range s {
		if p.kind == line {
			latest = max(latest, p.weight)
		}
	}
	s = slices.DeleteFunc(s, func(p part) bool { return p.kind == line && p.weight <= latest+1-maxHeadlines })
	for _, t := range r.title {
		s = append(s, part{t.hash, line, latest + 1, int(t.kind)})
	}
	return s
}

// headlines returns the headlines that are kept.
func (s signature) headlines() [][]term {
	byNumber := make(map[int][]term)
	var order []int
	for _, p := range s {
		if p.kind != line {
			continue
		}
		if byNumber[p.weight] == nil {
			order = append(order, p.weight)
		}
		byNumber[p.weight] = append(byNumber[p.weight], term{hash: p.hash, kind: kind(p.told)})
	}
	var list [][]term
	for _, n := range order {
		list = append(list, byNumber[n])
	}
	return list
}

// add adds what a report has.
func (s signature) add(p part) signature {
	i := slices.IndexFunc(s, func(known part) bool {
		return known.hash == p.hash && (known.kind == p.kind || known.isTerm() && p.isTerm())
	})
	if i < 0 {
		return append(s, p)
	}
	s[i].kind = max(s[i].kind, p.kind) // a name in one headline is one in all
	s[i].weight += p.weight
	s[i].told = p.told
	return s
}

func (p part) isTerm() bool { return p.kind <= amount }

// cut brings the signature into its order, and leaves out what is too much.
func (s signature) cut() signature {
	slices.SortStableFunc(s, func(x, y part) int {
		if x.isTerm() && y.isTerm() {
			return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(x.told, y.told), cmp.Compare(x.hash, y.hash))
		}
		return cmp.Compare(x.place(), y.place())
	})
	count := make(map[kind]int)
	return slices.DeleteFunc(s, func(p part) bool {
		if p.kind == line {
			return false
		}
		k, most := p.kind, maxOthers
		if p.isTerm() {
			k, most = plain, maxTerms
		}
		count[k]++
		return count[k] > most
	})
}

// place is where parts of that kind stand.
func (p part) place() kind {
	if p.isTerm() {
		return plain
	}
	return p.kind
}

// has reports whether reports of the story had that.
func (s signature) has(hash uint32, k kind) bool {
	return slices.ContainsFunc(s, func(p part) bool { return p.hash == hash && p.kind == k })
}

// of returns how many parts of a kind there are.
func (s signature) of(k kind) (n int) {
	for _, p := range s {
		if p.kind == k {
			n++
		}
	}
	return n
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}
