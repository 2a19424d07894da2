package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/route"
)

// maxBudget bounds a budget, so that a slip of the keyboard is none.
const maxBudget = 10000

// routes flattens the tree of routes into the order in which they are tried:
// the routes within a route come before it, since it takes what they leave.
func (l *loader) routes(f *File) []route.Route {
	l.intervals = l.readIntervals(f.Intervals)
	return l.route(&f.Routes, route.Route{Channel: DefaultChannel, MinSeverity: rules.Low, Budget: DefaultBudget}, nil)
}

func (l *loader) route(b *routeBlock, parent route.Route, list []route.Route) []route.Route {
	r := parent
	l.selection(b, &r)
	l.timing(b, &r)
	for i := range b.Routes {
		list = l.route(&b.Routes[i], r, list)
	}
	return append(list, r)
}

// selection reads what a route takes, and where to.
func (l *loader) selection(b *routeBlock, r *route.Route) {
	r.Continue = b.Continue.Value
	if b.Channel.Value != "" {
		l.channel(b.Channel)
		r.Channel = b.Channel.Value
	}
	if b.Themes.Given() {
		r.Themes = values(b.Themes.Value)
		l.themes = append(l.themes, b.Themes.Value...)
	}
	if b.Tags.Given() {
		r.Tags = values(b.Tags.Value)
	}
	if b.Feeds.Given() {
		r.Feeds = values(b.Feeds.Value)
		l.routeFeeds = append(l.routeFeeds, b.Feeds.Value...)
	}
	if b.MinSeverity.Given() {
		r.MinSeverity = rules.Severity(b.MinSeverity.Value)
	}
	if b.Mention.Given() {
		l.mention(b.Mention)
		r.Mention = b.Mention.Value
	}
}

// timing reads when a route speaks, and how much.
func (l *loader) timing(b *routeBlock, r *route.Route) {
	r.Hold = orDefault(b.Hold, r.Hold)
	r.AtMostEvery = orDefault(b.AtMostEvery, r.AtMostEvery)
	if b.Budget.Given() {
		if b.Budget.Value < 1 || b.Budget.Value > maxBudget {
			l.add(yamlfile.Errorf(b.Budget.Pos, "value", "budget must be from 1 to %d", maxBudget))
		}
		r.Budget = b.Budget.Value
	}
	if b.Digest.Given() {
		r.Digest = b.Digest.Value.schedule()
	}
	if b.Quiet.Given() {
		r.Quiet = l.quiet(b.Quiet)
	}
	if b.QuietCritical.Given() {
		r.QuietCritical = b.QuietCritical.Value
	}
}

// quiet finds the intervals that a route names.
func (l *loader) quiet(names yamlfile.At[[]yamlfile.String]) []route.Interval {
	var list []route.Interval
	for _, n := range names.Value {
		i := slices.IndexFunc(l.intervals, func(i route.Interval) bool { return i.Name == n.Value })
		if i < 0 {
			l.add(l.unknownInterval(n))
			continue
		}
		list = append(list, l.intervals[i])
	}
	if route.NeverEnds(list) {
		l.add(yamlfile.Errorf(names.Pos, "quiet", "quiet leaves no time of the week in which anything is said"))
	}
	return list
}

func (l *loader) unknownInterval(n yamlfile.String) yamlfile.Problem {
	p := yamlfile.Errorf(n.Pos, "unknown-interval", "there is no interval %q", n.Value)
	var known []string
	for _, i := range l.intervals {
		known = append(known, i.Name)
	}
	if p.Hint = yamlfile.DidYouMean(n.Value, known); p.Hint == "" && len(known) > 0 {
		p.Hint = "intervals: " + yamlfile.OneOf(known, "and")
	} else if p.Hint == "" {
		p.Hint = "name it under intervals"
	}
	return p
}

// mentionForm is a name with @, or the ID of a user or a group of users.
var mentionForm = regexp.MustCompile(`^(@[^\s@<>|]+|[UWS][A-Z0-9]{8,})$`)

