package main

import (
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

func newEval(e *env) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval [--rules PATH]... [--background FILE] [--stories] FILE",
		Short: "How well rules find the themes of labelled articles",
		Long: `Scores articles that somebody labelled, and prints for each theme how often it rang rightly (tp),
wrongly (fp), or not when it should have (fn), with precision, recall and F1, and the mean of
F1 over the themes.

FILE holds articles as tocsin score reads them, with further keys:

  "themes": ["…"]            the themes that must ring; an empty list if none must
  "ok_themes": ["…"]         those that may ring as well, and count neither way
  "difficulty": "ambiguous"  the article is left out, unless --ambiguous is given

Articles without themes are left out too. A theme rings if one of its live rules matches: rules
in shadow are never said, and do not count. A theme that only labels have counts as one that
never rings; one that rules have counts in the mean as soon as it rings or should. A precision or
recall that nothing speaks of is shown as –, and is null with --json.

The articles of --background should not ring: how often they do is counted for 10,000 of them,
an article once for each theme that rings. Themes that an article there names are no false alert.

--misses lists the articles with which a theme was wrong, with the arithmetic of what rang, and
rule by rule why nothing did.

--stories measures something else: how well the daemon groups articles that report the same
event. FILE then holds articles with

  "story": "…"               the name of its event; an article without one tells its event alone
  "published": "2026-05-04"  a day, or a time as 2026-05-04T12:00:00Z; those without one come
                             right after the article before them

They are grouped in the order of their times, as the daemon would with these rules and a window
of 72 hours. B³ takes for each article what part of the articles that it was put together with
tell its event (precision), and what part of those that tell its event it was put together with
(recall); the second row counts only articles that share their event with others. Each group is a
message: a story is told in one at best. An event whose articles all came to groups that others
began has no message of its own, and nobody hears of it.

The articles of --background come in between, and make no difference to B³. --misses lists merges,
splits or all. Difficulty makes no difference.`,
		Args: func(cmd *cobra.Command, args []string) error { return oneFile(cmd, args, "labelled articles") },
		RunE: func(_ *cobra.Command, args []string) error {
			return e.untilInterrupted(func() error { return e.eval(args[0], o) })
		},
	}
	addRulesFlag(cmd, &o.rules)
	cmd.Flags().BoolVar(&o.stories, "stories", false, "how well articles are grouped by event, instead")
	cmd.Flags().StringVar(&o.background, "background", "", "count false alerts in the articles of `file`")
	cmd.Flags().BoolVar(&o.ambiguous, "ambiguous", false, "count articles whose difficulty is ambiguous, too")
	cmd.Flags().StringVar(&o.misses, "misses", "", "list the articles with which this `theme` was wrong; with --stories: merges, splits or all")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON object")
	return cmd
}

type evalOptions struct {
	rules      []string // empty: those of the configuration
	background string   // "" none
	ambiguous  bool
	misses     string // a theme; "" none
	json       bool
	stories    bool
}

func (e *env) eval(file string, o evalOptions) error {
	if file == "-" && o.background == "-" {
		return usage("standard input cannot be both the labelled articles and the background")
	}
	if err := o.checkMisses(); err != nil {
		return err
	}
	set, err := e.loadRuleSet(o.rules)
	if err != nil {
		return err
	}
	labelled, err := e.openLines(file)
	if err != nil {
		return err
	}
	defer labelled.Close()
	var background *lineFile
	if o.background != "" {
		if background, err = e.openLines(o.background); err != nil {
			return err
		}
		defer background.Close()
	}
	signal.Ignore(syscall.SIGPIPE) // so that the write fails, and not the program
	var v interface {
		run(labelled, background *lineFile) error
	} = &evaluation{env: e, evalOptions: o, set: set, card: newScorecard(set)}
	if o.stories {
		v = &storyEvaluation{env: e, evalOptions: o, set: set}
	}
	return e.lineTrouble(v.run(labelled, background))
}

// evaluation is an eval under way.
type evaluation struct {
	*env
	evalOptions
	set  *rules.Set
	card *scorecard
	list []missJSON // that is to be printed in the end
}

// run reads both files and prints what they come to. background may be nil.
func (v *evaluation) run(labelled, background *lineFile) error {
	misses, err := v.readLabelled(labelled)
	if err != nil {
		return err
	}
	if err := v.check(labelled.name); err != nil {
		return err
	}
	for _, m := range misses {
		if err := v.show(m); err != nil {
			return err
		}
	}
	if background != nil {
		if err := v.readBackground(background); err != nil {
			return err
		}
	}
	return v.print()
}

