package reload

import (
	"fmt"

	"tocsin/rules/yamlfile"
)

const (
	maxLines = 10  // problems that are logged of one reload
	maxLine  = 500 // characters of one problem that are logged
)

// refuse says what is wrong with new rules. Warnings are for check.
func (r *Reloader) refuse(problems []yamlfile.Problem, why string) {
	errors := 0
	for _, p := range problems {
		if p.Level != yamlfile.Error {
			continue
		}
		if errors++; errors <= maxLines {
			r.log.Error("rules are wrong", "problem", shorten(p.Error()))
		}
	}
	if more := errors - maxLines; more > 0 {
		r.log.Error("rules are wrong", "problem", fmt.Sprintf("and %d more; tocsin check shows all", more))
	}
	r.log.Warn("rules not reloaded, those before stay in use", "rules", len(r.inUse.Set.Rules()), "errors", errors, "after", why)
}

// shorten cuts off what would be too much for a line in a log.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > maxLine {
		return string(runes[:maxLine]) + "…"
	}
	return s
}
