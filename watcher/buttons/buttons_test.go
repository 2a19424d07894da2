package buttons_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher"
	"tocsin/watcher/buttons"
	"tocsin/watcher/config"
	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	feedURL = "https://wire.example/feed"
	general = "C0GENERAL01"
)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ann  = slacktest.Person{ID: "U0ANN", Name: "ann"}
	bob  = slacktest.Person{ID: "U0BOB", Name: "bob"}
)

const ruleText = `
version: 1
theme: bells
rules:
  - id: bells.ring
    title: A bell rings
    require: bell
    signals: [{when: rings, points: 4}, {when: opinion, points: -3}]
    threshold: 3
    examples: {match: [The bell rings]}
`

// muting is a store that mutes, in memory.
type muting struct {
	*sqlite.DB
	mu    sync.Mutex
	mutes []store.Mute // in order
}

func (m *muting) Mute(_ context.Context, x store.Mute) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mutes = append(m.mutes, x)
	return nil
}

func (m *muting) Mutes(context.Context, time.Time) ([]store.Mute, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mutes), nil
}

// world is a store with an article that raised an alert, which is said in a Slack, and
// daemons that hear it.
type world struct {
	t       *testing.T
	store   *muting
	slack   *slacktest.Server
	client  *slack.Client
	article store.Article
	alert   string
	at      slack.Receipt
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "tocsin.db"))
	check(t, err)
	t.Cleanup(func() { db.Close() })
	w := &world{t: t, store: &muting{DB: db}, slack: slacktest.New(slacktest.Options{})}
	t.Cleanup(func() {
		w.slack.Close()
		for _, v := range w.slack.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	w.raise()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	w.client = slack.NewClient(slacktest.Token, w.slack.APIURL(), &http.Client{Transport: transport})
	w.client.ShowButtons(w.desk(w.store).Deeds)
	w.at, err = w.client.Post(t.Context(), general, slack.Render(w.content()))
	check(t, err)
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// raise keeps an article and its alert.
func (w *world) raise() {
	ctx := w.t.Context()
	leave, err := w.store.Join(ctx, "me")
	check(w.t, err)
	w.t.Cleanup(func() { leave() })
	check(w.t, w.store.SyncFeeds(ctx, []store.Subscription{{URL: feedURL, FirstPoll: noon}}))
	_, err = w.store.ClaimDueFeeds(ctx, store.Claim{Holder: "me", Now: noon, Lease: time.Hour, Limit: 9})
	check(w.t, err)
	w.article = store.Article{ID: store.ArticleID(feedURL, "1"), Feed: feedURL, Key: "1", URL: "https://wire.example/1",
		Title: "The bell rings <!channel> twice", Published: noon, Seen: noon}
	quiet := store.Article{ID: store.ArticleID(feedURL, "2"), Feed: feedURL, Key: "2", URL: "https://wire.example/2",
		Title: "An opinion on the bell", Seen: noon}
	w.alert = store.AlertID(w.article.ID, "#general")
	content, err := json.Marshal(w.content())
	check(w.t, err)
	check(w.t, w.store.CommitPoll(ctx, store.Poll{Holder: "me", Feed: store.Feed{URL: feedURL, Title: "The Wire"}, Articles: []store.Article{w.article, quiet}},
		func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
			return store.Decision{
				Matches: []store.Match{{Article: w.article.ID, Rule: "bells.ring", Theme: "bells", Severity: "medium", Status: "live", Score: 4, Threshold: 3,
					Evidence: json.RawMessage(`{"base":0,"require":[],"signals":[{"when":"rings","points":4,"spans":[{"field":"title","from":9,"to":14}]}]}`)}},
				Reports:  []store.Report{{Story: w.article.ID, Article: w.article.ID, At: noon}},
				Verdicts: []store.Verdict{{Article: w.article.ID, Rule: "bells.ring", Route: "#general", Outcome: store.Queued, Alert: w.alert, At: noon}},
				Alerts: []store.Alert{{ID: w.alert, Story: w.article.ID, Route: "#general", Channel: "#general", Severity: "medium",
					Content: content, Created: noon, State: store.AlertPending}},
			}, nil
		}))
}

func (w *world) content() slack.Alert {
	return slack.Alert{Key: w.alert, Severity: "medium", Title: w.article.Title, URL: w.article.URL, Source: "The Wire",
		Matches: []slack.Match{{Rule: "bells.ring", Title: "A bell rings", Score: 4, Threshold: 3}}}
}

// desk is one of a daemon.
func (w *world) desk(st buttons.Store) *buttons.Desk {
	file, problems := rules.Parse("bells.yaml", []byte(ruleText))
	set, more := rules.Compile(noon, file)
	if set == nil {
		w.t.Fatal(problems, more)
	}
	log, now := slog.New(slog.DiscardHandler), func() time.Time { return noon }
	redrawing := watcher.New(log, w.store, nil, watcher.SlackSink(log, w.client), now, watcher.Options{})
	return buttons.New(log, st, voice{redrawing, w.client}, now,
		func() watcher.Plan { return watcher.Plan{Rules: set, Feeds: []config.Feed{{URL: feedURL}}} })
}

// voice is what people are answered through.
type voice struct {
	*watcher.Watcher
	*slack.Client
}

// daemons has so many daemons hear what people do, until the test ends.
func (w *world) daemons(n int) {
	w.t.Helper()
	for range n {
		transport := &http.Transport{}
		desk := w.desk(w.store)
		socket := slack.NewSocket(slog.New(slog.DiscardHandler), slacktest.AppToken, w.slack.APIURL(), &http.Client{Transport: transport})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			socket.Run(ctx, desk.Act)
		}()
		w.t.Cleanup(func() {
			stop()
			<-done
			transport.CloseIdleConnections()
		})
	}
	w.until("all connections", func() bool { return w.slack.Sockets() == 2*n })
}

