package sqlite

import (
	"strings"
	"testing"
	"time"

	"tocsin/store"
)

// Whatever is asked for, a page steps down the rows of what is rarest: SQLite must
// neither look at all articles nor sort them.
func TestBrowsingStepsDownOneIndex(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	noon := time.Date(2026, 5, 5, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		b     store.Browsing
		asked string
		first string // what is stepped down
		sorts bool
	}{
		{"anything", store.Browsing{}, "", "SEARCH x USING INTEGER PRIMARY KEY", false},
		{"a time", store.Browsing{Since: noon, Until: noon}, "", "SEARCH x USING INTEGER PRIMARY KEY", false},
		{"words", store.Browsing{}, `"cloud"`, "SCAN words VIRTUAL TABLE", false},
		{"words of a theme, a feed and a time", store.Browsing{Theme: "x", Feed: "y", Since: noon}, `"cloud"`, "SCAN words VIRTUAL TABLE", false},
		{"a theme", store.Browsing{Theme: "x"}, "", "SEARCH m USING INDEX sqlite_autoindex_matches_1", false},
		{"severities of a feed", store.Browsing{Severities: []string{"high"}, Feed: "y"}, "", "SEARCH m USING INDEX sqlite_autoindex_matches_1", false},
		{"a feed, whose rows are sorted", store.Browsing{Feed: "y"}, "", "SEARCH x USING COVERING INDEX sqlite_autoindex_articles_1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := browsing{Browsing: tt.b, asked: tt.asked}
			q.Limit = 30
			plan := planOf(t, db, q.text(1000), q.args)
			if !strings.Contains(plan, tt.first) {
				t.Errorf("it does not begin with %s:\n%s", tt.first, plan)
			}
			if strings.Contains(plan, "SCAN a\n") || strings.Contains(plan, "SCAN x\n") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") != tt.sorts {
				t.Errorf("it looks at too much:\n%s", plan)
			}
		})
	}
}

// planOf is how SQLite goes about a query.
func planOf(t *testing.T, db *DB, text string, args []any) string {
	t.Helper()
	var b strings.Builder
	err := db.read("explaining", func(pool *readers) error {
		rows, err := pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			return err
		}
		return each(rows, func(row scanner) error {
			var id, parent, unused int
			var line string
			err := row.Scan(&id, &parent, &unused, &line)
			b.WriteString(line + "\n")
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
