// Package tocsin_test holds what must hold of the project as a whole.
package tocsin_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tocsin"

// mayImport says, for each part of the project, which other parts its packages
// may import; "/..." takes in what is below a folder. A part is a folder of this
// list with what is below it, as far as that has no line of its own. What no
// line covers may import nothing of the project.
var mayImport = map[string][]string{
	"rules":            {"rules/yamlfile"},
	"rules/yamlfile":   {},
	"rules/learn":      {"rules", "rules/yamlfile"},
	"store":            {},
	"store/migration":  {},
	"store/postgres":   {"store", "store/migration", "store/query"},
	"store/query":      {},
	"store/sqlite":     {"store", "store/migration", "store/query"},
	"store/storetest":  {"store"},
	"seeds":            {},
	"watcher/feed":     {},
	"watcher/story":    {},
	"watcher/slack":    {},
	"watcher/web":      {},
	"watcher/web/page": {"rules/...", "store", "watcher/feedback"},
	"watcher/websub":   {},
	"watcher/schedule": {},
	"watcher/opml":     {},
	"watcher/route":    {"rules", "watcher/schedule"},
	"watcher/config":   {"rules/...", "seeds", "watcher/opml", "watcher/route", "watcher/schedule", "watcher/story"},
	"watcher/feedback": {"rules/...", "store"},
	"watcher/health":   {},
	"watcher/reload":   {"rules/...", "watcher/config", "watcher/route"},
	"watcher":          {"rules/...", "store", "watcher/..."},
	"cmd":              {"rules/...", "seeds/...", "store/...", "watcher/..."},

	// A tool, which looks at the daemon from outside.
	"watcher/internal/pollbench": {"store/...", "watcher/..."},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for folder, imports := range projectImports(t, os.DirFS(".")) {
		for _, imported := range imports {
			if !allowed(folder, imported) {
				t.Errorf("%s imports %s, which points the wrong way", folder, imported)
			}
		}
	}
}

func TestOnlyTheKnownFoldersHoldGo(t *testing.T) {
	t.Parallel()
	for folder := range projectImports(t, os.DirFS(".")) {
		top, _, _ := strings.Cut(folder, "/")
		if !slices.Contains([]string{"cmd", "rules", "seeds", "store", "watcher"}, top) {
			t.Errorf("%s holds Go files", folder)
		}
	}
}

// allowed reports whether a package in folder may import one in imported.
func allowed(folder, imported string) bool {
	part := partOf(folder)
	if part != "" && part == partOf(imported) {
		return true
	}
	return slices.ContainsFunc(mayImport[part], func(a string) bool {
		tree, isTree := strings.CutSuffix(a, "/...")
		return imported == tree || isTree && strings.HasPrefix(imported, tree+"/")
	})
}

// partOf is the closest folder that mayImport has a line for; "" when none is.
func partOf(folder string) string {
	for f := folder; f != "."; f = path.Dir(f) {
		if _, ok := mayImport[f]; ok {
			return f
		}
	}
	return ""
}

// projectImports returns which folders of the project each folder's packages
// import, tests left out.
func projectImports(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		imports[folder] = append(imports[folder], nil...)
		for _, i := range file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(p, module+"/"); ok {
				imports[folder] = append(imports[folder], own)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) == 0 {
		t.Fatal("no Go files found")
	}
	return imports
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		folder, imported string
		want             bool
	}{
		{"cmd/tocsin", "store/sqlite", true},
		{"watcher", "store", true},
		{"watcher", "store/sqlite", false},
		{"watcher", "watcher/slack", true},
		{"watcher", "cmd/tocsin", false},
		{"watcher/feed", "watcher/feed/htmltext", true},
		{"watcher/feed/htmltext", "watcher/feed", true},
		{"watcher/feed", "watcher/slack", false},
		{"watcher/slack", "rules", false},
		{"watcher/config", "watcher", false},
		{"watcher/reload", "rules/yamlfile", true},
		{"watcher/reload", "watcher/config", true},
		{"watcher/reload", "watcher", false},
		{"rules", "rules/yamlfile", true},
		{"rules/yamlfile", "rules", false},
		{"rules", "store", false},
		{"rules", "rules/learn", false},
		{"rules/learn", "rules", true},
		{"rules/learn", "watcher/feed/htmltext", false},
		{"store", "rules", false},
		{"store/storetest", "store/sqlite", false},
		{"store/postgres", "store/sqlite", false},
		{"store/postgres/pgtest", "store/postgres", true},
		{"seeds", "rules", false},
		{"util", "rules", false},
	} {
		if got := allowed(tt.folder, tt.imported); got != tt.want {
			t.Errorf("allowed(%s, %s) = %v, want %v", tt.folder, tt.imported, got, tt.want)
		}
	}
}