func (w *world) until(what string, so func() bool) {
	w.t.Helper()
	for limit := time.After(time.Minute); ; {
		changed := w.slack.Changed()
		if so() {
			return
		}
		select {
		case <-changed:
		case <-limit:
			w.t.Fatalf("not so after a minute: %s\n%s", what, w.shown())
		}
	}
}

func (w *world) press(by slacktest.Person, b slack.Button) string {
	w.t.Helper()
	id := w.slack.Press(by, general, w.at.TS, string(b))
	if id == "" {
		w.t.Fatalf("there is no button %s", b)
	}
	return id
}

// shown is all of the message in one text.
func (w *world) shown() string {
	m := w.slack.Messages(general)[0]
	text, err := json.Marshal(m.Blocks)
	check(w.t, err)
	return string(text)
}

func (w *world) untilShown(texts ...string) {
	w.t.Helper()
	w.until(fmt.Sprintf("the message shows %q", texts), func() bool {
		return !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(w.shown(), s) })
	})
}

// answer waits for what was said in answer to an envelope, as lines.
func (w *world) answer(envelope string) string {
	w.t.Helper()
	var lines string
	w.until("an answer to "+envelope, func() bool {
		for _, a := range w.slack.Answers() {
			if a.Envelope == envelope {
				lines = answerText(a)
				return true
			}
		}
		return false
	})
	return lines
}

func answerText(a slacktest.Answer) string {
	var b strings.Builder
	for _, block := range a.Blocks {
		for _, section := range block["elements"].([]any) {
			for _, e := range section.(map[string]any)["elements"].([]any) {
				leaf := e.(map[string]any)
				b.WriteString(fmt.Sprint(leaf["text"]))
				if leaf["type"] == "link" {
					fmt.Fprintf(&b, " <%s>", leaf["url"])
				}
			}
		}
	}
	return b.String()
}

// A message that is changed between a click and the answer to it keeps that change.
func TestAClickLeavesTheMessageAsItIsByNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var clicked *slack.Event
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		slack.NewSocket(slog.New(slog.DiscardHandler), slacktest.AppToken, w.slack.APIURL(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).
			Run(ctx, func(_ context.Context, e slack.Event) { clicked = &e; stop() })
	}()
	w.until("a connection", func() bool { return w.slack.Sockets() > 0 })
	w.press(ann, slack.ButtonUseful)
	<-heard
	w.report("The Courier")
	desk := w.desk(w.store)
	desk.Act(t.Context(), *clicked)
	w.untilShown("Useful: ann", "also: The Courier (1)")
}

