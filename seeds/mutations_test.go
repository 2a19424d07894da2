package seeds_test

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/seeds"
)

// mutation is a mistake that people make in rule files.
type mutation struct {
	name string
	site string // a regular expression: where it can be made
	with string // what stands there then; ‸ is the place that people are told
	want string // what they are told, in part
	also string // a regular expression: what they may be told besides
}

var mutations = []mutation{
	// Lists.
	{name: "a list is misspelt where it is used", site: `\$([a-z_]*[a-z])([a-z])( |\))`, with: `‸$$${1}x${2}${3}`, want: "is no list (did you mean $"},
	{name: "a list of another file is misspelt", site: `\$entities\.(\w)(\w+)`, with: `‸$$entities.${1}q${2}`, want: "is no list (did you mean $entities."},
	{name: "the theme of a list is misspelt", site: `\$entities\.`, with: `‸$$entites.`, want: "no theme entites shares any (did you mean entities?)"},
	{name: "a list is misspelt where it is defined", site: `(?m)^  (lab|big_tech|strain|beside|competition_authority):`, with: `  ‸${1}x:`, want: "x, and $"},
	{name: "a list of another file has no $", site: `\$(entities\.\w+)`, with: `‸$1`, want: "is the name of a list (write $entities.", also: "no query uses"},
	{name: "a list has no $", site: `\$(\w+_\w+)\b`, with: `‸$1`, want: "is the name of a list (write $", also: "holds in none of the examples"},
	{name: "a list is in braces", site: `\$(\w+)`, with: `‸$${$1}`, want: "the name of a list is missing behind $ (write $"},
	{name: "a list is one text", site: `(?m)^  (\w+):\n    \[\n(?: .*\n)*?    \]`, with: `  $1: ‸Azure, AWS`, want: "must be a list, not \"Azure, AWS\" (write [Azure, AWS])"},
	{name: "a list is empty", site: `(?m)^  (\w+):\n    \[\n(?: .*\n)*?    \]`, with: `  ‸$1: []`, want: "has no members"},
	{name: "a list has no value", site: `(?m)^  (\w+):\n    \[\n(?: .*\n)*?    \]`, with: `  ‸$1:`, want: "has no members"},
	{name: "a list is there twice", site: `(?m)^  (\w+):\n    \[\n`, with: "  $1: [Azure]\n  ‸$1:\n    [\n", want: "is here twice (first in line "},
	{name: "a list's member is a list", site: `(?m)^    \[\n`, with: "    [\n      ‸$$loosen,\n", want: "a list takes words and phrases, not the list $loosen"},
	{name: "a list's member is a query", site: `(?m)^    \[\n`, with: "    [\n      ‸foo OR bar,\n", want: "its operators are words in it"},
	{name: "a list's member is there twice", site: `(?m)^    \[\n      ([^,\n]+),`, with: "    [\n      $1, ‸$1,", want: "is in $"},
	{name: "an alias is an everyday word", site: `(?m)^    \[\n`, with: "    [\n      ‸Target,\n", want: "Target is also a common English word"},
	{name: "a stem is two letters", site: `(?m)^    \[\n`, with: "    [\n      ‸ab*,\n", want: "the stem ab* has fewer than 3 letters"},
	{name: "a stem is short", site: `(?m)^    \[\n`, with: "    [\n      ‸wor*,\n", want: "the stem wor* also takes in words such as", also: "taken in by wor|this example"},
	{name: "a comma is missing before a phrase", site: `(\w+), ("\w+ \w+",)`, with: `$1 ‸$2`, want: "a phrase begins inside another member (put a comma before it)"},
	{name: "a comma is missing in a list", site: `"([\w ]+)", "`, with: `"$1" ‸"`, want: "put a comma before it"},

	// Queries.
	{name: "a phrase has no quotes", site: `"(\w+) (\w+)"( OR|'|\))`, with: `$1 ‸$2$3`, want: "an operator is missing before"},
	{name: "a phrase has the quotes of YAML only", site: `when: '[^\n]*', points`, with: `when: "first ‸refusal", points`, want: `YAML takes these quotes away: '"a b"' is a phrase`, also: "no query uses"},
	{name: "a phrase has single quotes", site: `require: [^>\n].*`, with: `require: OpenAI AND 'first ‸refusal'`, want: "the quotes of a phrase are double ones", also: "no query uses"},
	{name: "an operator is missing", site: ` AND `, with: ` ‸`, want: "an operator is missing before"},
	{name: "an operator is in small letters", site: ` AND `, with: ` ‸and `, want: "operators are written in capitals: AND"},
	{name: "an operator is half in small letters", site: ` OR `, with: ` ‸Or `, want: "operators are written in capitals: OR"},
	{name: "an operator is there twice", site: ` AND `, with: ` AND ‸AND `, want: "a term is missing before AND"},
	{name: "an operator of a programming language", site: ` AND `, with: ` ‸&& `, want: "&& is no operator (write AND)"},
	{name: "an operator of a search engine", site: ` AND `, with: ` ‸-`, want: "(write AND NOT "},
	{name: "a bar", site: ` OR `, with: ` ‸| `, want: "| is no operator (write OR)"},
	{name: "a word for a distance", site: `NEAR/\d+`, with: `‸NEAR/x`, want: "NEAR/x is no operator (write NEAR/3"},
	{name: "no slash before a distance", site: `NEAR/\d+`, with: `‸NEAR8`, want: "NEAR8 is no operator (write NEAR/8"},
	{name: "no distance", site: `NEAR/\d+`, with: `‸NEAR 8`, want: "NEAR needs a number (write NEAR/3"},
	{name: "a distance that is too large", site: `NEAR/\d+`, with: `‸NEAR/99`, want: "the number in NEAR/99 must be from 0 to 30"},
	{name: "a fraction of a distance", site: `NEAR/\d+`, with: `‸NEAR/2.5`, want: "NEAR/2.5 is no operator (write NEAR/2"},
	{name: "a distance with a colon", site: `NEAR/\d+`, with: `‸NEAR:8`, want: "NEAR:8 is no operator (write NEAR/8"},
	{name: "NEAR is misspelt", site: `NEAR/\d+`, with: `‸NAER/8`, want: "NAER/8 is no operator (did you mean NEAR/8?)"},
	{name: "NEAR is in small letters", site: `NEAR/\d+`, with: `‸near/8`, want: "near/8 is no operator (write NEAR/8"},
	{name: "an operator of another language", site: `NEAR/\d+`, with: `‸WITHIN/8`, want: "WITHIN/8 is no operator (operators are NEAR/n"},
	{name: "NEAR is a sentence long", site: `title:\(`, with: `‸OpenAI NEAR/29 court OR title:(`, want: "29 words apart is hardly near", also: "this example"},
	{name: "too many of a list are asked for", site: `ATLEAST/2 (\$entities\.\w+)`, with: `‸ATLEAST/900 $1`, want: "ATLEAST/900 can never hold"},
	{name: "ATLEAST has no number", site: `ATLEAST/2`, with: `‸ATLEAST`, want: "ATLEAST needs a number"},
	{name: "a field is misspelt", site: `'title:`, with: `'‸titel:`, want: "titel: is no field (did you mean title:?)"},
	{name: "a field has a capital", site: `'title:`, with: `'‸Title:`, want: "did you mean title:?"},
	{name: "a field that is none", site: `'title:`, with: `'‸headline:`, want: "fields are title, summary, body, source"},
	{name: "a field in another one", site: `'title:\(`, with: `'title:(‸summary:x OR `, want: "summary: inside title: holds nowhere"},
	{name: "a closing parenthesis is missing", site: `require: (\([^()\n]*)\)(.*)`, with: `require: ‸$1$2`, want: "this ( is not closed"},
	{name: "an opening parenthesis is missing", site: `require: \(([^()\n]*)\)`, with: `require: $1‸)`, want: "this ) closes nothing"},
	{name: "a star stands inside a word", site: `when: '`, with: `when: 'exclu‸*sive OR `, want: "a * stands at the end of a word only"},
	{name: "a regular expression stands alone", site: `when: '`, with: `when: '‸/foo/ OR `, want: "needs a term beside it"},
	{name: "a regular expression is none", site: `when: '`, with: `when: 'OpenAI AND ‸/fo(o/ OR `, want: "bad regular expression"},
	{name: "a regular expression has flags behind it", site: `when: '`, with: `when: 'OpenAI AND /foo/‸i OR `, want: "flags stand inside: /(?i)"},
	{name: "a query ends in an operator", site: `when: '([^'\n]*)'`, with: `when: '$1 AND ‸'`, want: "the query ends where a term should follow"},
	{name: "require can never hold", site: `require: [^>\n].*`, with: `require: ‸Zort AND NOT Zort`, want: "require can never hold", also: "no query uses"},
	{name: "a signal can never hold", site: `when: '([^'\n]*)'`, with: `when: ‸'($1) AND NOT ($1)'`, want: "this can never hold", also: "this example|cannot be reached"},

	// Keys.
	{name: "threshold is misspelt", site: `threshold:`, with: `‸treshold:`, want: `unknown key "treshold" (did you mean threshold?)`},
	{name: "threshold has a capital", site: `threshold:`, with: `‸Threshold:`, want: "did you mean threshold?"},
	{name: "require is misspelt", site: `require:`, with: `‸requires:`, want: "did you mean require?"},
	{name: "id is misspelt", site: `- id:`, with: `- ‸idd:`, want: "did you mean id?"},
	{name: "when is misspelt", site: `when:`, with: `‸wen:`, want: "did you mean when?"},
	{name: "points is misspelt", site: `points:`, with: `‸point:`, want: "did you mean points?"},
	{name: "signals is misspelt", site: `signals:`, with: `‸signal:`, want: "did you mean signals?"},
	{name: "examples is misspelt", site: `examples:`, with: `‸example:`, want: "did you mean examples?"},
	{name: "no_match is misspelt", site: `no_match:`, with: `‸no-match:`, want: "did you mean no_match?"},
	{name: "title is misspelt in an example", site: `- \{title:`, with: `- {‸titel:`, want: "did you mean title?"},
	{name: "version is misspelt", site: `(?m)^version:`, with: `‸verson:`, want: "did you mean version?"},
	{name: "theme is misspelt", site: `(?m)^theme:`, with: `‸teme:`, want: "did you mean theme?"},
	{name: "lists is misspelt", site: `(?m)^lists:`, with: `‸list:`, want: "did you mean lists?"},
	{name: "rules is misspelt", site: `(?m)^rules:`, with: `‸rule:`, want: "did you mean rules?"},
	{name: "share is misspelt", site: `(?m)^share:`, with: `‸shared:`, want: "did you mean share?"},
	{name: "a key is there twice", site: `(?m)^    threshold: (\d+)`, with: "    threshold: $1\n    ‸threshold: 4", want: `the key "threshold" is here twice (first in line `},
	{name: "a key stands one level too high", site: `(?m)^    signals:`, with: "    ‸points: 3\n    signals:", want: "points belongs under signals"},
	{name: "no_match stands one level too high", site: `(?m)^    examples:`, with: "    ‸no_match: []\n    examples:", want: "no_match belongs under examples"},
	{name: "require is deleted", site: `(?m)^  - id: (.*\n)((?:    .*\n)*?)    require: [^>\n].*\n`, with: "  - id: ‸$1$2", want: "require is missing", also: "no query uses"},
	{name: "id is deleted", site: `(?m)^  - id: .*\n    title`, with: `  - ‸title`, want: "a rule has no id (write id: theme.name)"},
	{name: "points are deleted", site: `when: ('[^'\n]*'), points: -?\d+`, with: `when: ‸$1`, want: "a signal has no points (write points: 3)"},
	{name: "when is deleted", site: `when: '[^'\n]*', points: `, with: `points: ‸`, want: "a signal has no query (write when: query)", also: "no query uses"},
	{name: "version is deleted", site: `^((?:#.*\n)*)((?s).*?\n)version: 1\n`, with: `‸$1$2`, want: "(write version: 1)"},
	{name: "threshold is deleted", site: `(?m)^  - id: (.*\n)((?:    .*\n)*?)    threshold: .*\n`, with: "  - id: ‸$1$2", want: "no threshold, so that require alone suffices"},
	{name: "the examples are deleted", site: `(?m)^  - id: (.*\n)((?:    .*\n)*?)    examples:\n(?:     .*\n)*`, with: "  - id: ‸$1$2", want: "the rule has no examples"},
	{name: "an id of another file", site: `- id: regulatory_probe\.\w+`, with: `- id: ‸multi_cloud.platform`, want: "this id is taken (by multi_cloud.yaml:"},
	{name: "an id twice", site: `(- id: (\w+\.\w+)\n(?s).*)- id: \w+\.\w+`, with: `$1- id: ‸$2`, want: "this id is taken (by the rule in line "},
	{name: "an id with a space", site: `- id: (\w+)\.`, with: `- id: ‸$1 `, want: "an id has letters, digits, _ and -"},

	// Values.
	{name: "an unreachable threshold", site: `threshold: \d+`, with: `threshold: ‸99`, want: "the threshold 99 cannot be reached (the points add up to "},
	{name: "a word for a number", site: `threshold: \d+`, with: `threshold: ‸five`, want: `threshold must be a whole number, not "five"`},
	{name: "a number in quotes", site: `threshold: (\d+)`, with: `threshold: ‸"$1"`, want: "(write it without quotes)"},
	{name: "a fraction", site: `points: (-?\d+)`, with: `points: ‸$1.5`, want: "points must be a whole number"},
	{name: "no points", site: `points: (-?\d+)`, with: `points: ‸0`, want: "points must be from -10 to 10 and not 0"},
	{name: "too many points", site: `points: (-?\d+)`, with: `points: ‸11`, want: "points must be from -10 to 10 and not 0, not 11"},
	{name: "a number for a list", site: `(?m)^    signals:\n(      .*\n)*`, with: "    signals: ‸5\n", want: `signals must be a list, not "5"`, also: "no query uses"},
	{name: "a list for a text", site: `title: (.*)\n    why`, with: "title: ‸[$1]\n    why", want: "title must be text, not a list"},
	{name: "an unknown severity", site: `severity: \w+`, with: `severity: ‸hihg`, want: `severity must be info, low, medium, high or critical, not "hihg"`},
	{name: "an unknown status", site: `(?m)^    severity:`, with: "    status: ‸on\n    severity:", want: `status must be live, shadow or off, not "on"`},
	{name: "escalation to what is none", site: `escalate: \{\w+:`, with: `escalate: {‸hihg:`, want: `"hihg" is no severity`},
	{name: "escalation downwards", site: `escalate: \{\w+:`, with: `escalate: {‸info:`, want: "info is not above the rule's severity"},
	{name: "escalation that cannot be reached", site: `escalate: \{(\w+): \d+\}`, with: `escalate: {$1: ‸99}`, want: "the score 99 for "},
	{name: "a version to come", site: `version: 1`, with: `version: ‸2`, want: "version 2 of the rule language is not known (write version: 1)"},

	// Examples.
	{name: "an example that fails", site: `(?m)^      match:\n`, with: "      match:\n        - ‸Nothing of all this\n", want: "this example must match, and require does not hold (tocsin test shows the arithmetic)"},
	{name: "an example that is said both to match and not to", site: `(?s)      match:\n        - ([^\n]*\n)(.*?)      no_match:\n`, with: "      match:\n        - $1${2}      no_match:\n        - ‸$1", want: "this example is said both to match and not to (see line "},
	{name: "a title with a colon", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        - ‸$1: $2`, want: "unknown key"},
	{name: "a title that begins in quotes", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        - "$1" ‸$2`, want: "text goes on behind its closing quote (put all of it in single quotes"},
	{name: "a title that begins with a star", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        - ‸*$1 $2`, want: "text that begins with * must be in quotes"},
	{name: "a title that begins with &", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        - ‸&$1 $2`, want: "put text that begins with & in quotes"},
	{name: "a title that begins in brackets", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        - [$1] ‸$2`, want: "text goes on behind its closing bracket (put all of it in quotes)"},
	{name: "an entry without a value", site: `(?m)^        - ([A-Z]\w+) (.*)`, with: `        -‸`, want: "is empty (write something after the -"},
	{name: "one example that is no list", site: `(?m)^      match:\n(        - .*\n)*`, with: "      match: ‸One thing\n", want: "match must be a list, not \"One thing\" (write [One thing])"},

	// YAML.
	{name: "a closing quote is missing", site: `(require: |exclude: |when: )('[^'\n]*)'`, with: `$1‸$2`, want: "a quote is not closed (the next one is in line "},
	{name: "an opening quote is missing", site: `when: '(title:[^'"\n]*)'`, with: `when: $1‸'`, want: "(the quotes of a phrase are double ones)"},
	{name: "an opening quote is missing in a list", site: `"(\w+ \w+)",`, with: `$1‸",`, want: "a quote is missing"},
	{name: "a colon is missing", site: `threshold: (\d+)\n`, with: "‸threshold $1\n", want: "a colon is missing behind the key (write key: value)"},
	{name: "a colon is missing before a block", site: `(?m)^    (examples|signals):`, with: "    ‸$1", want: "a colon is missing behind the key (write key: value)"},
	{name: "a space is missing behind a colon", site: `threshold: (\d+)\n`, with: "‸threshold:$1\n", want: "a space is missing behind the colon (write threshold: "},
	{name: "a space is missing behind a colon in a block", site: `points: (-?\d+)`, with: `‸points:$1`, want: "write points: with a space behind the colon"},
	{name: "a space is missing behind a dash", site: `- \{when`, with: `‸-{when`, want: "a space is missing behind the -"},
	{name: "a dash is missing before a block", site: `- \{when`, with: `‸{when`, want: "a - is missing before this entry of the list"},
	{name: "a dash is missing before a text", site: `(?m)^        - ([A-Z].*\n        - )`, with: "        ‸$1", want: "a - is missing before this entry of the list"},
	{name: "a dash is missing, and its place is not", site: `(?m)(^      match:\n)        - (.*\n        - )`, with: "$1          ‸$2", want: "a - is missing before this entry of the list"},
	{name: "an opening brace is missing", site: `(?m)- \{(when: '[^'\n]*'), points(.*)\}$`, with: `- $1‸, points$2}`, want: "a block in one line is {a: b, c: d}"},
	{name: "a closing brace is missing", site: `(?m)- \{when(.*)\}$`, with: `- ‸{when$1`, want: "this { is not closed"},
	{name: "a closing bracket is missing", site: `(?m)^    \[\n((?:  .*\n)*?)    \]\n`, with: "    ‸[\n$1", want: "this [ is not closed"},
	{name: "an opening bracket is missing", site: `(?m)^    \[\n      ([^#"\n]*\n)`, with: "      ‸$1", want: "(write it in brackets: [a, b])"},
	{name: "a comma is missing in a block", site: `', points`, with: `' ‸points`, want: "put a comma before it"},
	{name: "a tab before a key", site: `(?m)^    (threshold|why|require):`, with: "‸\t$1:", want: "lines are indented with spaces, not tabs"},
	{name: "a tab before an entry", site: `(?m)^        - `, with: "      ‸\t- ", want: "lines are indented with spaces, not tabs"},
	{name: "a key stands too far left", site: `(?m)^    (threshold|why|require|signals):`, with: "   ‸$1:", want: "check the indentation: what it would belong to begins in column "},
	{name: "a key stands too far right", site: `(?m)^    (why|require|signals|threshold)(:)`, with: "      $1‸$2", want: "a key with a colon cannot stand here (indent like the lines around"},
	{name: "an entry stands too far left", site: `(?m)^(      - .*\n)      - `, with: "$1    ‸- ", want: "check the indentation"},
}

