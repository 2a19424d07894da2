package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/seeds"
	"tocsin/watcher/config"
)

// textFile is a file that people write, as read.
type textFile struct {
	name string
	data []byte
}

// ruleFiles reads the rule files that a path names: a file, a folder with
// whatever YAML files are in it, builtin: for the starter pack, or
// builtin:THEME for one theme of it and the lists that it shares.
func ruleFiles(p string) ([]textFile, error) {
	if theme, ok := strings.CutPrefix(p, config.Builtin); ok {
		return builtinRules(theme)
	}
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return ruleFolder(p)
	}
	data, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	return []textFile{{p, data}}, nil
}

// ruleFolder reads the YAML files of a folder and those below it, but not
// hidden ones.
func ruleFolder(dir string) ([]textFile, error) {
	var files []textFile
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != dir && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isYAML(name):
			return nil
		}
		data, err := os.ReadFile(name)
		files = append(files, textFile{name, data})
		return err
	})
	if err == nil && len(files) == 0 {
		err = errors.New("no .yaml files in the folder " + dir)
	}
	return files, err
}

func isYAML(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// builtinRules reads the starter pack, or one theme of it. Lists that themes
// share come along in any case.
func builtinRules(theme string) ([]textFile, error) {
	var files []textFile
	var themes []string
	err := fs.WalkDir(seeds.Themes(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(seeds.Themes(), name)
		base := strings.TrimSuffix(path.Base(name), ".yaml")
		shared := base == seeds.Shared
		if !shared {
			themes = append(themes, base)
		}
		if theme == "" || theme == base || shared {
			files = append(files, textFile{config.Builtin + base, data})
		}
		return err
	})
	if err == nil && theme != "" && !slices.Contains(themes, theme) {
		hint := yamlfile.DidYouMean(theme, themes)
		if hint == "" {
			hint = "there are " + yamlfile.OneOf(themes, "and")
		}
		err = errors.New("there is no builtin theme " + theme + " (" + hint + ")")
	}
	return files, err
}

// loadedRules is a rule set and what it came from.
type loadedRules struct {
	set      *rules.Set // nil when there are errors
	problems []yamlfile.Problem
	files    []textFile
}

// loadRules reads and compiles the rules that the paths name. The error is of a
// path that cannot be read.
func loadRules(paths []string, now time.Time) (*loadedRules, error) {
	l := new(loadedRules)
	for _, p := range paths {
		files, err := ruleFiles(p)
		if err != nil {
			return nil, usage("reading rules: %w", err)
		}
		for _, f := range files {
			if !slices.ContainsFunc(l.files, func(g textFile) bool { return g.name == f.name }) {
				l.files = append(l.files, f)
			}
		}
	}
	l.compile(now)
	return l, nil
}

// compile makes the files a set.
func (l *loadedRules) compile(now time.Time) {
	parsed := make([]*rules.File, len(l.files))
	for i, f := range l.files {
		var problems []yamlfile.Problem
		parsed[i], problems = rules.Parse(f.name, f.data)
		l.problems = append(l.problems, problems...)
	}
	set, problems := rules.Compile(now, parsed...)
	l.set, l.problems = set, yamlfile.Sort(append(l.problems, problems...))
}
