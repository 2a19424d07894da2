package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/config"
	"tocsin/watcher/schedule"
)

func newCheck(e *env) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Everything wrong with configuration, feeds and rules, each at its place",
		Long: `Checks rule files, feed lists and configurations, and folders of rule files; without a
PATH the configuration with the feeds and rules that it names. builtin: is the starter pack.
All rule files given are one set: lists that they share and tunings count.

What the routes of a configuration do is said on standard error. Warnings leave the exit code at 0 unless --strict is given. One that is known and meant is
silenced by a comment behind its line, or alone on the line above; --json shows the codes:

  # check: allow CODE until 2027-03-01`,
		RunE: func(_ *cobra.Command, args []string) error {
			return e.untilInterrupted(func() error { return e.check(args, o) })
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print the problems as a JSON array")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "exit 1 on warnings too")
	cmd.Flags().StringVar(&o.sample, "sample", "", "articles as JSON lines in `file`, to warn of rules that slow down the judging of many of them")
	return cmd
}

type checkOptions struct {
	json, strict bool
	sample       string // "" tries none
}

func (e *env) check(paths []string, o checkOptions) error {
	var c checker
	var err error
	if len(paths) == 0 {
		err = c.running(e)
	} else {
		err = c.paths(paths)
	}
	if err == nil && o.sample != "" {
		err = c.sample(e, o.sample)
	}
	if err != nil {
		return err
	}
	if o.json {
		err = e.printProblemsJSON(c.problems)
	} else {
		err = e.printProblems(c.problems, c.files)
	}
	if err != nil {
		return err
	}
	return e.checked(c, o)
}

// checked says how it went, with what the routes do, and returns the error for the
// exit code.
func (e *env) checked(c checker, o checkOptions) error {
	errs, warnings := 0, 0
	for _, p := range c.problems {
		if p.Level == yamlfile.Error {
			errs++
		} else {
			warnings++
		}
	}
	if errs == 0 && !o.json {
		for _, conf := range c.configs {
			e.printRoutes(conf)
		}
	}
	e.printf("%s checked: %s, %s", count(len(c.files), "file"), count(errs, "error"), count(warnings, "warning"))
	if errs > 0 || o.strict && warnings > 0 {
		return codedError{exitNotSo, nil}
	}
	return nil
}

// printRoutes says what the routes of a configuration do.
func (e *env) printRoutes(conf *config.Config) {
	e.printf("routes, as they are tried:")
	for i := range conf.Routes {
		takes, does := conf.Routes[i].Text()
		e.printf("%3d  %s\n     %s", i+1, oneLine(takes), oneLine(does))
	}
}

// checker gathers what is wrong.
type checker struct {
	problems []yamlfile.Problem
	files    []textFile // that were read, for the lines to show
	rules    *loadedRules
	configs  []*config.Config // that could be read
}

// running checks what tocsin run would use.
func (c *checker) running(e *env) error {
	path := e.configPath()
	if path == "" {
		_, problems := config.Default()
		c.problems = problems
		return c.ruleSet(nil, []string{config.Builtin}, nil)
	}
	conf, err := c.config(path, readText)
	if err != nil || conf == nil {
		return err
	}
	return c.ruleSet(nil, conf.Rules, conf)
}

// config checks a configuration and the lists that it names.
func (c *checker) config(path string, read func(name string) ([]byte, error)) (*config.Config, error) {
	noting := func(name string) ([]byte, error) {
		data, err := read(name)
		if err == nil {
			c.files = append(c.files, textFile{name, data})
		}
		return data, err
	}
	conf, problems, err := config.Load(path, noting)
	if err != nil {
		return nil, usage("reading the configuration: %w", err)
	}
	c.problems = append(c.problems, problems...)
	if conf != nil {
		c.configs = append(c.configs, conf)
	}
	return conf, nil
}

