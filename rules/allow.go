package rules

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/rules/yamlfile"
)

// allowance is a comment that silences one kind of warning on one line until a
// day: "# check: allow CODE until DATE" behind what it is about, or on a line
// of its own before it.
type allowance struct {
	line  int
	code  string
	until Date
}

var (
	allowStart = regexp.MustCompile(`(?:^|\s)# check:(.*)$`)
	allowForm  = regexp.MustCompile(`^\s*allow\s+(\S+)\s+until\s+(\S+)\s*$`)
)

// silence takes out the warnings that comments of the files allow at now.
func silence(problems []yamlfile.Problem, files []*File, now time.Time) []yamlfile.Problem {
	allowed := map[string][]allowance{} // by file
	for _, f := range files {
		found, _ := allowances(f)
		allowed[f.name] = append(allowed[f.name], found...)
	}
	return slices.DeleteFunc(problems, func(p yamlfile.Problem) bool {
		return p.Level == yamlfile.Warning && slices.ContainsFunc(allowed[p.File], func(a allowance) bool {
			return a.line == p.Pos.Line && a.code == p.Code && !a.until.over(now)
		})
	})
}

// wrongAllowances returns what is wrong with such comments.
func wrongAllowances(files []*File) (problems []yamlfile.Problem) {
	for _, f := range files {
		_, wrong := allowances(f)
		problems = append(problems, wrong...)
	}
	return problems
}

// allowances reads the comments of a file.
func allowances(f *File) (found []allowance, wrong []yamlfile.Problem) {
	if !bytes.Contains(f.data, []byte("# check:")) {
		return nil, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(f.data))
	lines.Buffer(nil, len(f.data)+1)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		m := allowStart.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		at := yamlfile.Pos{Line: n, Col: utf8.RuneCountInString(text[:strings.Index(text[m[0]:], "#")+m[0]]) + 1}
		a, msg, hint := parseAllowance(text[m[2]:m[3]])
		if msg != "" {
			p := yamlfile.Warningf(at, "unknown-allow", "%s", msg).WithHint(hint)
			p.File = f.name
			wrong = append(wrong, p)
			continue
		}
		a.line = n
		if strings.TrimSpace(text[:m[0]]) == "" {
			a.line++ // alone on its line: about the next one
		}
		found = append(found, a)
	}
	return found, wrong
}

// parseAllowance reads what stands behind "# check:"; msg says why it cannot,
// and hint what to write.
func parseAllowance(s string) (a allowance, msg, hint string) {
	const form = "write # check: allow CODE until 2027-03-01"
	m := allowForm.FindStringSubmatch(s)
	if m == nil {
		return a, "this comment is not understood", form
	}
	a.code = m[1]
	if !slices.Contains(warningCodes, a.code) {
		hint := yamlfile.DidYouMean(a.code, warningCodes)
		if hint == "" {
			hint = "codes are " + yamlfile.OneOf(warningCodes, "and")
		}
		return a, fmt.Sprintf("%q is no code of a warning", a.code), hint
	}
	if err := a.until.UnmarshalText([]byte(m[2])); err != nil {
		return a, "the last word " + err.Error(), form
	}
	return a, "", ""
}