// mention checks that somebody can be meant.
func (l *loader) mention(s yamlfile.String) {
	if s.Value != "" && !mentionForm.MatchString(s.Value) {
		l.add(yamlfile.Errorf(s.Pos, "mention", "%q is nobody who can be mentioned", s.Value).
			WithHint(`write a name such as "@policy-oncall", quoted, or an ID`))
	}
}

// readIntervals reads the intervals, by their order in the file.
func (l *loader) readIntervals(blocks yamlfile.At[yamlfile.Map[intervalBlock]]) []route.Interval {
	var list []route.Interval
	for _, e := range blocks.Value {
		i := route.Interval{Name: e.Key.Value, Zone: time.UTC, From: l.clock(e.Key, e.Value.From, "from"), To: l.clock(e.Key, e.Value.To, "to")}
		if z := e.Value.TimeZone; z.Value != "" {
			zone, err := time.LoadLocation(z.Value)
			if err != nil || z.Value == "Local" {
				l.add(yamlfile.Errorf(z.Pos, "time-zone", "%q is no time zone", z.Value).WithHint("give a name such as Europe/Berlin"))
			} else {
				i.Zone = zone
			}
		}
		for d := range i.Days {
			i.Days[d] = !e.Value.Days.Given()
		}
		for _, d := range e.Value.Days.Value {
			l.days(d, &i.Days)
		}
		list = append(list, i)
	}
	return list
}

// clock reads a time of day; 24:00 is the end of the day.
func (l *loader) clock(interval, s yamlfile.String, key string) route.Clock {
	if !s.Given() {
		l.add(yamlfile.Errorf(interval.Pos, "missing", "the interval %q has no %s", interval.Value, key).WithHint(`give it a time such as "20:00"`))
		return 0
	}
	var hour, minute int
	if n, err := fmt.Sscanf(s.Value, "%02d:%02d", &hour, &minute); n != 2 || err != nil || s.Value != fmt.Sprintf("%02d:%02d", hour, minute) ||
		hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		l.add(yamlfile.Errorf(s.Pos, "value", "%s must be a time of day such as \"07:30\", in quotes", key))
		return 0
	}
	return route.Clock(hour*60 + minute)
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// days adds a day such as mon, or a span such as mon-fri, which may go over the
// end of the week.
func (l *loader) days(s yamlfile.String, days *[7]bool) {
	first, last, isSpan := strings.Cut(strings.ToLower(s.Value), "-")
	if !isSpan {
		last = first
	}
	from, to := slices.Index(dayNames, first), slices.Index(dayNames, last)
	if from < 0 || to < 0 {
		l.add(yamlfile.Errorf(s.Pos, "value", "%q is no day of the week", s.Value).WithHint("write mon, tue, wed, thu, fri, sat or sun, or a span such as mon-fri"))
		return
	}
	for d := from; ; d = (d + 1) % 7 {
		days[d] = true
		if d == to {
			return
		}
	}
}

// channel checks that a channel is written as Slack knows it.
func (l *loader) channel(s yamlfile.String) {
	name, isName := strings.CutPrefix(s.Value, "#")
	isID := !isName && len(name) >= 9 && strings.ContainsAny(name[:1], "CGD") && strings.ToUpper(name) == name
	if isID || isName && name != "" && !strings.ContainsAny(name, " #@") && strings.ToLower(name) == name {
		return
	}
	l.add(yamlfile.Errorf(s.Pos, "channel", "%q is no channel", s.Value).
		WithHint(`write its name as "#ai-news", in lower case and quoted, or its ID`))
}

// unknownFeeds warns of feeds that a route asks for and that are not polled.
func (l *loader) unknownFeeds(feeds []Feed) {
	for _, u := range l.routeFeeds {
		if slices.ContainsFunc(feeds, func(f Feed) bool { return f.URL == u.Value }) {
			continue
		}
		var known []string
		for _, f := range feeds {
			known = append(known, f.URL)
		}
		p := yamlfile.Warningf(u.Pos, "unknown-feed", "no feed %s is polled", Loggable(u.Value))
		if near := yamlfile.Nearest(u.Value, known); near != "" {
			p.Hint = "did you mean " + Loggable(near) + "?"
		}
		l.add(p)
	}
}

func values(list []yamlfile.String) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.Value
	}
	return out
}
