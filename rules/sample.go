package rules

import (
	"iter"
	"slices"
	"time"

	"tocsin/rules/yamlfile"
)

// MaxCandidates is the share of a sample's articles that a rule may need a close
// look for.
const MaxCandidates = 0.05

// CheckSample warns of the rules of a set that more than MaxCandidates of a
// sample's articles need a close look for: they slow down the judging of all. The
// files are those that the set was compiled of, and now is as of Compile. A
// sample of less than 100 articles says nothing.
func CheckSample(s *Set, files []*File, now time.Time, sample iter.Seq[*Article]) []yamlfile.Problem {
	articles, looks := 0, make([]int, len(s.rules))
	for a := range sample {
		articles++
		for _, r := range s.Candidates(a) {
			looks[r.number]++
		}
	}
	if articles < 100 {
		return nil
	}
	var problems []yamlfile.Problem
	for i, n := range looks {
		if r := s.rules[i]; float64(n) > MaxCandidates*float64(articles) {
			p := yamlfile.Warningf(r.Pos, "too-common", "%d of %d articles need a close look (%d %%)", n, articles, 100*n/articles)
			p.File, p.Rule = r.File, r.ID
			problems = append(problems, p.WithHint("ask for a rarer word in require, joined by AND"))
		}
	}
	allowed, _ := allowedIn(slices.DeleteFunc(slices.Clone(files), func(f *File) bool { return f == nil }), now)
	return yamlfile.Sort(allowed.silence(problems))
}
