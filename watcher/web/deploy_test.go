package web

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var metric = regexp.MustCompile(`\b(tocsin|go|process)_\w+`)

// checkMetrics checks that there are the metrics that a query asks for, and returns
// them.
func checkMetrics(t *testing.T, who, query string) []string {
	t.Helper()
	found := metric.FindAllString(query, -1)
	known := allNames(t, busy())
	for _, name := range found {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if !slices.Contains(known, name) && !slices.Contains(known, base) {
			t.Errorf("%s asks for %s, which there is not", who, name)
		}
	}
	return found
}

// The dashboard that comes with tocsin loads, and shows metrics that there are. It
// shows all of tocsin's own but those of single feeds.
func TestTheDashboardIsOfMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../deploy/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Title, UID    string
		SchemaVersion int
		Panels        []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ RefID, Expr string }
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	if board.Title == "" || board.UID == "" || board.SchemaVersion == 0 {
		t.Errorf("it has no title, uid or schemaVersion: %q, %q, %d", board.Title, board.UID, board.SchemaVersion)
	}
	ids := make(map[int]bool)
	var shown []string
	for _, p := range board.Panels {
		if p.Title == "" || p.Type == "" || p.GridPos.W == 0 || p.GridPos.X+p.GridPos.W > 24 || ids[p.ID] {
			t.Errorf("the panel %d, %q, has no title, type, place or id of its own", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			found := checkMetrics(t, p.Title, target.Expr)
			if len(found) == 0 || target.RefID == "" {
				t.Errorf("%s has a query without a metric or refId: %s", p.Title, target.Expr)
			}
			shown = append(shown, found...)
		}
	}
	for _, name := range names(t, busy()) {
		inFeeds := strings.HasPrefix(name, "tocsin_feed_") && name != "tocsin_feed_due_lag_seconds"
		if !inFeeds && name != "tocsin_last_poll_timestamp_seconds" && !slices.ContainsFunc(shown, func(s string) bool { return strings.TrimSuffix(s, "_bucket") == name }) {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// The alerting rules that come with tocsin are of the metrics that it has.
func TestAlertingRulesAreOfMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../deploy/prometheus-rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Load(data, &file, yaml.WithKnownFields(true)); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if len(checkMetrics(t, r.Alert, r.Expr)) == 0 || r.Alert == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" {
				t.Errorf("%s asks for no metric, or has no name, severity or summary", r.Alert)
			}
		}
	}
	if len(file.Groups) == 0 {
		t.Error("there are no groups")
	}
}
