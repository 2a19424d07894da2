package slack

import (
	"strconv"
	"strings"
	"time"
)

// mrkdwnPiece is a piece of text, a link, or a date.
type mrkdwnPiece struct {
	text   string    // the text, or the link's label
	link   string    // the address; "" for what is no link
	date   time.Time // zero for what is no date
	format string    // the date's, as in "{ago}"
}

// splitMrkdwn reads the part of mrkdwn that messages of this package use: text,
// <address|label>, and <!date^seconds^format|fallback>. Any other control
// sequence is its fallback or label, as Slack shows what it cannot resolve.
func splitMrkdwn(s string) []mrkdwnPiece {
	var pieces []mrkdwnPiece
	add := func(p mrkdwnPiece) {
		if p.text = unescaper.Replace(p.text); p != (mrkdwnPiece{}) {
			pieces = append(pieces, p)
		}
	}
	for s != "" {
		before, rest, found := strings.Cut(s, "<")
		add(mrkdwnPiece{text: before})
		if !found {
			break
		}
		var control string
		control, s, _ = strings.Cut(rest, ">")
		add(controlPiece(control))
	}
	return pieces
}

// controlPiece is what stands between < and >.
func controlPiece(s string) mrkdwnPiece {
	target, label, _ := strings.Cut(s, "|")
	if !strings.HasPrefix(target, "!") {
		if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") {
			return mrkdwnPiece{text: label, link: unescaper.Replace(target)}
		}
		return mrkdwnPiece{text: label}
	}
	date := strings.SplitN(target, "^", 4)
	if len(date) < 3 || date[0] != "!date" {
		return mrkdwnPiece{text: label}
	}
	seconds, err := strconv.ParseInt(date[1], 10, 64)
	if err != nil {
		return mrkdwnPiece{text: label}
	}
	return mrkdwnPiece{text: label, date: time.Unix(seconds, 0), format: date[2]}
}
