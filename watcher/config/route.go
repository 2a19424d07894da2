package config

import (
	"strings"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// routes flattens the tree of routes into the order in which they are tried:
// the routes within a route come before it, since it takes what they leave.
func (l *loader) routes(root *routeBlock) []Route {
	return l.route(root, Route{Channel: DefaultChannel, MinSeverity: rules.Low}, nil)
}

func (l *loader) route(b *routeBlock, parent Route, list []Route) []Route {
	r := parent
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
	if b.MinSeverity.Given() {
		r.MinSeverity = rules.Severity(b.MinSeverity.Value)
	}
	for i := range b.Routes {
		list = l.route(&b.Routes[i], r, list)
	}
	return append(list, r)
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

func values(list []yamlfile.String) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.Value
	}
	return out
}
