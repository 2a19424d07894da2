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

// allowed are the warnings that comments allow.
type allowed map[allowedAt]bool

type allowedAt struct {
	file string
	line int
	code string
}

// allowedIn returns the warnings that comments of the files allow at now, and what
// is wrong with such comments.
func allowedIn(files []*File, now time.Time) (in allowed, wrong []yamlfile.Problem) {
	in = allowed{}
	for _, f := range files {
		found, ps := allowances(f)
		wrong = append(wrong, ps...)
		for _, a := range found {
			if !a.until.over(now) {
				in[allowedAt{f.name, a.line, a.code}] = true
			}
		}
	}
	return in, wrong
}

// silence takes out the warnings that are allowed.
func (in allowed) silence(problems []yamlfile.Problem) []yamlfile.Problem {
	return slices.DeleteFunc(problems, func(p yamlfile.Problem) bool {
		return p.Level == yamlfile.Warning && in[allowedAt{p.File, p.Pos.Line, p.Code}]
	})
}

// allowances reads the comments of a file.
func allowances(f *File) (found []allowance, wrong []yamlfile.Problem) {
	mark := []byte("# check:")
	if !bytes.Contains(f.data, mark) {
		return nil, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(f.data))
	lines.Buffer(nil, len(f.data)+1)
	for n := 1; lines.Scan(); n++ {
		if !bytes.Contains(lines.Bytes(), mark) {
			continue
		}
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