// report keeps a further report of the story.
func (w *world) report(source string) {
	w.t.Helper()
	ctx := w.t.Context()
	const url = "https://courier.example/feed"
	check(w.t, w.store.SyncFeeds(ctx, []store.Subscription{{URL: feedURL, FirstPoll: noon}, {URL: url, FirstPoll: noon}}))
	_, err := w.store.ClaimDueFeeds(ctx, store.Claim{Holder: "me", Now: noon, Lease: time.Hour, Limit: 9})
	check(w.t, err)
	a := store.Article{ID: store.ArticleID(url, "1"), Feed: url, Key: "1", Title: "The bell rang", Seen: noon}
	id := store.AlertID(w.article.ID, "#general", "report", a.ID)
	content, err := json.Marshal(slack.Alert{Key: id, Severity: "medium", Title: a.Title, Report: &slack.Report{Title: a.Title, Source: source}})
	check(w.t, err)
	check(w.t, w.store.CommitPoll(ctx, store.Poll{Holder: "me", Feed: store.Feed{URL: url}, Articles: []store.Article{a}},
		func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
			return store.Decision{
				Reports: []store.Report{{Story: w.article.ID, Article: a.ID, At: noon}},
				Alerts: []store.Alert{{ID: id, Story: w.article.ID, Route: "#general", Channel: "#general", Severity: "medium",
					Content: content, Created: noon, Kind: store.AlertReply, Follows: w.alert, State: store.AlertPending}},
			}, nil
		}))
}

func TestVotesAreKeptAndShownAndMayChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(1)
	w.press(ann, slack.ButtonUseful)
	w.untilShown("Useful: ann")
	w.press(bob, slack.ButtonNotRelevant)
	w.untilShown("Useful: ann · Not relevant: bob")
	w.press(ann, slack.ButtonNotRelevant)
	w.untilShown("Not relevant: bob, ann")
	votes, err := w.store.Votes(t.Context(), "bells.ring")
	check(t, err)
	var got []string
	for _, v := range votes {
		got = append(got, fmt.Sprint(v.Person, " ", v.Useful, " ", v.Article == w.article.ID))
	}
	if diff := cmp.Diff([]string{"U0BOB false true", "U0ANN false true"}, got); diff != "" {
		t.Errorf("votes (-want +got):\n%s", diff)
	}
	if n := len(w.slack.Answers()); n != 0 {
		t.Errorf("%d answers to what the message shows", n)
	}
}

func TestAllVotesAreShownThatComeAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(2)
	for n := range 8 {
		w.press(slacktest.Person{ID: fmt.Sprintf("U%d", n), Name: fmt.Sprintf("p%d", n)}, slack.ButtonUseful)
	}
	w.untilShown("3 more")
}

func TestSeveralDaemonsActOnceOnWhatComesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slack.DeliverTwice()
	w.daemons(2)
	var ids []string
	for range 4 {
		w.slack.LoseAcks(true)
		ids = append(ids, w.press(ann, slack.ButtonMuteRule))
		w.slack.CutSockets()
		w.slack.LoseAcks(false)
		w.answer(ids[len(ids)-1])
		w.until("all connections", func() bool { return w.slack.Sockets() == 4 })
	}
	w.until("all are acknowledged", func() bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return w.slack.Acked(id) == 0 })
	})
	// What is asked later is done later.
	w.answer(w.slack.Slash(bob, general, "status"))
	if n := len(w.store.mutes); n != len(ids) {
		t.Errorf("muted %d times, want %d", n, len(ids))
	}
	if n := len(w.slack.Answers()); n != len(ids)+1 {
		t.Errorf("%d answers, want %d", n, len(ids)+1)
	}
}

func TestMutesAreDoneShownAndConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(1)
	said := w.answer(w.press(ann, slack.ButtonMuteRule))
	if want := "Muted until 1 Mar 2026 20:00 UTC: rule:bells.ring\n/tocsin unmute rule:bells.ring ends that"; said != want {
		t.Errorf("answer is %q, want %q", said, want)
	}
	w.answer(w.press(bob, slack.ButtonMuteStory))
	w.untilShown("Rule bells.ring muted by ann until", "Story muted by bob until", "!date^1772395200^")
	want := []store.Mute{
		{Target: "rule:bells.ring", Until: noon.Add(8 * time.Hour), At: noon},
		{Target: "story:" + w.article.ID, Until: noon.Add(30 * 24 * time.Hour), At: noon},
	}
	if diff := cmp.Diff(want, w.store.mutes); diff != "" {
		t.Errorf("mutes (-want +got):\n%s", diff)
	}
}

func TestWhyIsToldToWhoeverAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(1)
	const want = `Why: The bell rings <!channel> twice
The Wire, seen 1 Mar 2026 12:00 UTC, article %s <https://wire.example/1>
bells.ring: medium, score 4, rings at 3
  +4 rings: rings
  → #general queued`
	if said := w.answer(w.press(ann, slack.ButtonWhy)); said != fmt.Sprintf(want, w.article.ID) {
		t.Errorf("answer is\n%s", said)
	}
	if n := w.slack.Messages(general)[0].Edits; n != 0 {
		t.Errorf("the message was changed %d times", n)
	}
}

func TestPeopleOfAnotherWorkspaceMayOnlyAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(1)
	eve := slacktest.Person{ID: "U0EVE", Name: "eve", Team: "T0OTHER001"}
	for _, b := range []slack.Button{slack.ButtonUseful, slack.ButtonMuteRule, slack.ButtonMuteStory} {
		if said := w.answer(w.press(eve, b)); !strings.HasPrefix(said, "Only members") {
			t.Errorf("%s: answer is %q", b, said)
		}
	}
	if said := w.answer(w.press(eve, slack.ButtonWhy)); !strings.HasPrefix(said, "Why:") {
		t.Errorf("answer is %q", said)
	}
	votes, err := w.store.Votes(t.Context(), "")
	check(t, err)
	if len(votes)+len(w.store.mutes) > 0 {
		t.Errorf("kept: %v, %v", votes, w.store.mutes)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.daemons(1)
	for _, tt := range []struct{ text, want string }{
		{"", "What /tocsin does"},
		{"help", "/tocsin search WORDS"},
		{"stauts", `There is no command "stauts" (did you mean status?).`},
		{"dance", `There is no command "dance" (/tocsin help tells what there is).`},
		{"mute", "/tocsin mute rule:ID"},
		{"mute rule:bells.rign", `There is no rule "bells.rign". did you mean bells.ring?`},
		{"mute rule:bells.ring for 2h", "Muted until 1 Mar 2026 14:00 UTC: rule:bells.ring"},
		{"mute feed:https://wire.example/feed 3d", "Muted until 4 Mar 2026 12:00 UTC: feed:https://wire.example/feed"},
		{"mute feed:https://other.example/feed", "There is no feed https://other.example/feed."},
		{"mute " + w.alert, "Muted until 1 Mar 2026 20:00 UTC: story:" + w.article.ID},
		{"MUTE https://wire.example/1 90m", "Muted until 1 Mar 2026 13:30 UTC: story:" + w.article.ID},
		{"mute nothing", `There is no story of "nothing".`},
		{"mute rule:bells.ring for ever", `"ever" is no time to mute for: write 90m, 8h or 3d`},
		{"mute rule:bells.ring -2h", `"-2h" is no time to mute for`},
		{"status", "muted until 1 Mar 2026 14:00 UTC: rule:bells.ring"},
		{"status", "1 feeds, 0 failing, 1 rules, 1 alerts waiting"},
		{"unmute rule:bells.ring", "Not muted any more: rule:bells.ring"},
		{"why", "/tocsin why ID"},
		{"why " + w.alert, "  +4 rings: rings"},
		{"why <https://wire.example/1|wire.example/1>", "  +4 rings: rings"},
		{"why https://wire.example/2", "No rule matched it. Nearest now:\nbells.ring\n  require yes bell: bell"},
		{"why https://wire.example/3", `There is no article "https://wire.example/3".`},
		{"search", "/tocsin search WORDS"},
		{"search bell -opinion", "The bell rings <!channel> twice <https://wire.example/1>\n  wire.example · 2026-03-01 · " + w.article.ID},
		{"search gong", "Nothing in the archive has gong"},
	} {
		if said := w.answer(w.slack.Slash(ann, general, tt.text)); !strings.Contains(said, tt.want) {
			t.Errorf("/tocsin %s answers\n%s\nwant\n%s", tt.text, said, tt.want)
		}
	}
	last := w.store.mutes[len(w.store.mutes)-1]
	if want := (store.Mute{Target: "rule:bells.ring", Until: noon}); last != want {
		t.Errorf("the last mute is %v, want %v", last, want)
	}
}

