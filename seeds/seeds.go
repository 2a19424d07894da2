// Package seeds is the starter pack: the rules and the feed list that tocsin
// works with until people write their own, embedded in the program.
//
// It holds files and hands them out. Reading them, and saying what is wrong with
// them, is for the packages that read the files people write: the pack gets no
// other treatment.
package seeds

import (
	"embed"
	"io/fs"
	"slices"
)

// Shared is the name, without .yaml, of the file whose lists the themes share.
// It has no rules of its own.
const Shared = "entities"

//go:embed themes/*.yaml
var themes embed.FS

//go:embed feeds.yaml
var feeds []byte

// Themes returns the rule files, NAME.yaml at the top, one a theme and
// entities.yaml with the lists that they share. The themes are one rule set:
// no file stands alone without entities.yaml.
func Themes() fs.FS {
	sub, err := fs.Sub(themes, "themes")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Feeds returns the feed list, a YAML list of entries. The caller may change it.
func Feeds() []byte { return slices.Clone(feeds) }