// ruleSet checks rules, those that were read and those that paths name, and the
// routes of conf, which may be nil, against them.
func (c *checker) ruleSet(read []textFile, paths []string, conf *config.Config) error {
	var wrong error
	unreadable := unreadableArgument(&wrong)
	if conf != nil {
		unreadable = conf.UnreadableRules
	}
	l := new(loadedRules)
	for _, f := range read {
		l.add(f)
	}
	l.read(paths, unreadable)
	if wrong != nil {
		return wrong
	}
	l.compile(time.Now())
	c.rules = l
	c.files = append(c.files, l.files...)
	c.problems = append(c.problems, l.problems...)
	if l.set != nil && conf != nil {
		c.problems = append(c.problems, conf.UnknownThemes(themesOf(l.set))...)
	}
	return nil
}

// sample tries the rules on articles, if they are a set.
func (c *checker) sample(e *env, name string) error {
	f, err := e.openLines(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if c.rules == nil || c.rules.set == nil {
		return nil
	}
	var wrong error
	articles := func(yield func(*rules.Article) bool) {
		for a, err := range f.articles() {
			if err != nil {
				wrong = err
				return
			}
			if !yield(&a.Article) {
				return
			}
		}
	}
	c.problems = append(c.problems, rules.CheckSample(c.rules.set, c.rules.parsed, time.Now(), articles)...)
	return wrong
}

// paths checks files of any kind. All rule files among them are one set.
func (c *checker) paths(paths []string) error {
	var ruleTexts []textFile
	var rulePaths []string
	for _, p := range paths {
		switch kind, data, err := kindOf(p); {
		case err != nil:
			return usage("reading %s: %w", p, err)
		case kind == configFile:
			read := func(name string) ([]byte, error) {
				if name == p {
					return data, nil // p may be a pipe
				}
				return readText(name)
			}
			if _, err := c.config(p, read); err != nil {
				return err
			}
		case kind == feedList:
			every, err := schedule.Parse(config.DefaultSchedule)
			if err != nil {
				return err
			}
			_, problems := config.ParseFeeds(p, data, every, readText)
			c.files = append(c.files, textFile{p, data})
			c.problems = append(c.problems, problems...)
		case data != nil:
			ruleTexts = append(ruleTexts, textFile{p, data})
		default:
			rulePaths = append(rulePaths, p)
		}
	}
	if len(rulePaths)+len(ruleTexts) == 0 {
		return nil
	}
	return c.ruleSet(ruleTexts, rulePaths, nil)
}

// printProblems prints a line a problem, and on a terminal the line of the file
// with a caret.
func (e *env) printProblems(problems []yamlfile.Problem, files []textFile) error {
	content := make(map[string][]byte, len(files))
	for _, f := range files {
		content[f.name] = f.data
	}
	show := isTerminal(e.stdout)
	for _, p := range problems {
		if _, err := fmt.Fprintln(e.stdout, p); err != nil {
			return err
		}
		if !show {
			continue
		}
		if snippet := yamlfile.Snippet(content[p.File], p); snippet != "" {
			fmt.Fprintf(e.stdout, "%s\n\n", snippet)
		}
	}
	return nil
}

// problemJSON is a problem for programs. Line and col are 0 where the problem
// is the whole file's; hint and rule are left out where there is none.
type problemJSON struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Col   int    `json:"col"`
	Level string `json:"level"`
	Code  string `json:"code"`
	Rule  string `json:"rule,omitempty"`
	Msg   string `json:"msg"`
	Hint  string `json:"hint,omitempty"`
}

func (e *env) printProblemsJSON(problems []yamlfile.Problem) error {
	list := make([]problemJSON, 0, len(problems))
	for _, p := range problems {
		list = append(list, problemJSON{p.File, p.Pos.Line, p.Pos.Col, p.Level.String(), p.Code, p.Rule, p.Msg, p.Hint})
	}
	return printJSON(e.stdout, list)
}
