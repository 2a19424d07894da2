package slack

import (
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Event is something that a person did and that Slack brought. One of Click and
// Command is set.
type Event struct {
	// ID is the same wherever and however often Slack brings the event.
	ID      string
	By      Person
	Origin  Origin
	Click   *Click
	Command *Command
}

// Person is who did something.
type Person struct {
	ID   string // Slack's
	Name string // as they call themselves
	// Guest is somebody of another workspace, in a channel that is shared with it.
	Guest bool
}

// Click is a press of a button at a message of ours.
type Click struct {
	Button  Button
	Key     string // the message's
	Message Receipt
	At      time.Time // by Slack's clock; zero: unknown
}

// Command is a /tocsin with what was written behind it.
type Command struct {
	Text string
}

// Origin is where an event came from, so that it can be answered.
type Origin struct {
	Channel string // its ID
	Person  string // their ID

	url string // where answers go for half an hour; it is a secret
}

// eventOf reads what came in an envelope; ok is false for what is none of ours.
func eventOf(e *socketmode.Event) (event Event, ok bool) {
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return Event{}, false
	}
	switch data := e.Data.(type) {
	case slack.InteractionCallback:
		event, ok = clickOf(&data)
	case slack.SlashCommand:
		event, ok = Event{
			By:      Person{ID: data.UserID, Name: data.UserName},
			Origin:  Origin{Channel: data.ChannelID, Person: data.UserID, url: data.ResponseURL},
			Command: &Command{Text: data.Text},
		}, true
	}
	event.ID = e.Request.EnvelopeID
	return event, ok
}

// clickOf reads a click.
func clickOf(c *slack.InteractionCallback) (Event, bool) {
	if c.Type != slack.InteractionTypeBlockActions || len(c.ActionCallback.BlockActions) != 1 {
		return Event{}, false
	}
	action := c.ActionCallback.BlockActions[0]
	channel := c.Container.ChannelID
	if channel == "" {
		channel = c.Channel.ID
	}
	ts := c.Container.MessageTs
	if ts == "" {
		ts = c.Message.Timestamp
	}
	return Event{
		By: Person{
			ID: c.User.ID, Name: c.User.Name,
			// In an organisation of several workspaces, people of the others are no guests.
			Guest: c.Enterprise.ID == "" && c.User.TeamID != "" && c.Team.ID != "" && c.User.TeamID != c.Team.ID,
		},
		Origin: Origin{Channel: channel, Person: c.User.ID, url: c.ResponseURL},
		Click: &Click{
			Button: Button(action.ActionID), Key: action.Value,
			Message: Receipt{Channel: channel, TS: ts}, At: timeOf(action.ActionTs),
		},
	}, true
}

// timeOf is the time of one of Slack's timestamps; the zero time where it is none.
func timeOf(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	micros, fractionErr := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil || fractionErr != nil || s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, micros*int64(time.Microsecond)).UTC()
}
