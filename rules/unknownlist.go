package rules

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/rules/yamlfile"
)

// unknownList is a place where a query names a list that is not there.
type unknownList struct {
	file *File
	rule string
	at   yamlfile.Pos
	name string // without the $
}

// listDefinition is a list that is there, and what queries call it.
type listDefinition struct {
	name string // without the $
	file *File
	at   yamlfile.Pos
	used bool // a query names it
}

// misspelt sorts out where the mistake is: where a list is used under a name that
// is none, or where it is defined. If queries name it twice or more, and nothing
// uses the list that has nearly that name, it is the definition that is wrong; its
// uses are left out then.
func misspelt(unknown []unknownList, known []listDefinition) (uses []unknownList, definitions map[string]listDefinition) {
	times := map[string]int{}
	for _, u := range unknown {
		times[u.name]++
	}
	names := make([]string, len(known))
	for i, l := range known {
		names[i] = l.name
	}
	definitions = map[string]listDefinition{}
	for name, n := range times {
		if n < 2 || len(definitions) > maxHints {
			continue
		}
		if near := yamlfile.Nearest(name, names); near != "" {
			if l := known[slices.Index(names, near)]; !l.used {
				definitions[name] = l
			}
		}
	}
	for _, u := range unknown {
		if _, elsewhere := definitions[u.name]; !elsewhere {
			uses = append(uses, u)
		}
	}
	return uses, definitions
}

// misdefined is the problem of a list whose name is wrong where it is defined.
func (l listDefinition) misdefined(name string) yamlfile.Problem {
	p := yamlfile.Errorf(l.at, "unknown-list", "no query uses $%s, and $%s, which queries use, is no list", l.name, name)
	p.File = l.file.name
	return p.WithHint("did you mean " + name[strings.LastIndex(name, ".")+1:] + "?")
}

// reportUnknownLists tells of the file's own lists that queries name and that are
// not there.
func (p *parser) reportUnknownLists() {
	if p.problems.Meant("lists") || p.problems.Mistyped("lists") {
		return // all of them are there, and could not be read
	}
	var known []listDefinition
	for _, l := range p.file.Lists {
		known = append(known, listDefinition{l.Key.Value, p.file, l.Key.Pos, p.named[l.Key.Value]})
	}
	uses, definitions := misspelt(p.unknown, known)
	for name, l := range definitions {
		p.problems = append(p.problems, l.misdefined(name))
	}
	for _, u := range uses {
		p.rule = u.rule
		p.report(yamlfile.Errorf(u.at, "unknown-list", "$%s is no list", u.name).WithHint(p.nearestList(u.name)))
	}
	p.rule = ""
}

// reportUnknownLists tells of the lists of other files that queries name and that
// are not there.
func (c *compiler) reportUnknownLists() {
	var known []listDefinition
	var themes []string
	private := map[string]bool{} // names of lists that are there, and not shared
	for _, f := range c.files {
		if f.Share {
			themes = append(themes, f.Theme.Value)
		}
		for i := range f.Lists {
			l := &f.Lists[i]
			name := f.Theme.Value + "." + l.Key.Value
			if private[name] = !f.Share; f.Share {
				known = append(known, listDefinition{name, f, l.Key.Pos, c.uses(l)})
			}
		}
	}
	unknown := slices.DeleteFunc(slices.Clone(c.unknown), func(u unknownList) bool { return private[u.name] }) // those are told below
	uses, definitions := misspelt(unknown, known)
	for name, l := range definitions {
		c.problems = append(c.problems, l.misdefined(name))
	}
	names := map[string][]string{} // of the lists that a theme shares
	for _, l := range known {
		theme, _, _ := strings.Cut(l.name, ".")
		names[theme] = append(names[theme], l.name)
	}
	for _, u := range uses {
		if theme, _, _ := strings.Cut(u.name, "."); len(names[theme]) > 0 {
			c.report(u.file, u.rule, yamlfile.Errorf(u.at, "unknown-list", "$%s is no list", u.name).WithHint(nearestList(u.name, names[theme])))
		}
	}
	c.reportUnknownThemes(private, names, themes)
}

// reportUnknownThemes tells once for each file and theme that the theme shares no
// lists: mostly one word, or one more file, mends all.
func (c *compiler) reportUnknownThemes(private map[string]bool, names map[string][]string, themes []string) {
	type use struct {
		file  *File
		theme string
	}
	told := map[use]bool{}
	for _, u := range c.unknown {
		theme, _, _ := strings.Cut(u.name, ".")
		key := use{u.file, theme}
		switch {
		case told[key]:
			continue
		case private[u.name]:
			c.report(u.file, u.rule, yamlfile.Errorf(u.at, "unknown-list", "the file of theme %s does not share $%s", theme, u.name).WithHint("write share: true there"))
		case len(names[theme]) == 0 && !c.incomplete:
			hint := yamlfile.DidYouMean(theme, themes)
			if hint == "" {
				hint = "read its file together with this one"
			}
			c.report(u.file, u.rule, yamlfile.Errorf(u.at, "unknown-list", "$%s is no list: no theme %s shares any", u.name, theme).WithHint(hint))
		default:
			continue
		}
		told[key] = true
	}
}

// wanted reports whether a query of another file names a list of the file, which
// does not share it.
func (c *compiler) wanted(f *File, list string) bool {
	return slices.ContainsFunc(c.unknown, func(u unknownList) bool { return u.name == f.Theme.Value+"."+list })
}

// bareList returns the list that a word of a query most likely was to be, had it
// its $: one whose name no text has as a word, or which nothing uses otherwise.
func (c *compiler) bareList(f *File, word string) *yamlfile.Entry[[]yamlfile.String] {
	theme, name, dotted := strings.Cut(word, ".")
	if dotted {
		i := slices.IndexFunc(c.files, func(g *File) bool { return g.Theme.Value == theme && g.Share && g.list(name) != nil })
		if i < 0 {
			return nil
		}
		return c.files[i].list(name)
	}
	if l := f.list(word); l != nil && (strings.Contains(word, "_") || !c.uses(l)) {
		return l
	}
	return nil
}

// checkBare finds words of a query that most likely were to be lists.
func (c *compiler) checkBare(q boundQuery) {
	for _, n := range ownTerms(q.node) {
		at := n.at + fieldPrefix(q.text.Value[n.at:])
		word := q.text.Value[at:]
		if i := strings.IndexAny(word, " \t\n\r()"); i >= 0 {
			word = word[:i]
		}
		if l := c.bareList(q.file, word); l != nil {
			c.bare[l], c.explained[q.rule] = true, true
			p := yamlfile.Warningf(q.text.PosAt(at), "bare-list", "%s is looked for as a word, and is the name of a list", word)
			c.report(q.file, q.rule, p.WithHint(fmt.Sprintf(`write $%s, or "%s" if the word is meant`, word, word)))
		}
	}
}

// fieldPrefix returns how long the fields are, such as title:, that a query begins
// with.
func fieldPrefix(query string) (n int) {
	for {
		m := prefixed.FindString(query[n:])
		if m == "" {
			return n
		}
		n += len(m)
		n += len(query[n:]) - len(strings.TrimLeft(query[n:], " \t\n\r"))
	}
}
