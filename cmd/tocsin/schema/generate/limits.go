package main

import "tocsin/rules"

// What the types alone do not say. It must take whatever the decoder and the
// checks of a single file take, and should take little else.

// scalars are the types that are read from one text.
var scalars = map[string]func() *node{
	"yamlfile.String":   text,
	"rules.Status":      func() *node { return oneOf(rules.Live.String(), rules.Shadow.String(), rules.Off.String()) },
	"rules.Severity":    func() *node { return oneOf(severities(rules.Info)...) },
	"config.severity":   func() *node { return oneOf(severities(rules.Info)...) },
	"rules.Date":        date,
	"config.duration":   duration,
	"config.size":       size,
	"config.cronSpec":   cronSpec,
	"config.digestSpec": digestSpec,
}

// required are the keys that blocks must have, by type.
var required = map[string][]string{
	"rules.File":           {"version"},
	"rules.RuleSource":     {"id", "require"},
	"rules.SignalSource":   {"when", "points"},
	"rules.Tuning":         {"rules"},
	"config.feedBlock":     {"url"},
	"config.intervalBlock": {"from", "to"},
}

// limits change the schema of a type, or of a key of one.
var limits = map[string]func(*node){
	"rules.File":                themeForRules,
	"rules.File.version":        func(n *node) { n.Const = 1 },
	"rules.File.theme":          pattern(`^`+name+`$`, "a theme has letters, digits, _ and - only"),
	"rules.File.fold":           become(func() *node { return oneOf("accents") }),
	"rules.File.lists":          lists,
	"rules.RuleSource":          asItIs,
	"rules.RuleSource.id":       pattern(`^`+id+`$`, "an id has letters, digits, _ and -, in parts joined by dots"),
	"rules.RuleSource.require":  query,
	"rules.RuleSource.exclude":  query,
	"rules.RuleSource.escalate": escalate,
	"rules.SignalSource":        asItIs,
	"rules.SignalSource.when":   query,
	"rules.SignalSource.points": points,
	"rules.Example":             orTitle,
	"rules.Tuning":              changesSomething,
	"rules.Tuning.rules":        ruleIDs,
	"rules.Tuning.exclude":      query,

	"config.File.rules":             notEmpty,
	"config.File.feeds":             notEmpty,
	"config.feedEntry":              orPath,
	"config.FeedList":               blocksOnly,
	"config.feedBlock.url":          become(func() *node { return address(`^`) }),
	"config.feedBlock.headers":      headers,
	"config.fetchBlock.timeout":     positive,
	"config.fetchBlock.max_body":    positive,
	"config.fetchBlock.concurrency": between(1, 4096),
	"config.fetchBlock.per_host":    between(1, 4096),
	"config.fetchBlock.user_agent":  pattern(`^[ -~]*$`, "can hold ASCII letters, digits and signs only"),
	"config.fetchBlock.contact":     pattern(`^[ -~]*$`, "can hold ASCII letters, digits and signs only"),
	"config.slackBlock.api_url":     become(func() *node { return address(`^$|^`) }),
	"config.routeBlock.channel":     become(channel),
	"config.routeBlock.budget":      between(1, 10000),
	"config.routeBlock.mention":     become(mention),
	"config.intervalBlock.from":     become(clock),
	"config.intervalBlock.to":       become(clock),
	"config.intervalBlock.days":     days,
	"config.logBlock.level":         become(func() *node { return oneOf("debug", "info", "warn", "error", "") }),
	"config.logBlock.format":        become(func() *node { return oneOf("auto", "text", "json", "journal", "") }),
}

// Text.

// text is what the decoder takes as text: anything but a list and a block, also
// where YAML itself reads 1984 as a number and true as a bool.
func text() *node { return &node{Type: kinds{"string", "number", "boolean"}} }

// oneOf is one of several words.
func oneOf(words ...string) *node {
	n := &node{Type: kinds{"string"}}
	for _, w := range words {
		n.Enum = append(n.Enum, w)
	}
	return n
}

// severities returns the names of the severities from least on.
func severities(least rules.Severity) []string {
	var names []string
	for s := least; s <= rules.Critical; s++ {
		names = append(names, s.String())
	}
	return names
}

// matching is text that only a string can be, in a certain form.
func matching(form, msg string) *node {
	return &node{Type: kinds{"string"}, Pattern: form, PatternErrorMessage: msg}
}

// pattern asks strings for a form, and for no more than a form what YAML reads
// as numbers and bools.
func pattern(form, msg string) func(*node) {
	return func(n *node) { n.Pattern, n.PatternErrorMessage = form, msg }
}

const (
	name = `[\p{L}\p{N}_-]+`
	id   = name + `(\.` + name + `)*`
)

func query(n *node) { pattern(`\S`, "the query is empty")(n) }

func date() *node {
	n := matching(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, "must be a day such as 2027-03-01")
	n.Format = "date"
	return n
}

// duration is a string, or the number 0.
func duration() *node {
	const span = `([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)`
	const msg = "must be a duration such as 90s, 15m, 8h or 30d"
	n := matching(`^([0-9]+d|([0-9]+d)?[+-]?(0|(`+span+`)+))$`, msg)
	n.Type = append(n.Type, "integer")
	n.If, n.Then = &node{Type: kinds{"integer"}}, &node{Const: 0, ErrorMessage: msg}
	return n
}

func size() *node {
	return matching(`^\s*[+-]?[0-9]+\s*([KMG]i)?B$`, "must be a size such as 512KiB, 16MiB or 5GiB")
}

// positive asks a duration or a size for a digit that is not 0.
func positive(n *node) {
	n.Type, n.If, n.Then = kinds{"string"}, nil, nil
	n.AllOf = []*node{{Pattern: `[1-9]`, PatternErrorMessage: "must be more than 0"}}
}

