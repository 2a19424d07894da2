package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/web/page"
)

// browserPath finds a browser, or skips the test.
func browserPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no browser here (apt-get install chromium)")
	return ""
}

// patience is for one step in a browser, on a machine with much else to do.
const browserPatience = 90 * time.Second

// tab is a tab of a browser that shows the page of a daemon.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site string

	mu     sync.Mutex
	errors []string // of the console, with what the policy refused
}

// openTab serves the page of a newsroom that was read, and opens a browser.
func openTab(t *testing.T) *tab {
	t.Helper()
	path := browserPath(t)
	d := readNewsroom(t)
	server := httptest.NewServer(newPage(slog.New(slog.DiscardHandler), d, page.Access{}))
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1280, 1000), chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error("closing the browser:", err)
		}
		cancel()
	})
	b := &tab{t: t, ctx: ctx, site: server.URL}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				b.mu.Lock()
				b.errors = append(b.errors, m.String())
				b.mu.Unlock()
			}
		}
	}()
	if _, err := chromedp.Run(ctx, chromedp.Title()); err != nil {
		t.Fatal("starting the browser:", err)
	}
	return b
}

// readNewsroom is a daemon that has read all that the newsroom of the demo brings.
func readNewsroom(t *testing.T) *pageDaemon {
	t.Helper()
	room, err := openNewsroom(time.Now().Add(-2 * time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(room.Close)
	dir := t.TempDir()
	s, err := (&env{}).demoSettings(room, dir)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	err = s.watch(t.Context(), log, nil, listeners{}, func(w *watcher.Watcher) error {
		_, err := w.Once(t.Context(), true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db, err := openStore(t.Context(), filepath.Join(dir, config.DefaultStore))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d := &pageDaemon{db: db, ready: func(context.Context) []string { return nil }}
	d.poll = func(ctx context.Context, url string) error { return db.MakeDue(ctx, time.Now(), url) }
	d.use(s.config, s.rules)
	return d
}

// do does steps, one of which failing ends the test.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open opens a path of the page.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.site+path), chromedp.WaitVisible(chromedp.CSS("h1")))
}

// eval is what a script says.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits until a script says true.
func (b *tab) until(script string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script)); err != nil {
		b.t.Fatalf("waiting for %s: %v\nthe page says %s", script, err, eval[string](b, `document.body.innerText`))
	}
}

// shot keeps a picture of what is shown; go test -artifacts keeps it for people.
func (b *tab) shot(name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	data, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), data, 0o644)
	}
	if err != nil || len(data) < 1000 {
		b.t.Errorf("a picture of %s has %d bytes: %v", name, len(data), err)
	}
}

// scheme has the browser prefer light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// quiet fails the test where the console has something to say.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		b.t.Errorf("the console says:\n%s", strings.Join(b.errors, "\n"))
	}
	b.errors = nil
}

// The views are used in a browser as people do: read in the light, in the dark and on
// a telephone, walked by keyboard, and typed into, with scripts and without.
func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	b := openTab(t)
	b.open("/")
	article := eval[string](b, `document.querySelector("ol.alerts a.title").getAttribute("href")`)
	views := map[string]string{
		"now": "/", "archive": "/archive", "article": article, "feeds": "/feeds", "rules": "/rules",
		"rule": "/rules/regulatory_probe.competition", "try": "/try?rule=regulatory_probe.competition",
	}
	for name, path := range views {
		b.looksRight(name, path)
	}
	b.quiet()
	b.walk()
	b.finds()
	b.polls()
	b.tries()
	b.triesWithoutScripts()
	b.quiet()
}

// looksRight looks at a view in all sorts of browsers.
func (b *tab) looksRight(name, path string) {
	b.t.Helper()
	b.open(path)
	if name == "try" {
		b.until(`document.querySelector("#outcome-status.banner") !== null`)
	}
	b.shot(name)
	light := eval[string](b, `getComputedStyle(document.body).backgroundColor`)
	b.scheme("dark")
	if dark := eval[string](b, `getComputedStyle(document.body).backgroundColor`); dark == light {
		b.t.Errorf("%s is %s in the dark, too", name, dark)
	}
	if name == "article" {
		b.shot(name + "-dark")
	}
	b.scheme("light")
	b.do(chromedp.EmulateViewport(360, 740))
	if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > 360 {
		b.t.Errorf("%s is %d pixels wide on a screen of 360", name, wide)
	}
	if name == "feeds" {
		b.shot(name + "-narrow")
	}
	b.do(chromedp.EmulateViewport(1280, 1000))
}

