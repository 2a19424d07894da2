package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/watcher/web/page"
)

func TestThePageTriesRules(t *testing.T) {
	t.Parallel()
	d := readNewsroom(t)
	try := func(name, text string) page.Trial {
		t.Helper()
		trial, err := d.Try(t.Context(), page.Draft{Name: name, Text: text, Since: time.Now().Add(-7 * 24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return trial
	}
	files, err := d.Files()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f page.File) bool { return f.Theme == "talent" })
	if i < 0 {
		t.Fatalf("there is no theme talent in %d files", len(files))
	}
	talent := files[i]

	if got := try("new", brokenRule); len(got.Problems) != 1 || got.Problems[0].Pos.Line != 5 || got.Problems[0].File != "" || !strings.Contains(got.Problems[0].Snippet, "dentist*") || got.Articles != 0 {
		t.Errorf("a rule with a mistake: %+v", got)
	}
	if got := try("new", rightRule); got.Comes != 1 || got.Goes != 0 || got.Now != 1 || got.Before != 0 || len(got.Hits) != 1 || !got.Hits[0].New || !got.Whole || got.PerDay[len(got.PerDay)-1]+got.PerDay[len(got.PerDay)-2] != 1 {
		t.Errorf("a new rule: %+v", got)
	}
	if got := try(talent.Name, talent.Text); got.Comes+got.Goes+got.Other != 0 || got.Before != got.Now || got.Now == 0 || got.Articles < 50 {
		t.Errorf("the file as it is: %+v", got)
	}
	if got := try(talent.Name, "version: 1\ntheme: talent\nrules: []\n"); got.Goes == 0 || got.Comes != 0 || got.Now != 0 {
		t.Errorf("the file without its rules: %+v", got)
	}
	broken := strings.Replace(rightRule, "no_match: [A call]", "no_match: [Dentists call]", 1)
	if got := try("new", broken); len(got.Problems) == 0 && (len(got.Tests) != 1 || got.Tests[0].Bad != 1 || !strings.Contains(got.Tests[0].Failures[0], "is not to match, and does")) {
		t.Errorf("a rule whose example fails: %+v", got)
	}
}

func TestThePageKnowsTheFeeds(t *testing.T) {
	t.Parallel()
	d := readNewsroom(t)
	feeds, err := d.Feeds(t.Context(), true)
	if err != nil || len(feeds) == 0 {
		t.Fatal(feeds, err)
	}
	for _, f := range feeds {
		if f.State != page.Well || f.Articles == 0 || !f.Watched || f.Title == "" || f.Heard.IsZero() || len(f.Silences) != 13 {
			t.Errorf("%+v", f)
		}
	}
	alerts, err := d.db.Alerts(t.Context(), time.Time{})
	if err != nil || len(alerts) == 0 {
		t.Fatal(alerts, err)
	}
	said := d.Said(alerts[0])
	accounts, err := d.Accounts(t.Context(), alerts[0].ID)
	if err != nil || len(accounts) != 1 || accounts[0].Article.Title != said.Title || len(said.Rules) == 0 || said.Notice {
		t.Errorf("alert %+v is of %+v, %v", said, accounts, err)
	}
	if got := d.Said(store.Alert{ID: "x", Content: []byte("{")}); got.Title != "alert x" {
		t.Errorf("an alert of another tocsin says %+v", got)
	}
}
