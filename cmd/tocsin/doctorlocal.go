package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode"

	"tocsin/rules/yamlfile"
	"tocsin/store/postgres"
)

// What is looked at here asks nobody but this machine and the store.

func lookAtConfig(_ context.Context, d *doctor) []finding {
	name := d.env.configPath()
	if name == "" {
		name = "no file, the starter pack is used"
	}
	all := []finding{ok("%s: %s", name, count(len(d.config.Feeds), "feed"))}
	for _, p := range d.problems {
		all = append(all, odd("", "%s", p))
	}
	return all
}

func lookAtRules(_ context.Context, d *doctor) []finding {
	l := new(loadedRules)
	l.read(d.config.Rules, d.config.UnreadableRules)
	set, problems := l.setFor(d.config, time.Now())
	if set == nil {
		n := 0
		for _, p := range problems {
			if p.Level == yamlfile.Error {
				n++
			}
		}
		return []finding{bad("tocsin check shows all of it", "%s", count(n, "error"))}
	}
	return []finding{ok("%s in %s", count(len(set.Rules()), "rule"), count(len(themesOf(set)), "theme"))}
}

func lookAtStore(ctx context.Context, d *doctor) []finding {
	name := d.config.StoreName()
	db, err := openExisting(ctx, d.config.Store)
	if errors.Is(err, fs.ErrNotExist) {
		return []finding{odd("tocsin once or tocsin run makes it", "there is none in %s yet", name)}
	}
	if err != nil {
		return []finding{bad("", "%s", err)}
	}
	defer db.Close()
	examined, err := db.Examine(ctx)
	if err != nil {
		return []finding{bad("", "%s", err)}
	}
	d.examined = &examined
	if !examined.Clock.IsZero() {
		d.clocks = append(d.clocks, clock{"the database", time.Until(examined.Clock)})
	}
	var all []finding
	for _, line := range examined.Damage {
		do := ""
		if !postgres.IsURL(d.config.Store) {
			do = "stop the daemon, move " + name + " and its -wal and -shm away, and put a backup in its place"
		}
		all = append(all, bad(do, "%s is damaged: %s", name, line))
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return append(all, bad("", "%s", err))
	}
	if len(all) == 0 {
		all = append(all, ok("%s, whole, schema %d: %s, %s, %s waiting", name, examined.Schema,
			sizeText(examined.Size), count(counts.Articles, "article"), count(counts.Pending, "alert")))
	}
	return all
}

// leastRoom is how many bytes must be free on the store's disk, beside a tenth of
// what it has.
const leastRoom = 256 << 20

func lookAtDisk(_ context.Context, d *doctor) []finding {
	if d.examined == nil || d.examined.Room < 0 {
		return nil
	}
	if room := d.examined.Room; room < leastRoom+d.examined.Size/10 {
		return []finding{bad("free some space; when the disk is full, nothing is polled", "%s are free beside the store", sizeText(room))}
	}
	return []finding{ok("%s are free beside the store", sizeText(d.examined.Room))}
}

func lookAtDaemons(_ context.Context, d *doctor) (all []finding) {
	if d.examined == nil {
		return nil
	}
	for _, w := range d.examined.Workers {
		holds := []string{count(w.Feeds, "feed"), count(w.Alerts, "alert")}
		if w.Pushes > 0 {
			holds = append(holds, count(w.Pushes, "push subscription"))
		}
		if len(w.Tasks) > 0 {
			holds = append(holds, strings.Join(w.Tasks, ", "))
		}
		all = append(all, ok("%s is alive, at work on %s", w.Holder, strings.Join(holds, ", ")))
	}
	if len(all) == 0 {
		all = append(all, odd("tocsin run is one", "no daemon works on the store"))
	}
	return all
}

// maxSkew is how wrong the clock may be. Feeds are polled and ages are told by it.
const maxSkew = 30 * time.Second

func lookAtClock(_ context.Context, d *doctor) (all []finding) {
	for _, c := range d.clocks {
		switch ahead := c.ahead.Round(time.Second); {
		case ahead > maxSkew:
			all = append(all, bad("set it; a time service such as systemd-timesyncd keeps it right", "ours is %s behind that of %s", ahead, c.of))
		case ahead < -maxSkew:
			all = append(all, bad("set it; a time service such as systemd-timesyncd keeps it right", "ours is %s ahead of that of %s", -ahead, c.of))
		default:
			all = append(all, ok("ours and that of %s agree", c.of))
		}
	}
	return all
}

// webLimit is how long a daemon may take to answer.
const webLimit = 5 * time.Second

func lookAtWeb(ctx context.Context, d *doctor) []finding {
	web := d.config.Web
	if web.Listen == "" {
		return []finding{ok("nothing is served")}
	}
	listen, err := net.Listen("tcp", web.Listen)
	if err == nil {
		listen.Close()
		return []finding{ok("%s is free for the daemon", web.Listen)}
	}
	code, text := d.ready(ctx)
	switch {
	case code == http.StatusOK:
		return []finding{ok("a daemon answers at %s, and does its work", web.Listen)}
	case code == http.StatusServiceUnavailable:
		return []finding{bad("", "a daemon answers at %s: %s", web.Listen, text)}
	case web.Asked:
		return []finding{bad("name another address as web.listen", "%s cannot be used: %s", web.Listen, rootError(err))}
	}
	return []finding{odd("name another address as web.listen, or an empty one", "%s cannot be used, so a daemon would serve nothing: %s", web.Listen, rootError(err))}
}

// rootError is the innermost of an error.
func rootError(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// ready asks whoever listens at web.listen whether it does its work. The code is 0
// where nobody answers.
func (d *doctor) ready(ctx context.Context) (code int, text string) {
	ctx, cancel := context.WithTimeout(ctx, webLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.config.Web.Listen+"/readyz", nil)
	if err != nil {
		return 0, ""
	}
	if d.config.Web.TokenFile != "" {
		token, err := readToken("web.token_file", d.config.Web.TokenFile)
		if err != nil {
			return 0, ""
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	return response.StatusCode, printable(strings.Join(strings.Fields(string(body)), " "))
}

// printable is text without what could steer a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, text)
}
