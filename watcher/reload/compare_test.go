package reload

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules"
	"tocsin/watcher/config"
)

const rung = `
version: 1
theme: noise
rules:
  - {id: noise.bell, require: bell, signals: [{when: loud, points: 3}], threshold: 2}
  - {id: noise.gong, require: gong}
`

// setup is the setup of a configuration and rules as people write them.
func setup(t *testing.T, conf, text string) Setup {
	t.Helper()
	c, problems := config.Parse("tocsin.yaml", []byte(conf), func(string) ([]byte, error) { return nil, fs.ErrNotExist })
	if c == nil {
		t.Fatal(problems)
	}
	file, problems := rules.Parse("rules.yaml", []byte(text))
	set, more := rules.Compile(time.Now(), file)
	if set == nil {
		t.Fatal(problems, more)
	}
	return Setup{c, set}
}

func TestCompareSaysWhatChanged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		before, after string // configurations
		rules         string // now; "" as before
		want          []string
	}{
		{"nothing", `{}`, `{store: other.db, log: {level: debug}}`, "", nil},
		{
			"feeds come, go and change",
			`feeds: [{url: http://a.example}, {url: http://b.example}]`,
			`feeds: [{url: http://b.example, tags: [trade]}, {url: http://c.example}, {url: http://d.example}]`, "",
			[]string{"+2 feeds", "-1 feed", "1 feed changed"},
		},
		{
			"a schedule for all of them", `feeds: [{url: http://a.example}, {url: http://b.example}]`,
			`{schedule: "@hourly", feeds: [{url: http://a.example}, {url: http://b.example}]}`, "",
			[]string{"2 feeds changed"},
		},
		{
			"the numbers of a rule", `{}`, `{}`,
			"version: 1\ntheme: noise\nrules:\n  - {id: noise.bell, status: shadow, require: bell, signals: [{when: loud, points: 3}], threshold: 3}\n  - {id: noise.gong, require: gong}\n",
			[]string{"rule noise.bell status live→shadow threshold 2→3"},
		},
		{
			"a rule comes, one goes, one asks for something else", `{}`, `{}`,
			"version: 1\ntheme: noise\nrules:\n  - {id: noise.bell, require: bells, signals: [{when: loud, points: 3}], threshold: 2}\n  - {id: noise.horn, require: horn}\n",
			[]string{"+1 rule", "-1 rule", "rule noise.bell changed"},
		},
		{
			"routes", `routes: {channel: "#ops", routes: [{channel: "#old", themes: [noise]}]}`,
			`routes: {channel: "#ops", min_severity: high, routes: [{channel: "#new", min_severity: info, themes: [noise], tags: [us, eu], continue: true}]}`, "",
			[]string{
				"#old takes nothing any more",
				"#ops now takes high or higher – at once, at most 40 a day",
				"#new now takes theme noise, feeds tagged us or eu, any severity; the routes after it are tried as well – at once, at most 40 a day",
			},
		},
		{
			"two routes to one channel", `routes: {channel: "#ops"}`, `routes: {channel: "#ops", min_severity: high, routes: [{themes: [noise], min_severity: critical}]}`, "",
			[]string{"#ops now takes theme noise, critical only – at once, at most 40 a day; and high or higher – at once, at most 40 a day"},
		},
		{
			"the order of routes", `routes: {routes: [{channel: "#a"}, {channel: "#b"}]}`, `routes: {routes: [{channel: "#b"}, {channel: "#a"}]}`, "",
			[]string{"routes are tried in another order"},
		},
		{
			"the rest", `{}`, `{operators: {channel: "#ops"}, stories: {window: 48h}, fetch: {min_interval: 5m}}`, "",
			[]string{"operators.channel none→#ops", "stories.window 72h0m0s→48h0m0s", "fetch.min_interval 1m0s→5m0s"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.rules == "" {
				tt.rules = rung
			}
			got := Compare(setup(t, tt.before, rung), setup(t, tt.after, tt.rules))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManyChangedRulesAreCounted(t *testing.T) {
	t.Parallel()
	text := func(threshold int) string {
		s := "version: 1\ntheme: noise\nrules:\n"
		for i := range maxNamed + 1 {
			s += fmt.Sprintf("  - {id: noise.r%d, require: bell, signals: [{when: loud, points: 5}], threshold: %d}\n", i, threshold)
		}
		return s
	}
	if got := Compare(setup(t, "{}", text(1)), setup(t, "{}", text(2))); !slices.Equal(got, []string{"6 rules changed"}) {
		t.Errorf("got %q", got)
	}
}

// Whoever adds a key says whether it is reloaded or needs a restart.
func TestEveryKeyOfTheConfigurationIsReloadedOrNeedsARestart(t *testing.T) {
	t.Parallel()
	inert := []string{"Rules", "Listed", "Web.Asked"} // what they lead to is compared
	var visit func(at reflect.Value, name string, c *config.Config)
	visit = func(at reflect.Value, name string, c *config.Config) {
		for i := range at.NumField() {
			field, path := at.Type().Field(i), name+at.Type().Field(i).Name
			switch {
			case !field.IsExported() || slices.Contains(inert, path):
			case field.Type.Kind() == reflect.Struct:
				visit(at.Field(i), path+".", c)
			default:
				before := *c
				other(t, at.Field(i), path)
				none := new(rules.Set)
				if Compare(Setup{&before, none}, Setup{c, none}) == nil && restarts(Draft{Config: &before}, Draft{Config: c}) == nil {
					t.Errorf("a change of %s is neither reloaded nor said to need a restart", path)
				}
			}
		}
	}
	c := new(config.Config)
	visit(reflect.ValueOf(c).Elem(), "", c)
}

// other makes a value another one.
func other(t *testing.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("other")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Array:
		other(t, v.Index(0), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	default:
		t.Fatalf("%s is a %s", name, v.Kind())
	}
}