func cronSpec() *node {
	return matching(`^\s*((CRON_)?TZ=\S+\s+)?(@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)|\S+(\s+\S+){4})\s*$`,
		`must be five fields such as "*/10 * * * *", or @every 10m`)
}

// address is that of a web server, behind what else the pattern begins with.
func address(begin string) *node {
	return matching(begin+`[Hh][Tt][Tt][Pp][Ss]?://[^/?#]`, "must be an address that begins with http:// or https://")
}

func channel() *node {
	return matching(`^$|^#[^ #@A-Z]+$|^[CGD][^a-z]{8,}$`, `must be a name such as "#ai-news", in lower case and quoted, or an ID`)
}

func mention() *node {
	return matching(`^$|^@[^\s@<>|]+$|^[UWS][A-Z0-9]{8,}$`, `must be a name such as "@policy-oncall", quoted, or an ID`)
}

// digestSpec is a cron spec, or nothing.
func digestSpec() *node {
	n := cronSpec()
	n.Pattern = `^$|` + n.Pattern
	return n
}

func clock() *node {
	return matching(`^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`, `must be a time of day such as "07:30", in quotes`)
}

// days are those of the week, in any case, and spans of them.
func days(n *node) {
	const day = `([Ss][Uu][Nn]|[Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt])`
	pattern(`^`+day+`(-`+day+`)?$`, "write mon, tue, wed, thu, fri, sat or sun, or a span such as mon-fri")(n.Items)
}

// Numbers.

func between(least, most int) func(*node) {
	return func(n *node) { n.Minimum, n.Maximum = &least, &most }
}

func points(n *node) {
	between(-10, 10)(n)
	n.Not = &node{Const: 0}
}

// Blocks and lists.

// asItIs says that a type reads itself and takes what its fields say.
func asItIs(*node) {}

// become puts another schema in the place of one, under its description.
func become(other func() *node) func(*node) {
	return func(n *node) {
		description := n.Description
		*n = *other()
		n.Description = description
	}
}

func notEmpty(n *node) { n.MinItems = 1 }

// themeForRules asks for a theme where there are rules, or lists to share.
func themeForRules(n *node) {
	n.If = &node{AnyOf: []*node{
		with("rules", &node{Type: kinds{"array"}, MinItems: 1}),
		with("share", &node{Const: true}),
	}}
	n.Then = with("theme", text())
}

// with is a block that has a key, and what is behind it.
func with(key string, value *node) *node {
	return &node{Required: []string{key}, Properties: properties{{key, value}}}
}

// lists are lists of words, stems and phrases: of what queries are made of, but
// without operators.
func lists(n *node) {
	n.PropertyNames = &node{}
	pattern(`^`+name+`$`, "the name of a list has letters, digits, _ and - only")(n.PropertyNames)
	member := text()
	for _, p := range [][2]string{
		{`^[^$]`, "a list takes words and phrases, not another list"},
		{`[\p{L}\p{N}]`, "there are no words to look for"},
		{`^([^*]|([^\s*]{3}|[^\s*]*[^\x00-\x7F][^\s*]*)\*([^*\p{L}\p{N}]|$))*$`, "a * stands behind the first three letters of a word at least, and at its end"},
	} {
		member.AllOf = append(member.AllOf, &node{Pattern: p[0], PatternErrorMessage: p[1]})
	}
	n.AdditionalProperties = &node{Type: kinds{"array"}, MinItems: 1, Items: member}
}

// escalate has the severities that can be above another one, each with a score.
func escalate(n *node) {
	n.AdditionalProperties = false
	for _, s := range severities(rules.Low) {
		n.Properties = append(n.Properties, property{s, &node{
			Description: "The score from which a match is " + s + ".", Type: kinds{"integer"},
		}})
	}
}

// orTitle lets an article be a title alone, and asks the others for text.
func orTitle(n *node) {
	n.Type = append(n.Type, text().Type...)
	n.MinLength = 1
	n.If, n.Then = &node{Type: kinds{"object"}}, &node{}
	for _, key := range []string{"title", "summary", "body"} {
		some := text()
		some.MinLength = 1
		n.Then.AnyOf = append(n.Then.AnyOf, with(key, some))
	}
}

// changesSomething asks a tuning for what it does to its rules.
func changesSomething(n *node) {
	n.AnyOf = []*node{
		with("exclude", text()),
		with("signals", &node{Type: kinds{"array"}, MinItems: 1}),
		with("threshold", &node{Type: kinds{"integer"}}),
	}
}

// ruleIDs are ids, or the beginning of ids; there must be one, and it must be
// one that a rule can have.
func ruleIDs(n *node) {
	n.MinItems = 1
	pattern(`^(`+id+`|(`+id+`\.?)?\*)$`, "must be the id of a rule, or the beginning of one with a * behind it")(n.Items)
}

// orPath lets a feed be the path of a list of feeds. That no path has :// in it
// is stricter than the program is, which looks for such a file.
func orPath(n *node) {
	n.Type = append(n.Type, text().Type...)
	pattern(`^([^:]|:[^/]|:/[^/])*:?/?$`, "write an address behind - url:")(n)
}

// blocksOnly takes back what orPath permits: only a configuration names lists.
func blocksOnly(n *node) {
	n.Items.Type = kinds{"object"}
	pattern("", "")(n.Items)
}

// headers have names as HTTP permits them, and values in which files stand.
func headers(n *node) {
	n.PropertyNames = &node{}
	pattern("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "this is no name of a header")(n.PropertyNames)
	pattern(`^([^$]|\$+[^${]|\$+\{file:[^}]+\})*\$*$`, "only ${file:PATH} can be filled in")(n.AdditionalProperties.(*node))
}
