package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is what a method answers.
type answer map[string]any

func (a answer) encode() []byte {
	body, err := json.Marshal(a)
	if err != nil {
		panic(err) // answers are made of what has come as JSON
	}
	return body
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(a.encode())
}

// refusal is what Slack answers, with HTTP 200, when it does not do a thing.
func refusal(code string, details ...string) answer {
	a := answer{"ok": false, "error": code}
	if len(details) > 0 {
		var messages []string
		for _, d := range details {
			messages = append(messages, "[ERROR] "+d)
		}
		a["errors"] = details
		a["response_metadata"] = map[string]any{"messages": messages}
	}
	return a
}

// tooSoon is the one refusal that comes with HTTP 429.
const tooSoon = "ratelimited"

// method makes a handler of a method: it counts the call, checks the token, and
// fails as it was told to. do must be called with mu held.
func (s *Server) method(name string, do func(*http.Request) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			refusal("invalid_form_data").write(w)
			return
		}
		fault, usual := s.begin(name, r, do)
		if fault.Begun != nil {
			close(fault.Begun)
		}
		if fault.Wait != nil {
			select {
			case <-fault.Wait:
			case <-r.Context().Done():
			case <-s.done:
			}
		}
		switch {
		case fault.answers():
			fault.write(w, r, usual)
		case usual["error"] == tooSoon:
			RateLimited(time.Second).write(w, r, nil)
		default:
			usual.write(w)
		}
	})
}

// begin does a call, unless a fault forbids it.
func (s *Server) begin(name string, r *http.Request, do func(*http.Request) answer) (Fault, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	var fault Fault
	if queue := s.faults[name]; len(queue) > 0 {
		fault, s.faults[name] = queue[0], queue[1:]
	}
	if fault.answers() && !fault.Accept {
		return fault, nil
	}
	switch {
	case r.URL.Query().Has("token"):
		s.violations = append(s.violations, name+": the token is in the address")
		return fault, refusal("not_allowed_token_type")
	case token(r) == "":
		return fault, refusal("not_authed")
	case token(r) != s.opts.Token:
		return fault, refusal("invalid_auth")
	}
	return fault, do(r)
}

// token is the token of a call: in its form, or in the header.
func token(r *http.Request) string {
	if t := r.PostForm.Get("token"); t != "" {
		return t
	}
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func (s *Server) authTest(*http.Request) answer {
	return answer{"ok": true, "url": "https://example-newsroom.slack.example/", "team": Team, "user": User,
		"team_id": "T0EXAMPLE01", "user_id": UserID, "bot_id": BotID}
}

func (s *Server) postMessage(r *http.Request) answer {
	ch, found := s.channel(r.PostForm.Get("channel"))
	switch {
	case !found, ch.Private && ch.NotMember:
		return refusal("channel_not_found")
	case ch.Archived:
		return refusal("is_archived")
	case ch.NotMember:
		return refusal("not_in_channel")
	}
	now := s.opts.Now()
	if last, ok := s.lastPost[ch.ID]; s.opts.Rate && ok && now.Sub(last) < time.Second {
		return refusal(tooSoon)
	}
	m, problem := readMessage(r.PostForm, s.known())
	if problem != nil {
		s.violations = append(s.violations, "chat.postMessage: "+problem.String())
		return refusal(problem.code, problem.details...)
	}
	if parent := s.find(ch.ID, m.Thread); m.Thread != "" && parent == nil {
		m.Thread = "" // as Slack does where the parent was deleted
	} else if parent != nil && parent.Thread != "" {
		s.violations = append(s.violations, "chat.postMessage: thread_ts is that of a reply")
		return refusal("cannot_reply_to_message")
	}
	s.lastPost[ch.ID] = now
	m.BotID = BotID
	m = s.keep(ch.ID, m)
	return answer{"ok": true, "channel": ch.ID, "ts": m.TS, "message": m.render(true)}
}

// render is a message as Slack returns it.
func (m Message) render(allMetadata bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "bot_id": m.BotID}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
	}
	if m.BotID == BotID {
		out["user"] = UserID
	}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.Metadata.EventType != "" {
		metadata := m.Metadata
		if !allMetadata {
			metadata.EventPayload = nil
		}
		out["metadata"] = metadata
	}
	return out
}

