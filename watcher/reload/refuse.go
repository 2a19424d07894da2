package reload

import (
	"fmt"

	"tocsin/rules/yamlfile"
)

const (
	maxLines = 10  // problems that are logged of one reload
	maxLine  = 500 // characters of one problem that are logged
)

// refuse says what is wrong with what was read. Warnings are for check.
func (r *Reloader) refuse(problems []yamlfile.Problem, why string) {
	errors := 0
	for _, p := range problems {
		if p.Level != yamlfile.Error {
			continue
		}
		if errors++; errors <= maxLines {
			r.log.Error("the configuration is wrong", "problem", shorten(p.Error()))
		}
	}
	if more := errors - maxLines; more > 0 {
		r.log.Error("the configuration is wrong", "problem", fmt.Sprintf("and %d more; tocsin check shows all", more))
	}
	r.log.Warn("not reloaded, what was before stays in use", "errors", errors, "after", why)
}

// shorten cuts off what would be too much for a line in a log.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > maxLine {
		return string(runes[:maxLine]) + "…"
	}
	return s
}