// starterFiles returns the starter rules by name, and as Parse reads them.
func starterFiles(t *testing.T) (texts map[string]string, parsed map[string]*rules.File) {
	t.Helper()
	names, err := fs.Glob(seeds.Themes(), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts, parsed = map[string]string{}, map[string]*rules.File{}
	for _, name := range names {
		data, err := fs.ReadFile(seeds.Themes(), name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(data)
		parsed[name], _ = rules.Parse(name, data)
	}
	return texts, parsed
}

// A mistake in a starter rule file is told at its very place, with what to do
// about it, and nothing else is told that does not follow from it. Each is made in
// one file, and each file gets a third of them or so.
func TestMistakesInTheRulesAreToldAtTheirPlace(t *testing.T) {
	t.Parallel()
	texts, parsed := starterFiles(t)
	for i, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			var names, mutants []string // of the files that have a place for it
			for _, name := range slices.Sorted(maps.Keys(texts)) {
				if mutant, ok := m.make(texts[name], i); ok {
					names, mutants = append(names, name), append(mutants, mutant)
				}
			}
			if len(names) == 0 {
				t.Fatal("no file has a place for it")
			}
			m.judge(t, names[i%len(names)], mutants[i%len(names)], parsed)
		})
	}
}

// make makes the mistake at one of the places for it; nth chooses. ok is false
// when there is none.
func (m mutation) make(text string, nth int) (mutant string, ok bool) {
	site := regexp.MustCompile(m.site)
	sites := slices.DeleteFunc(site.FindAllStringSubmatchIndex(text, -1), func(at []int) bool {
		return strings.Contains(text[strings.LastIndexByte(text[:at[0]], '\n')+1:at[0]], "#") // a comment
	})
	if len(sites) == 0 {
		return "", false
	}
	at := sites[nth%len(sites)]
	return text[:at[0]] + string(site.ExpandString(nil, m.with, text, at)) + text[at[1]:], true
}

