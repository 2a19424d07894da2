package main

import (
	"encoding/json"
	"slices"
	"strconv"
)

// labels are what a reader says of an article: which themes it has.
type labels struct {
	themes []string // those that must ring
	ok     []string // those that may ring, and may as well not
}

// outcome is what a theme did with a labelled article.
type outcome uint8

const (
	noOutcome outcome = iota // it counts neither way
	truePositive
	falsePositive
	falseNegative
)

// outcomeOf returns what the theme did, that rang or did not.
func (l labels) outcomeOf(theme string, rang bool) outcome {
	switch must := slices.Contains(l.themes, theme); {
	case must && rang:
		return truePositive
	case must:
		return falseNegative
	case rang && !slices.Contains(l.ok, theme):
		return falsePositive
	}
	return noOutcome
}

// tally counts the outcomes of a theme.
type tally struct{ tp, fp, fn int }

func (t *tally) add(o outcome) {
	switch o {
	case truePositive:
		t.tp++
	case falsePositive:
		t.fp++
	case falseNegative:
		t.fn++
	}
}

// precision is the part of what rang that was right; undefined where nothing rang.
func (t tally) precision() figure { return ratio(t.tp, t.tp+t.fp) }

// recall is the part of what should have rung that did; undefined where nothing
// should have.
func (t tally) recall() figure { return ratio(t.tp, t.tp+t.fn) }

// f1 is the harmonic mean of the two. Where one of them is undefined it is 0, and
// where both are it is undefined.
func (t tally) f1() figure { return ratio(2*t.tp, 2*t.tp+t.fp+t.fn) }

// perTenThousand is how often something happened in 10,000 articles; undefined
// where there were none.
func perTenThousand(n, articles int) figure { return ratio(10_000*n, articles) }

// figure is a number that may be undefined, as one divided by 0 is. The zero
// value is.
type figure struct {
	value   float64
	defined bool
}

func ratio(n, of int) figure {
	if of == 0 {
		return figure{}
	}
	return figure{float64(n) / float64(of), true}
}

// mean is the mean of the figures that are defined.
func mean(figures []figure) figure {
	sum, n := 0.0, 0
	for _, f := range figures {
		if f.defined {
			sum += f.value
			n++
		}
	}
	if n == 0 {
		return figure{}
	}
	return figure{sum / float64(n), true}
}

// format returns the figure with so many decimals, "–" where it is undefined.
func (f figure) format(decimals int) string {
	if !f.defined {
		return "–"
	}
	return strconv.FormatFloat(f.value, 'f', decimals, 64)
}

// MarshalJSON writes the number, null where it is undefined.
func (f figure) MarshalJSON() ([]byte, error) {
	if !f.defined {
		return []byte("null"), nil
	}
	return json.Marshal(f.value)
}
