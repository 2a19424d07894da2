package feedback_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/feedback"
)

var update = flag.Bool("update", false, "rewrite the golden files with what the tests get")

// compiling compiles one rule file together with a tuning.
func compiling(ruleFile []byte) func(string, []byte) (*rules.Set, []yamlfile.Problem) {
	return func(name string, data []byte) (*rules.Set, []yamlfile.Problem) {
		file, problems := rules.Parse("rules.yaml", ruleFile)
		files := []*rules.File{file}
		if data != nil {
			tuning, more := rules.Parse(name, data)
			files, problems = append(files, tuning), append(problems, more...)
		}
		if yamlfile.AnyError(problems) {
			return nil, problems
		}
		return rules.Compile(noon, files...)
	}
}

// articles are the lines of a text: title, and after a | the summary.
func articles(text []byte) (list []*rules.Article) {
	for line := range strings.Lines(string(text)) {
		title, summary, _ := strings.Cut(strings.TrimSpace(line), "|")
		list = append(list, &rules.Article{Title: strings.TrimSpace(title), Summary: strings.TrimSpace(summary), Source: "Wire"})
	}
	return list
}

// Each file has a rule "r", what people voted useful and not relevant, and the tuning
// that is proposed, or why there is none.
func TestTune(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		t.Run(strings.ReplaceAll(strings.TrimSuffix(filepath.Base(name), ".txtar"), "-", " "), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in := feedback.Input{Rule: "r", Compile: compiling(archive.Files[0].Data),
				Useful: articles(archive.Files[1].Data), NotRelevant: articles(archive.Files[2].Data)}
			got := ""
			p, err := feedback.Tune(in)
			if err != nil {
				got = err.Error() + "\n"
			} else {
				prove(t, in, p)
				got = fmt.Sprintf("kept %d, silenced %d, left %d, missed %d\n%s", p.Kept, len(p.Silenced), p.Left, p.Missed, p.YAML)
			}
			if *update {
				archive.Files = append(archive.Files[:3], txtar.File{Name: "proposal", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[3].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// prove holds a proposal against the votes, and its examples against the rule: the file
// as it is printed must do what was said of it.
func prove(t *testing.T, in feedback.Input, p *feedback.Proposal) {
	t.Helper()
	before, _ := in.Compile("", nil)
	after, problems := in.Compile("tuning.yaml", p.YAML)
	if after == nil {
		t.Fatalf("the proposal does not compile: %v\n%s", problems, p.YAML)
	}
	rings := func(s *rules.Set, a *rules.Article) bool { return len(s.Evaluate(a)) > 0 }
	for _, a := range in.Useful {
		if rings(before, a) && !rings(after, a) {
			t.Errorf("%q is lost\n%s", a.Title, p.YAML)
		}
	}
	silenced := 0
	for _, a := range in.NotRelevant {
		if rings(before, a) && !rings(after, a) {
			silenced++
		}
	}
	if silenced == 0 || silenced != len(p.Silenced) {
		t.Errorf("%d are silenced, and it says %d", silenced, len(p.Silenced))
	}
	_, comment, found := strings.Cut(string(p.YAML), "as examples of the rule:\n")
	if !found {
		return
	}
	rule := "    require: bell\n    signals: [{when: bell, points: 5}, {when: rings, points: 2}]\n    threshold: 5\n"
	examples := strings.ReplaceAll(comment, "#    ", "    ")
	data := "version: 1\ntheme: t\nrules:\n  - id: r\n" + rule + strings.ReplaceAll(examples, "#  ", "  ")
	file, problems := rules.Parse("examples.yaml", []byte(data))
	if file == nil {
		t.Fatalf("the examples cannot be read: %v\n%s", problems, data)
	}
}

// Whatever people voted, nothing useful is lost.
func TestNoUsefulArticleIsEverLost(t *testing.T) {
	t.Parallel()
	rule := []byte("version: 1\ntheme: t\nrules:\n  - id: r\n    require: bell\n    signals: [{when: bell, points: 5}, {when: rings, points: 2}, {when: opinion, points: -1}]\n    threshold: 5\n    escalate: {high: 7}\n")
	words := strings.Fields("bell rings opinion review gadget market lawsuit cloud merger podcast sponsored weekly recap über 中文 AT&T multi-cloud o'clock")
	proposed := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		some := func() (list []*rules.Article) {
			for range r.IntN(6) {
				a := &rules.Article{Title: "bell"}
				for range 2 + r.IntN(5) {
					a.Title += " " + words[r.IntN(len(words))]
				}
				if r.IntN(2) == 0 {
					a.Body = words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]
				}
				list = append(list, a)
			}
			return list
		}
		in := feedback.Input{Rule: "r", Useful: some(), NotRelevant: some(), Compile: compiling(rule)}
		p, err := feedback.Tune(in)
		switch {
		case err == nil:
			proposed++
			prove(t, in, p)
		case !errors.Is(err, feedback.ErrNothing) && !errors.Is(err, feedback.ErrQuiet):
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	if proposed < 20 {
		t.Errorf("%d proposals of 300", proposed)
	}
}

func TestARuleThatThereIsNot(t *testing.T) {
	t.Parallel()
	_, err := feedback.Tune(feedback.Input{Rule: "x", Compile: compiling([]byte("version: 1\ntheme: t\nrules: [{id: r, require: bell}]\n"))})
	if err == nil || !strings.Contains(err.Error(), `no rule "x"`) {
		t.Errorf("error is %v", err)
	}
}
