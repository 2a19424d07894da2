package page

import (
	"net/http"
	"time"
)

// Feeds is the view of the feeds.
type Feeds struct {
	Line   string
	Ill    bool
	Rows   []FeedRow
	Polled string // the feed that was just asked for; "" for none
}

// FeedRow is a feed in the list.
type FeedRow struct {
	Key, Title, Address, Moved string
	Tags                       []string
	State                      State
	Words                      string
	Watched, Pollable          bool
	Articles                   int
	Polled, Next               When
	Cadence                    Picture
}

func (s *server) feeds(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	feeds, err := s.Daemon.Feeds(ctx, true)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "feeds", "Feeds", feedsView(feeds, r.FormValue("polled"), s.Now()))
}

func feedsView(feeds []Feed, polled string, now time.Time) Feeds {
	v := Feeds{}
	v.Line, v.Ill = feedsLine(feeds)
	for i := range feeds {
		row := feedRow(&feeds[i], now)
		if polled != "" && row.Key == polled {
			v.Polled = row.Title
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func feedRow(f *Feed, now time.Time) FeedRow {
	row := FeedRow{
		Key: feedKey(f.URL), Title: f.Title, Address: f.Address, Moved: f.Moved, Tags: f.Tags, State: f.State, Words: f.Words,
		Watched: f.Watched, Pollable: f.Watched, Articles: f.Articles,
		Polled: when(f.Polled, now), Next: when(f.Next, now), Cadence: cadence(f, now),
	}
	if f.State == Gone {
		row.Next = When{Ago: "never"}
	} else if !f.Next.IsZero() && !f.Next.After(now) {
		row.Next.Ago = "now"
	}
	return row
}

// pollNow has a feed polled, and answers with its row, or, without JavaScript, with
// the whole view.
func (s *server) pollNow(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	feeds, err := s.Daemon.Feeds(ctx, false)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	key := r.PostFormValue("feed")
	for i := range feeds {
		f := &feeds[i]
		if feedKey(f.URL) != key || !f.Watched {
			continue
		}
		if err := s.Daemon.PollNow(ctx, f.URL); err != nil {
			s.broken(w, r, err)
			return
		}
		s.Log.Info("somebody asked for a poll on the page", "feed", f.Address)
		http.Redirect(w, r, "/feeds?polled="+key+"#feed-"+key, http.StatusSeeOther)
		return
	}
	s.fail(w, r, http.StatusNotFound, "There is no such feed", "It may have been taken out of the configuration.")
}
