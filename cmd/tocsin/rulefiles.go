package main

import (
	"errors"
	"fmt"
	"io"
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

// maxTextFile is how much is read of a file that people write, or of what is put
// in its place: a little more than what is taken for one.
const maxTextFile = 16 << 20

// readText reads a file that people write.
func readText(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxTextFile))
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
	data, err := readText(p)
	if err != nil {
		return nil, err
	}
	return []textFile{{p, data}}, nil
}

// ruleFolder reads the YAML files of a folder and those below it, but not
// hidden ones.
func ruleFolder(dir string) ([]textFile, error) {
	var files []textFile
	root := dir + string(filepath.Separator) // which follows a link in its place
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isYAML(name):
			return nil
		}
		if err := regular(name); err != nil {
			return err
		}
		data, err := readText(name)
		files = append(files, textFile{name, data})
		return err
	})
	if err == nil && len(files) == 0 {
		err = errors.New("no .yaml files in the folder " + dir)
	}
	return files, err
}

// regular returns an error if what has that name, or what it is a link to, is no
// file: whoever reads a pipe waits for somebody to write.
func regular(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	what := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		what = "a link to a folder"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	default:
		what = "a device"
	}
	return fmt.Errorf("%s is %s, and a folder of rules has files only", name, what)
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
	set      *rules.Set // nil when there are errors, and before compile
	problems []yamlfile.Problem
	files    []textFile
	parsed   []*rules.File // of files; nil where one is wrong
}

// loadRules reads and compiles the rules that the paths name. unreadable says
// what is wrong with a path that cannot be read.
func loadRules(paths []string, now time.Time, unreadable func(path string, err error) yamlfile.Problem) *loadedRules {
	l := new(loadedRules)
	l.read(paths, unreadable)
	l.compile(now)
	return l
}

// read adds the files that the paths name, each once.
func (l *loadedRules) read(paths []string, unreadable func(path string, err error) yamlfile.Problem) {
	for _, p := range paths {
		files, err := ruleFiles(p)
		if err != nil {
			l.problems = append(l.problems, unreadable(p, err))
			continue
		}
		for _, f := range files {
			l.add(f)
		}
	}
}

// add adds a file, unless it is there under whatever spelling of its name.
func (l *loadedRules) add(f textFile) {
	same := func(g textFile) bool { return filepath.Clean(g.name) == filepath.Clean(f.name) }
	if !slices.ContainsFunc(l.files, same) {
		l.files = append(l.files, f)
	}
}

// loadRulePaths is loadRules for paths from the command line: one that cannot be
// read is a mistake there.
func loadRulePaths(paths []string, now time.Time) (l *loadedRules, err error) {
	l = loadRules(paths, now, unreadableArgument(&err))
	return l, err
}

// unreadableArgument returns what says that a path from the command line cannot
// be read, and makes the first such mistake err.
func unreadableArgument(err *error) func(path string, e error) yamlfile.Problem {
	return func(path string, e error) yamlfile.Problem {
		if *err == nil {
			*err = usage("reading rules: %w", e)
		}
		return yamlfile.Problem{File: path, Code: "unreadable", Msg: e.Error()}
	}
}

// compile makes the files a set.
func (l *loadedRules) compile(now time.Time) {
	l.parsed = make([]*rules.File, len(l.files))
	for i, f := range l.files {
		var problems []yamlfile.Problem
		l.parsed[i], problems = rules.Parse(f.name, f.data)
		l.problems = append(l.problems, problems...)
	}
	whole := !yamlfile.AnyError(l.problems)
	set, problems := rules.Compile(now, l.parsed...)
	if !whole {
		set = nil
	}
	l.set, l.problems = set, yamlfile.Sort(append(l.problems, problems...))
}
