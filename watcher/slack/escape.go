package slack

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// escaper replaces the three characters that Slack takes for control characters
// in mrkdwn and in a message's text. Nothing else may be escaped.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// escapeCut escapes a text and shortens the result to limit units, never inside
// an entity.
func escapeCut(s string, limit int) string {
	if whole := escaper.Replace(s); units(whole) <= limit {
		return whole
	}
	var b strings.Builder
	left := limit - units(ellipsis)
	for g := graphemes.FromString(s); g.Next(); {
		part := escaper.Replace(g.Value())
		if left -= units(part); left < 0 {
			break
		}
		b.WriteString(part)
	}
	return strings.TrimRight(b.String(), " ") + ellipsis
}
