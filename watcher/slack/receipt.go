package slack

import (
	"fmt"
	"regexp"
	"strings"
)

// Receipt says where a message stands.
type Receipt struct {
	Channel string // its ID, whatever name it was posted under
	TS      string // Slack's timestamp, which is the message's ID in the channel

	// Refused is why Slack did not take the message as it was rendered, in one
	// line, where its plain text was posted instead; "" when all is well.
	Refused string
}

// String is the receipt in one word, as ParseReceipt reads it. Refused is not
// in it. Where nobody knows where the message stands, it is "".
func (r Receipt) String() string {
	if r.TS == "" {
		return ""
	}
	return r.Channel + "/" + r.TS
}

var (
	channelID = regexp.MustCompile(`^[CDG][A-Z0-9]{5,}$`)
	timestamp = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
)

// ParseReceipt reads what String wrote.
func ParseReceipt(s string) (Receipt, error) {
	channel, ts, _ := strings.Cut(s, "/")
	if !channelID.MatchString(channel) || !timestamp.MatchString(ts) {
		return Receipt{}, fmt.Errorf("reading a receipt: %q is not CHANNEL/TIMESTAMP", s)
	}
	return Receipt{Channel: channel, TS: ts}, nil
}