// readLabelled counts the labelled articles, and returns the misses that are
// asked for.
func (v *evaluation) readLabelled(f *lineFile) ([]*miss, error) {
	var misses []*miss
	for a, err := range f.articles() {
		if err != nil {
			return nil, err
		}
		l, difficulty, err := a.labels()
		switch {
		case err != nil:
			return nil, &lineError{f.name, a.line, err}
		case l == nil:
			v.card.unlabelled++
			continue
		case difficulty == "ambiguous" && !v.ambiguous:
			v.card.ambiguous++
			continue
		}
		rang := ringing(v.set, a)
		v.card.add(*l, rang)
		switch l.outcomeOf(v.misses, slices.Contains(rang, v.misses)) {
		case falsePositive:
			misses = append(misses, newMiss(missFalsePositive, f.name, a, v.set, v.misses))
		case falseNegative:
			misses = append(misses, newMiss(missFalseNegative, f.name, a, v.set, v.misses))
		}
	}
	return misses, nil
}

// labels returns the article's labels, nil where it has none.
func (a *article) labels() (l *labels, difficulty string, err error) {
	var themes []string
	if err := a.keys.read("themes", &themes, listOfStrings); err != nil || themes == nil {
		return nil, "", err
	}
	l = &labels{themes: themes}
	if err := a.keys.read("ok_themes", &l.ok, listOfStrings); err != nil {
		return nil, "", err
	}
	err = a.keys.readString("difficulty", &difficulty)
	return l, difficulty, err
}

// ringing returns the themes that a live rule finds in the article, sorted.
func ringing(set *rules.Set, a *article) []string {
	var themes []string
	for _, m := range set.Evaluate(&a.Article) {
		if m.Rule.Status == rules.Live {
			themes = append(themes, m.Rule.Theme)
		}
	}
	return sortedUnique(themes)
}

// check refuses a file that has no labels, and a theme that nobody knows. It says
// which themes have labels and no rule.
func (v *evaluation) check(file string) error {
	c := v.card
	if c.articles+c.ambiguous == 0 {
		return usage("%s: no article has themes, so there is nothing to compare with (is it the labelled file?)", file)
	}
	if names := c.names(); v.misses != "" && !slices.Contains(names, v.misses) {
		hint := yamlfile.DidYouMean(v.misses, names)
		if hint == "" {
			hint = "there are " + yamlfile.OneOf(names, "and")
		}
		return usage("there is no theme %q among rules and labels (%s)", v.misses, hint)
	}
	for _, name := range c.names() {
		if t := c.themes[name]; t.rules == 0 && t.tp+t.fn > 0 {
			v.printf("no live rule has the theme %s, and %s should ring for it", oneLine(name), count(t.fn, "article"))
		}
	}
	return nil
}

// readBackground counts the alerts among articles that should not ring.
func (v *evaluation) readBackground(f *lineFile) error {
	v.card.hasBackground = true
	type found struct {
		labels
		rang []string
		miss *miss // nil none, or none that is asked for
	}
	look := func(a *article) (found, error) {
		l, _, err := a.labels()
		if err != nil {
			return found{}, err
		}
		x := found{rang: ringing(v.set, a)}
		if l != nil {
			x.labels = *l
		}
		if slices.Contains(x.rang, v.misses) && x.outcomeOf(v.misses, true) == falsePositive {
			x.miss = newMiss(missBackground, f.name, a, v.set, v.misses)
		}
		return x, nil
	}
	return overArticles(f, look, func(list []found) error {
		for _, x := range list {
			v.card.addBackground(x.labels, x.rang)
			if x.miss == nil {
				continue
			}
			if err := v.show(x.miss); err != nil {
				return err
			}
		}
		return nil
	})
}

// show prints a miss, or keeps it for the JSON object.
func (v *evaluation) show(m *miss) error {
	if v.json {
		v.list = append(v.list, m.json())
		return nil
	}
	return m.write(v.stdout)
}

// print prints the figures.
func (v *evaluation) print() error {
	r := v.card.report()
	if v.misses != "" {
		r.Misses = append([]missJSON{}, v.list...)
	}
	v.printf("%s counted, %d ambiguous and %d without themes left out", count(r.Articles, "article"), r.LeftOut.Ambiguous, r.LeftOut.Unlabelled)
	if !v.json {
		return r.write(v.stdout)
	}
	return printJSON(v.stdout, r)
}