// history answers the messages of a channel, the latest first, without those in
// threads.
func (s *Server) history(r *http.Request) answer {
	ch, problem := s.readable(r.PostForm.Get("channel"))
	if problem != nil {
		return problem
	}
	if ch.NotMember {
		return refusal("not_in_channel")
	}
	oldest, latest := r.PostForm.Get("oldest"), r.PostForm.Get("latest")
	inclusive := isTrue(r.PostForm.Get("inclusive"))
	var rows []map[string]any
	for _, m := range slices.Backward(s.messages[ch.ID]) {
		if m.Thread == "" && within(m.TS, oldest, latest, inclusive) {
			rows = append(rows, m.render(isTrue(r.PostForm.Get("include_all_metadata"))))
		}
	}
	page, next, ok := s.page(r, rows)
	if !ok {
		return refusal("invalid_cursor")
	}
	return answer{"ok": true, "messages": page, "has_more": next != "", "pin_count": 0,
		"response_metadata": map[string]any{"next_cursor": next}}
}

// within reports whether a timestamp lies between two others; "" and "0" are no
// limit.
func within(ts, oldest, latest string, inclusive bool) bool {
	if oldest != "" && oldest != "0" {
		if c := compareTS(ts, oldest); c < 0 || c == 0 && !inclusive {
			return false
		}
	}
	if latest != "" && latest != "0" {
		if c := compareTS(ts, latest); c > 0 || c == 0 && !inclusive {
			return false
		}
	}
	return true
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// page is the part of rows that a call asks for, and the cursor of the next one.
func (s *Server) page(r *http.Request, rows []map[string]any) (page []map[string]any, next string, ok bool) {
	limit, err := strconv.Atoi(r.PostForm.Get("limit"))
	if err != nil || limit <= 0 {
		limit = 100
	}
	limit = min(limit, s.opts.MaxPage)
	start := 0
	if cursor := r.PostForm.Get("cursor"); cursor != "" {
		if start, err = strconv.Atoi(strings.TrimPrefix(cursor, "from:")); err != nil || start > len(rows) {
			return nil, "", false
		}
	}
	end := min(start+limit, len(rows))
	if end < len(rows) {
		next = "from:" + strconv.Itoa(end)
	}
	return append([]map[string]any{}, rows[start:end]...), next, true
}

// readable finds a channel by its ID; names are not taken where a channel is
// read.
func (s *Server) readable(id string) (Channel, answer) {
	ch, found := s.channel(id)
	if !found || ch.ID != id || ch.Private && ch.NotMember {
		return Channel{}, refusal("channel_not_found")
	}
	return ch, nil
}

func (s *Server) info(r *http.Request) answer {
	ch, problem := s.readable(r.PostForm.Get("channel"))
	if problem != nil {
		return problem
	}
	return answer{"ok": true, "channel": ch.render()}
}

// list answers the channels that the bot can see.
func (s *Server) list(r *http.Request) answer {
	types := r.PostForm.Get("types")
	if types == "" {
		types = "public_channel"
	}
	var rows []map[string]any
	for _, ch := range s.channels {
		kind := "public_channel"
		if ch.Private {
			kind = "private_channel"
		}
		hidden := ch.Private && ch.NotMember || ch.Archived && isTrue(r.PostForm.Get("exclude_archived"))
		if !hidden && slices.Contains(strings.Split(types, ","), kind) {
			rows = append(rows, ch.render())
		}
	}
	page, next, ok := s.page(r, rows)
	if !ok {
		return refusal("invalid_cursor")
	}
	return answer{"ok": true, "channels": page, "response_metadata": map[string]any{"next_cursor": next}}
}

// render is a channel as Slack returns it.
func (ch Channel) render() map[string]any {
	return map[string]any{"id": ch.ID, "name": ch.Name, "is_channel": !ch.Private, "is_private": ch.Private,
		"is_archived": ch.Archived, "is_member": !ch.NotMember}
}
