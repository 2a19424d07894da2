package feedback

import (
	"errors"
	"fmt"
	"slices"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// Why nothing is proposed.
var (
	// ErrQuiet is that nothing rings any more of what people voted not relevant.
	ErrQuiet = errors.New("of what people voted not relevant nothing rings any more")
	// ErrNothing is that nothing tells the articles apart.
	ErrNothing = errors.New("no word and no threshold tells what people voted not relevant from what they voted useful")
)

const (
	// support is how many articles a proposed signal must silence at least: one alone
	// may have a word by chance.
	support = 2
	// minUseful is how many useful articles there must be for a threshold to be
	// proposed: it knows nothing of the articles but their scores.
	minUseful = 3
	// maxSignals is how many signals are proposed.
	maxSignals = 3
	// maxPoints is how much one takes away at most.
	maxPoints = 10
)

// Input is what a tuning is looked for with.
type Input struct {
	Rule        string
	Useful      []*rules.Article // that people voted useful
	NotRelevant []*rules.Article
	// Compile compiles the rules that are in use together with a tuning file; nil data
	// is for none.
	Compile func(name string, data []byte) (*rules.Set, []yamlfile.Problem)
}

// Proposal is a tuning that was proven on the votes.
type Proposal struct {
	YAML      []byte     // the file
	Set       *rules.Set // the rules with it
	Signals   []Signal
	Threshold int // 0: it stays

	Kept     int              // useful articles that ring, before and after
	Silenced []*rules.Article // voted not relevant, that ring no more
	Left     int              // voted not relevant, that ring still
	Missed   int              // useful articles that do not ring now either
}

// Signal is a proposed negative signal.
type Signal struct {
	When   string
	Points int // below 0
	Has    int // how many of the articles voted not relevant it holds for
}

// rung is an article that rings.
type rung struct {
	article *rules.Article
	verdict rules.Verdict
}

// Tune proposes a tuning of a rule that silences as many of the articles voted not
// relevant as it can, and none of those voted useful, whose severity stays as well. The
// error is ErrQuiet or ErrNothing where there is no such tuning, or says that there is
// no such rule.
func Tune(in Input) (*Proposal, error) {
	set, problems := in.Compile("", nil)
	if set == nil {
		return nil, fmt.Errorf("compiling the rules: %v", problems)
	}
	useful, missed, err := ringing(set, in.Rule, in.Useful)
	if err != nil {
		return nil, err
	}
	bad, _, err := ringing(set, in.Rule, in.NotRelevant)
	if err != nil {
		return nil, err
	}
	if len(bad) == 0 {
		return nil, ErrQuiet
	}
	var best *Proposal
	signals := propose(useful, bad)
	for _, try := range []struct {
		signals   []Signal
		threshold int
	}{{signals, 0}, {nil, threshold(useful, bad)}, {signals, threshold(useful, remaining(bad, signals))}} {
		if len(try.signals) == 0 && try.threshold == 0 {
			continue
		}
		p := &Proposal{Signals: try.signals, Threshold: try.threshold, Missed: missed}
		if !p.prove(in, useful, bad) {
			continue
		}
		if best == nil || len(p.Silenced) > len(best.Silenced) {
			best = p
		}
	}
	if best == nil {
		return nil, ErrNothing
	}
	return best, nil
}

// ringing returns those of the articles that the rule matches, and how many others
// there are.
func ringing(set *rules.Set, rule string, articles []*rules.Article) (list []rung, others int, err error) {
	n := slices.IndexFunc(set.Rules(), func(r *rules.Rule) bool { return r.ID == rule })
	if n < 0 {
		return nil, 0, fmt.Errorf("there is no rule %q", rule)
	}
	for _, a := range articles {
		v := set.Explain(a)[n]
		if !v.Matched {
			others++
			continue
		}
		list = append(list, rung{a, v})
	}
	return list, others, nil
}

// threshold is the lowest threshold that silences what the highest without a useful
// article lost would; 0 where none silences anything, or too few articles say what is
// to be kept.
func threshold(useful, bad []rung) int {
	if len(useful) < minUseful {
		return 0
	}
	keep := useful[0].verdict.Score
	for _, u := range useful {
		keep = min(keep, u.verdict.Score)
	}
	lowest, n := 0, 0
	for _, b := range bad {
		if b.verdict.Score < keep {
			lowest, n = max(lowest, b.verdict.Score+1), n+1
		}
	}
	if n < support {
		return 0
	}
	return lowest
}

// prove makes the file and holds it against the votes: everything useful must ring as
// before, and something else must not any more.
func (p *Proposal) prove(in Input, useful, bad []rung) bool {
	p.YAML = p.file(in.Rule, useful, bad)
	set, _ := in.Compile("proposal.yaml", p.YAML)
	if set == nil {
		return false
	}
	p.Set, p.Kept = set, len(useful)
	n := slices.IndexFunc(set.Rules(), func(r *rules.Rule) bool { return r.ID == in.Rule })
	for _, u := range useful {
		if v := set.Explain(u.article)[n]; !v.Matched || v.Severity != u.verdict.Severity {
			return false
		}
	}
	for _, b := range bad {
		if set.Explain(b.article)[n].Matched {
			p.Left++
		} else {
			p.Silenced = append(p.Silenced, b.article)
		}
	}
	p.YAML = p.withExamples(in.Rule, useful)
	return len(p.Silenced) > 0
}