// walk goes by keyboard.
func (b *tab) walk() {
	b.t.Helper()
	b.open("/")
	focused := func() string { return eval[string](b, `document.activeElement.innerText.trim()`) }
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := focused(); got != "Skip to the content" {
		b.t.Errorf("the first key leads to %q", got)
	}
	if top := eval[float64](b, `document.activeElement.getBoundingClientRect().top`); top < 0 {
		b.t.Error("the way to the content is not seen when it is reached")
	}
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	if inside := eval[bool](b, `document.querySelector("main").contains(document.activeElement)`); !inside {
		b.t.Errorf("after skipping one is at %q", focused())
	}
	b.open("/")
	for range 4 {
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	if got := focused(); got != "Archive" {
		b.t.Errorf("the fourth key leads to %q", got)
	}
	if outline := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); outline == "none" {
		b.t.Error("nothing shows where one is")
	}
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("#q")))
}

// finds searches, and follows what it finds to why it rang.
func (b *tab) finds() {
	b.t.Helper()
	b.open("/archive")
	b.do(chromedp.SendKeys(chromedp.CSS("#q"), "antitrust investigation\r"), chromedp.WaitVisible(chromedp.CSS("nav.pages")))
	b.do(chromedp.Click(chromedp.CSS("ol.articles a.title")), chromedp.WaitVisible(chromedp.CSS(".account")))
	if marks := eval[int](b, `document.querySelectorAll("h1 mark").length`); marks == 0 {
		b.t.Error("no word of the title is marked")
	}
	if why := eval[string](b, `document.querySelector(".account").innerText`); !strings.Contains(why, "needed: match") {
		b.t.Errorf("it does not say why: %s", why)
	}
}

// polls asks for a poll.
func (b *tab) polls() {
	b.t.Helper()
	b.open("/feeds")
	b.do(chromedp.Click(chromedp.CSS(".action button")), chromedp.WaitVisible(chromedp.CSS("p.note")))
	if url := eval[string](b, `location.search`); !strings.HasPrefix(url, "?polled=") {
		b.t.Errorf("it leads to %s", url)
	}
}

const brokenRule = "version: 1\ntheme: dentists\nrules:\n  - id: dentists.phone\n    require: dentist* AND\n"
const rightRule = "version: 1\ntheme: dentists\nrules:\n  - id: dentists.phone\n    severity: low\n    require: dentist*\n    threshold: 0\n    examples:\n      match: [A dentist calls]\n      no_match: [A call]\n"

// tries writes a rule, first with a mistake in it.
func (b *tab) tries() {
	b.t.Helper()
	b.open("/try")
	b.until(`document.querySelector("#outcome-status.banner") !== null`)
	b.write(brokenRule)
	b.until(`document.querySelector(".problems .error") !== null`)
	if says := eval[string](b, `document.querySelector("#outcome").innerText`); !strings.Contains(says, "line 5") {
		b.t.Errorf("the mistake is not at its place: %s", says)
	}
	b.shot("try-mistake")
	b.write(rightRule)
	b.until(`document.querySelector(".changes .comes") !== null`)
	if says := eval[string](b, `document.querySelector("#outcome").innerText`); !strings.Contains(says, "answers the phone for dentists") {
		b.t.Errorf("it does not say what comes: %s", says)
	}
	b.shot("try-comes")
}

// write types a rule file, as far as the page can tell.
func (b *tab) write(text string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(() => { const y = document.getElementById("yaml"); y.value = %q; y.dispatchEvent(new Event("input", {bubbles: true})); return true })()`, text))
}

// triesWithoutScripts tries a rule by the button.
func (b *tab) triesWithoutScripts() {
	b.t.Helper()
	off := func(v bool) {
		if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v}); err != nil {
			b.t.Fatal(err)
		}
	}
	off(true)
	b.open("/try?rule=talent.move")
	b.do(chromedp.Click(chromedp.CSS("#check")), chromedp.WaitVisible(chromedp.CSS("#outcome-status.banner")))
	off(false)
	if path := eval[string](b, `location.pathname`); path != "/try" {
		b.t.Errorf("it leads to %s", path)
	}
}

var _ page.Daemon = (*pageDaemon)(nil)
var _ page.Store = (store.Store)(nil)
