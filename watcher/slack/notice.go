package slack

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Notice is what is to be said to operators of a feed, in place of a story. Its texts
// are plain, and may come from feeds and servers like an Alert's.
type Notice struct {
	Title   string // what happened, in lower case: "feed has fallen silent"
	Feed    string // what the feed is called to people
	Address string // shown and never linked; may be empty
	Text    string // what is wrong, and since when
	Advice  string // what may help; may be empty
	Rules   []RuleCount
	Days    int       // over which Rules were counted; 0: there is nothing to say of rules
	Ended   bool      // the trouble is over
	At      time.Time // when it happened
}

// RuleCount is a rule with how many articles of the feed it matched.
type RuleCount struct {
	Rule     string // its ID
	Articles int
}

// How much of a notice is shown, in UTF-16 units.
const (
	maxNotice  = 400
	maxAddress = 200
	maxLosses  = 5
)

// renderNotice lays a notice out:
//
//	🟠 Feed has fallen silent · Name of the feed
//	Nothing new since 3 May 2026 09:10 UTC (12 days). …
//
//	What may help: look for another feed on the site.
//	Rules that lose a source, by its articles in 90 days: a.rule (12), another (3)
//
//	https://its.example/address  3 minutes ago
func renderNotice(n Notice, key string) Message {
	m := markOf("medium")
	if n.Ended {
		m = markOf("info")
	}
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	elements := []slack.RichTextSectionElement{
		&slack.RichTextSectionEmojiElement{Type: slack.RTSEEmoji, Name: m.emoji, Unicode: m.unicode},
		slack.NewRichTextSectionTextElement(" "+n.title(), bold),
		slack.NewRichTextSectionTextElement(" · ", nil),
		slack.NewRichTextSectionTextElement(n.feed(maxSource), bold),
	}
	if text := cut(clean(n.Text), maxNotice); text != "" {
		elements = append(elements, slack.NewRichTextSectionTextElement("\n"+text, nil))
	}
	blocks := []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))}
	if lines := n.lines(); len(lines) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", plain(strings.Join(lines, "\n"))))
	}
	if origin := n.origin(); len(origin) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", origin...))
	}
	text := escapeCut(n.title(), maxTextRule) + ": " + escapeCut(n.feed(maxSource), maxTextSource)
	if said := clean(n.Text); said != "" {
		text += " - " + escapeCut(said, maxTextTitle)
	}
	return Message{Text: text, Blocks: blocks, Key: key}
}

func (n *Notice) title() string {
	if title := cut(clean(n.Title), maxRule); title != "" {
		return capitalised(title)
	}
	return "Feed"
}

func (n *Notice) feed(limit int) string {
	if name := cut(clean(n.Feed), limit); name != "" {
		return name
	}
	return "(unnamed feed)"
}

// lines say what may help, and for whom it matters.
func (n *Notice) lines() (lines []string) {
	if advice := cut(clean(n.Advice), maxWhy); advice != "" {
		lines = append(lines, "What may help: "+advice)
	}
	if n.Days <= 0 {
		return lines
	}
	var rules []string
	for _, r := range n.Rules[:min(len(n.Rules), maxLosses)] {
		rules = append(rules, fmt.Sprintf("%s (%d)", ruleName(Match{Rule: r.Rule}, maxRule), r.Articles))
	}
	if len(rules) == 0 {
		return append(lines, fmt.Sprintf("No rule loses by it: none matched an article of it in %d days", n.Days))
	}
	return append(lines, fmt.Sprintf("Rules that lose a source, by its articles in %d days: %s", n.Days, strings.Join(rules, ", ")))
}

// origin is where the feed is, and when it happened.
func (n *Notice) origin() (elements []slack.MixedElement) {
	if address := cut(clean(n.Address), maxAddress); address != "" {
		elements = append(elements, plain(address))
	}
	if n.At.Unix() > 0 {
		elements = append(elements, slack.NewTextBlockObject(slack.MarkdownType, ageOf(n.At), false, true))
	}
	return elements
}
