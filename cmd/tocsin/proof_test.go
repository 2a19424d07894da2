package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/store/postgres"
	"tocsin/store/postgres/pgtest"
	"tocsin/store/sqlite"
	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

// What a long run is asked for by: how many events there are, how often a daemon is
// killed, the seed of all that is by chance, and whether PostgreSQL is the store.
const (
	eventsEnv   = "TOCSIN_TEST_EVENTS"
	killsEnv    = "TOCSIN_TEST_KILLS"
	seedEnv     = "TOCSIN_TEST_SEED"
	postgresEnv = "TOCSIN_TEST_POSTGRES"
)

// A daemon that is killed again and again, at any moment, while Slack fails as well,
// loses nothing of what feeds report, and says nothing twice: no message, no report
// in a thread, and every message ends with what it is to say.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	events, kills, seed := numberFrom(eventsEnv, 16), numberFrom(killsEnv, 4), uint64(numberFrom(seedEnv, int(time.Now().UnixNano()%1e6)))
	t.Logf("%s=%d", seedEnv, seed)
	within := 2 * time.Second
	if os.Getenv(killsEnv) != "" {
		within = time.Duration(kills) * 1200 * time.Millisecond
	}
	name := "tocsin.db"
	if os.Getenv(postgresEnv) != "" {
		name = pgtest.New(t).Database(t)
	}
	p := newProof(t, seed, events, within, name)
	p.faults = os.Getenv(killsEnv) != ""
	for range kills {
		p.live()
	}
	db := p.open()
	p.finish(db)
	p.judge(db, kills)
}

