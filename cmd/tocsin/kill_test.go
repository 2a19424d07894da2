package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/seeds/newsroom"
	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/watcher/slack/slacktest"
)

const (
	killFeeds    = 100
	killArticles = 5 // of each feed; one of them rings
	killChannels = 25
)

// bellRules ring for an article in whose title a bell does.
const bellRules = `
version: 1
theme: bell
rules:
  - id: bell.rings
    title: A bell rings
    require: bell
    signals: [{when: bell NEAR/2 rings, points: 5}]
    threshold: 5
    examples: {match: ["A bell rings"], no_match: ["A bell is silent"]}
`

// killWorld is a newsroom of many feeds, a folder with a configuration for it,
// and a Slack.
type killWorld struct {
	t       *testing.T
	dir     string
	slack   *slacktest.Server
	asked   atomic.Int64
	killAt  atomic.Int64 // the request at which the process is killed; 0 never
	process atomic.Pointer[os.Process]
}

func newKillWorld(t *testing.T) *killWorld {
	t.Helper()
	var channels []slacktest.Channel
	for i := range killChannels {
		channels = append(channels, slacktest.Channel{ID: fmt.Sprintf("C%010d", i), Name: fmt.Sprintf("c%d", i)})
	}
	k := &killWorld{t: t, dir: t.TempDir(), slack: slacktest.New(slacktest.Options{Channels: channels})}
	t.Cleanup(k.slack.Close)

	var articles []newsroom.Article
	for i := range killFeeds * killArticles {
		title := fmt.Sprintf("Report number %d about the weather and nothing else", i)
		if i < killFeeds {
			title = fmt.Sprintf("A bell rings for the %dth time in town", i)
		}
		articles = append(articles, newsroom.Article{ID: fmt.Sprint(i), Title: title, Summary: "As it was."})
	}
	feeds := newsroom.Spread(articles, killFeeds)
	room := newsroom.Handler(feeds, time.Now(), time.Now)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := k.asked.Add(1); n == k.killAt.Load() {
			k.process.Load().Kill()
		}
		room.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	k.configure(server.URL, feeds)
	return k
}

// configure writes the configuration: every feed has the tag of one of the
// channels, since a channel takes a message a second only.
func (k *killWorld) configure(url string, feeds []newsroom.Feed) {
	var c strings.Builder
	fmt.Fprintf(&c, "rules: [bell.yaml]\nfetch: {allow_private: true, per_host: 4, concurrency: 4}\nslack: {api_url: %s}\nfeeds:\n", k.slack.APIURL())
	for i, f := range feeds {
		fmt.Fprintf(&c, "  - {url: %s/%s, tags: [c%d]}\n", url, f.Name, i%killChannels)
	}
	c.WriteString("routes:\n  routes:\n")
	for i := range killChannels {
		fmt.Fprintf(&c, "    - {tags: [c%d], channel: \"#c%d\"}\n", i, i)
	}
	k.write("tocsin.yaml", c.String())
	k.write("bell.yaml", bellRules)
}

func (k *killWorld) write(name, text string) {
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o644); err != nil {
		k.t.Fatal(err)
	}
}

// once runs tocsin once in a process of its own and reports whether it ended by
// itself.
func (k *killWorld) once(deliver string) bool {
	k.t.Helper()
	cmd := exec.Command(os.Args[0], "once", "--deliver="+deliver)
	cmd.Dir = k.dir
	cmd.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN="+slacktest.Token)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.process.Store(cmd.Process)
	err := cmd.Wait()
	if killed := err != nil && cmd.ProcessState.ExitCode() == -1; killed {
		return false
	}
	if err != nil {
		k.t.Fatalf("tocsin once: %v\n%s", err, &stderr)
	}
	return true
}

// killAtPost kills the process when it has posted n messages and waits for the
// answer to the last one.
func (k *killWorld) killAtPost(n int) {
	begun := make(chan struct{})
	k.slack.Fail("chat.postMessage", append(make([]slacktest.Fault, n-1), slacktest.Slow(begun, nil))...)
	go func() {
		<-begun
		k.process.Load().Kill()
	}()
}

// state is what the store holds.
func (k *killWorld) state() (store.Counts, []store.Alert) {
	k.t.Helper()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(k.dir, "tocsin.db"))
	if err != nil {
		k.t.Fatal(err)
	}
	defer db.Close()
	counts, err := db.Counts(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	counts.OldestPending = time.Time{} // whenever that was
	alerts, err := db.Alerts(ctx, time.Time{})
	if err != nil {
		k.t.Fatal(err)
	}
	return counts, alerts
}

// whole is what the store holds when nothing is lost and nothing is doubled.
func whole(sent int) store.Counts {
	return store.Counts{
		Feeds: killFeeds, Articles: killFeeds * killArticles, Matches: killFeeds, Stories: killFeeds, Verdicts: killFeeds,
		Pending: killFeeds - sent, SentAlerts: sent,
	}
}

// A process that is killed in the middle of a round leaves whole polls, and the
// next round does the rest: every article and every alert is there once.
func TestKilledWhilePolling(t *testing.T) {
	t.Parallel()
	k := newKillWorld(t)
	killed := 0
	for _, after := range []int64{1, 20, 3, 30, 9} {
		k.killAt.Store(k.asked.Load() + after)
		if !k.once("none") {
			killed++
		}
	}
	if killed < 4 {
		t.Errorf("only %d of 5 rounds were killed", killed)
	}
	k.killAt.Store(0)
	k.once("none")
	counts, _ := k.state()
	if diff := cmp.Diff(whole(0), counts); diff != "" {
		t.Errorf("after the last round (-want +got):\n%s", diff)
	}
}

// A process that is killed while it delivers leaves alerts that Slack may have
// and the store does not know to be sent: the next one looks them up in the
// channel's history, and each is there once.
func TestKilledWhileDelivering(t *testing.T) {
	t.Parallel()
	k := newKillWorld(t)
	k.once("none")
	for _, after := range []int{5, 30, 12} {
		k.killAtPost(after)
		if k.once("slack") {
			t.Errorf("the round that was to be killed at its post %d ended", after)
		}
	}
	k.once("slack")
	counts, alerts := k.state()
	if diff := cmp.Diff(whole(killFeeds), counts); diff != "" {
		t.Errorf("after the last round (-want +got):\n%s", diff)
	}
	posted := make(map[string]int)
	for i := range killChannels {
		for _, m := range k.slack.Messages(fmt.Sprintf("#c%d", i)) {
			posted[fmt.Sprint(m.Metadata.EventPayload["key"])]++
		}
	}
	for _, a := range alerts {
		if posted[a.ID] != 1 {
			t.Errorf("alert %s was posted %d times", a.ID, posted[a.ID])
		}
	}
	if len(posted) != killFeeds {
		t.Errorf("%d alerts were posted, want %d", len(posted), killFeeds)
	}
}