// noting is a Slack that notes what is said.
type noting struct {
	said     []string
	failures []error // of the next edits
	edits    int
}

func (n *noting) Redraw(context.Context, string, string) error {
	n.edits++
	if len(n.failures) == 0 {
		return nil
	}
	err := n.failures[0]
	n.failures = n.failures[1:]
	return err
}

func (n *noting) Reply(_ context.Context, _ slack.Origin, r slack.Reply) error {
	n.said = append(n.said, r.Title)
	return nil
}

// failing is a store that fails so many times at keeping feedback.
type failing struct {
	buttons.Store
	failures int
	missing  bool // there is no such alert
}

func (f *failing) HandleOnce(context.Context, string, time.Time) (bool, error) { return true, nil }

func (f *failing) FeedbackOn(context.Context, string) ([]store.Deed, error) { return nil, nil }

func (f *failing) RecordFeedback(context.Context, store.Deed) error {
	if f.missing {
		return fmt.Errorf("recording feedback: %w", store.ErrNotFound)
	}
	if f.failures--; f.failures >= 0 {
		return errors.New("the disk is away")
	}
	return nil
}

func TestTroubleIsTriedAgainAndSaid(t *testing.T) {
	t.Parallel()
	limited := &slack.Error{Class: slack.NotSent, Reason: "rate limited", RetryAfter: 3 * time.Second}
	gone := &slack.Error{Class: slack.Unknown, Reason: "message_not_found"}
	for name, tt := range map[string]struct {
		store failing
		slack noting
		said  string
		edits int
	}{
		"a store that fails for a while": {failing{failures: 3}, noting{}, "", 1},
		"a store that fails for long":    {failing{failures: 9}, noting{}, "Tocsin cannot do this now, since it is in trouble with its store. Try again later.", 0},
		"an alert that was deleted":      {failing{missing: true}, noting{}, "Tocsin does not keep this alert any more.", 0},
		"a Slack that is busy":           {failing{}, noting{failures: []error{limited, limited}}, "", 3},
		"a message that was deleted":     {failing{}, noting{failures: []error{gone}}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := buttons.New(slog.New(slog.DiscardHandler), &tt.store, &tt.slack, time.Now, nil)
				desk.Act(t.Context(), slack.Event{ID: "e", By: slack.Person{ID: "U1"}, Click: &slack.Click{Button: slack.ButtonUseful, Key: "k"}})
				if got := strings.Join(tt.slack.said, "\n"); got != tt.said {
					t.Errorf("said %q, want %q", got, tt.said)
				}
				if tt.slack.edits != tt.edits {
					t.Errorf("%d edits, want %d", tt.slack.edits, tt.edits)
				}
			})
		})
	}
}

func TestAStoreThatCannotMuteIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	said := new(noting)
	desk := buttons.New(slog.New(slog.DiscardHandler), struct{ buttons.Store }{w.store.DB}, said, time.Now, nil)
	for i, e := range []slack.Event{
		{Click: &slack.Click{Button: slack.ButtonMuteStory, Key: w.alert}},
		{Click: &slack.Click{Button: slack.ButtonMuteRule, Key: w.alert}},
		{Command: &slack.Command{Text: "mute rule:bells.ring"}},
	} {
		e.ID = fmt.Sprint(i)
		desk.Act(t.Context(), e)
	}
	if diff := cmp.Diff(slices.Repeat([]string{"This tocsin cannot mute anything."}, 3), said.said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}