// numberFrom is what a variable of the environment says, or else a usual number.
func numberFrom(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

func (p *proof) open() (db store.Store) {
	p.t.Helper()
	var err error
	if strings.HasPrefix(p.database, "postgres") {
		db, err = postgres.Open(context.Background(), p.database)
	} else {
		db, err = sqlite.Open(context.Background(), filepath.Join(p.dir, p.database))
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { db.Close() })
	return db
}

// posting is a message of an alert, as Slack has it.
type posting struct {
	slacktest.Message
	shown string // its blocks
}

// judge compares what was served, what is kept, and what was posted.
func (p *proof) judge(db store.Store, kills int) {
	p.t.Helper()
	ctx := context.Background()
	list, err := db.Alerts(ctx, time.Time{})
	if err != nil {
		p.t.Fatal(err)
	}
	alerts := make(map[string]store.Alert)
	for _, a := range list {
		alerts[a.ID] = a
	}
	posted, lost, doubled := make(map[string][]posting), 0, 0
	for i := range p.channels {
		for _, m := range p.slack.Messages(fmt.Sprintf("#c%d", i)) {
			shown, _ := json.Marshal(m.Blocks)
			key := fmt.Sprint(m.Metadata.EventPayload["key"])
			posted[key] = append(posted[key], posting{m, string(shown)})
		}
	}
	for key, messages := range posted {
		if _, known := alerts[key]; !known {
			p.t.Errorf("nobody knows of the message %s: %s", key, messages[0].Text)
		}
		if len(messages) > 1 {
			doubled++
			p.t.Errorf("%s was posted %d times: %s", key, len(messages), messages[0].Text)
		}
	}
	for _, a := range list {
		says := sayer(alerts, a)
		if a.State != store.AlertSent || len(posted[says.ID]) == 0 {
			lost++
			p.t.Errorf("%s is %s, and was posted %d times: %+v", a.ID, a.State, len(posted[says.ID]), a)
			continue
		}
		if says.ID == a.ID {
			p.stands(alerts, posted, a)
		}
	}
	lostEvents, doubledEvents := p.verdicts(ctx, db)
	p.t.Logf("%d kills, %d events, %d alerts, %d messages: lost %d, doubled %d; calls %s", kills, len(p.events), len(list), len(posted),
		lost+lostEvents, doubled+doubledEvents, p.callsMade())
	if v := p.slack.Violations(); len(v) > 0 {
		p.t.Errorf("Slack was told what it should not be: %q", v)
	}
}

func (p *proof) callsMade() string {
	var b strings.Builder
	for _, m := range []string{"chat.postMessage", "chat.update", "conversations.history", "conversations.replies"} {
		fmt.Fprintf(&b, " %s %d", m, p.slack.Calls(m))
	}
	return strings.TrimSpace(b.String())
}

// sayer is the alert that says another one.
func sayer(alerts map[string]store.Alert, a store.Alert) store.Alert {
	for a.SaidBy != "" {
		a = alerts[a.SaidBy]
	}
	return a
}

// stands holds that an alert's message is where it should be, and says in the end
// what it should.
func (p *proof) stands(alerts map[string]store.Alert, posted map[string][]posting, a store.Alert) {
	p.t.Helper()
	m := posted[a.ID][0]
	if a.Receipt != m.Channel+"/"+m.TS {
		p.t.Errorf("the message of %s is at %s %s and not at %s", a.ID, m.Channel, m.TS, a.Receipt)
	}
	if a.Kind == store.AlertReply {
		parent := sayer(alerts, alerts[a.Follows])
		for parent.Kind == store.AlertReply {
			parent = sayer(alerts, alerts[parent.Follows]) // which stands in a thread itself
		}
		if at := posted[parent.ID]; len(at) > 0 && m.Thread != at[0].TS {
			p.t.Errorf("the report %s stands in the thread %q, and its message is %s", a.ID, m.Thread, at[0].TS)
		}
		return
	}
	if m.Thread != "" {
		p.t.Errorf("%s is a message of its own, and stands in a thread", a.ID)
	}
	if a.Kind != store.AlertFirst {
		return
	}
	if want := also(alerts, a); want != "" && !strings.Contains(m.shown, want) {
		p.t.Errorf("the message %s does not end with %q: %s", a.ID, want, m.shown)
	}
}

// also is the line of a message that names those who reported later.
func also(alerts map[string]store.Alert, a store.Alert) string {
	var replies []store.Alert
	for _, r := range alerts {
		if r.Kind == store.AlertReply && r.Follows == a.ID {
			replies = append(replies, r)
		}
	}
	if len(replies) == 0 {
		return ""
	}
	slices.SortFunc(replies, func(x, y store.Alert) int { return x.Created.Compare(y.Created) })
	var names []string
	for _, r := range replies {
		var content slack.Alert
		json.Unmarshal(r.Content, &content)
		names = append(names, content.Report.Source)
	}
	return fmt.Sprintf("also: %s (%d)", strings.Join(names, ", "), len(names))
}

// verdicts holds that every report that was served is kept with its verdicts, and that
// an event is told by one message of its own, or two if it got louder.
func (p *proof) verdicts(ctx context.Context, db store.Store) (lost, doubled int) {
	p.t.Helper()
	kept := make(map[string][]store.History)
	for a, err := range db.Articles(ctx, time.Time{}) {
		if err != nil {
			p.t.Fatal(err)
		}
		h, err := db.History(ctx, a.ID)
		if err != nil {
			p.t.Fatal(err)
		}
		kept[a.Title] = append(kept[a.Title], h)
	}
	for _, e := range p.events {
		firsts := make(map[string]bool)
		for _, title := range e.reports {
			if len(kept[title]) != 1 {
				lost++
				p.t.Errorf("%q is kept %d times", title, len(kept[title]))
				continue
			}
			h := kept[title][0]
			if !told(h) {
				lost++
				p.t.Errorf("%q was not told: %+v", title, h.Verdicts)
			}
			for _, a := range h.Alerts {
				if a.Kind == store.AlertFirst {
					firsts[a.ID] = true
				}
			}
		}
		if want := 1; len(firsts) > want && !(e.loud && len(firsts) == 2) {
			doubled++
			p.t.Errorf("%q is told by %d messages", e.reports, len(firsts))
		}
	}
	return lost, doubled
}

// told reports whether an article was told for every rule that it matched.
func told(h store.History) bool {
	return len(h.Matches) > 0 && len(h.Verdicts) == len(h.Matches) && !slices.ContainsFunc(h.Verdicts, func(v store.Verdict) bool {
		return v.Outcome != store.Sent && v.Outcome != store.Joined
	})
}