// judge holds what people are told of a file with the mistake to what is wanted.
func (m mutation) judge(t *testing.T, name, mutant string, parsed map[string]*rules.File) {
	t.Helper()
	before, after, marked := strings.Cut(mutant, "‸")
	if !marked {
		t.Fatalf("nobody said where %q is told", m.with)
	}
	place := fmt.Sprintf("%s:%d:%d: ", name, strings.Count(before, "\n")+1, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))+1)
	problems := problemsWith(name, before+after, parsed)
	told := false
	for _, p := range problems {
		switch text := p.Error(); {
		case strings.HasPrefix(text, place) && strings.Contains(text, m.want):
			told = true
		case m.also == "" || !regexp.MustCompile(m.also).MatchString(text):
			t.Errorf("besides, they are told: %v", p)
		}
	}
	if !told {
		t.Errorf("want %s…%s…, and they are told: %v", place, m.want, problems)
	}
}

// problemsWith returns what is wrong with the starter rules when one file is
// another.
func problemsWith(name, text string, parsed map[string]*rules.File) []yamlfile.Problem {
	f, problems := rules.Parse(name, []byte(text))
	files := []*rules.File{f}
	for other, g := range parsed { // in any order: it makes no difference
		if other != name {
			files = append(files, g)
		}
	}
	_, more := rules.Compile(today, files...)
	return yamlfile.Sort(append(problems, more...))
}
