package feed

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// dates are when the entry was published and updated, in UTC; zero where the feed
// does not say or nobody can tell what it says.
//
// They are read from the formats' own fields: gofeed's common ones take the
// update for the publication where an Atom entry has none, and an edited entry
// would look new.
func (e entry) dates() (published, updated time.Time) {
	var issued, modified []string
	switch o := e.original.(type) {
	case *rss.Item:
		issued = []string{o.PubDate, e.extension("dc", "date"), e.extension("atom", "published"),
			e.extension("atom03", "issued"), e.extension("atom03", "created")}
		modified = []string{e.extension("atom", "updated"), e.extension("atom03", "modified")}
		issued = append(issued, o.Custom["date"], o.Custom["published"])
		modified = append(modified, o.Custom["updated"])
	case *atom.Entry:
		issued, modified = []string{o.Published}, []string{o.Updated}
		if _, ok := parseDate(o.Updated); !ok {
			issued = append(issued, e.extension("dc", "date"))
		}
	default:
		issued, modified = []string{e.Published}, []string{e.Updated}
	}
	issued = append(issued, e.extension("dcterms", "issued"), e.extension("dcterms", "created"), e.extension("dcterms", "date"))
	modified = append(modified, e.extension("dcterms", "modified"))
	return firstDate(issued), firstDate(modified)
}

func firstDate(candidates []string) time.Time {
	for _, c := range candidates {
		if t, ok := parseDate(c); ok {
			return t
		}
	}
	return time.Time{}
}

const (
	minYear = 1970 // before it there were no feeds, only mistakes
	maxYear = 2199
)

// parseDate reads a date as feeds write them: RFC 3339 and its relatives, RFC 822
// and its many dialects, and what people type. A date without a zone is taken for
// UTC, one without a time for its midnight. A day, an hour, a minute or a second
// that there is not, such as 31 June, is carried over, as by a program that forgot
// to.
func parseDate(s string) (time.Time, bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if s == "" || len(s) > 100 {
		return time.Time{}, false
	}
	clock, zone, rest := splitClock(s)
	year, month, day, ok := parseDay(rest)
	if !ok || year < minYear || year > maxYear || month < 1 || month > 12 || day < 1 || day >= 40 {
		return time.Time{}, false
	}
	midnight := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return midnight.Add(clock - zone), true
}

var (
	// 15:04, 15:4:5, 15:04:05.999, 3:04 PM; and with a T before it 150405 and 15.
	clockPattern = regexp.MustCompile(`(?:^|[t ,:])\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?\s*([ap]\.?m\b\.?)?`)
	densePattern = regexp.MustCompile(`\d ?t ?(\d{2})(\d{2})?(\d{2})?(?:[.,](\d+))?()`)
	// +01:00, -0700, +1, z, est, gmt+2, with a name in brackets after it or not.
	offsetPattern = regexp.MustCompile(`^ ?(?:gmt|utc?|z)? ?([+-])(\d{1,2}):?(\d{2})?(?:\D|$)`)
	namePattern   = regexp.MustCompile(`^ ?\(?([a-z]{1,4})\b`)
)

// splitClock takes the time of day and the offset of its zone out of a date, and
// returns what is left.
func splitClock(s string) (clock, zone time.Duration, rest string) {
	m := clockPattern.FindStringSubmatchIndex(s)
	if m == nil {
		m = densePattern.FindStringSubmatchIndex(s)
	}
	if m == nil {
		return 0, 0, s
	}
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	clock, ok := timeOfDay(group(1), group(2), group(3), group(4), group(5))
	if !ok {
		return 0, 0, s
	}
	zone, after := splitZone(s[m[1]:])
	return clock, zone, s[:m[2]] + " " + after
}

func timeOfDay(hour, minute, second, fraction, half string) (time.Duration, bool) {
	h, m, sec := number(hour), number(minute), number(second)
	switch {
	case strings.HasPrefix(half, "p") && h < 12:
		h += 12
	case strings.HasPrefix(half, "a") && h == 12:
		h = 0
	}
	if h >= 40 {
		return 0, false
	}
	if sec == 60 {
		sec = 59 // a leap second
	}
	d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	if fraction != "" {
		nanos := (fraction + "000000000")[:9]
		d += time.Duration(number(nanos))
	}
	return d, true
}

// splitZone takes the zone off the start of what follows a time.
func splitZone(s string) (zone time.Duration, rest string) {
	if m := offsetPattern.FindStringSubmatchIndex(s); m != nil {
		hours := number(s[m[4]:m[5]])
		minutes, end := 0, m[5]
		if m[6] >= 0 {
			minutes, end = number(s[m[6]:m[7]]), m[7]
		}
		zone = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if s[m[2]] == '-' {
			zone = -zone
		}
		return zone, s[end:]
	}
	if m := namePattern.FindStringSubmatchIndex(s); m != nil {
		if hours, ok := zones[s[m[2]:m[3]]]; ok {
			return time.Duration(hours * float64(time.Hour)), s[m[1]:]
		}
	}
	return 0, s
}

// zones are the zones that feeds name, in hours east. Names with several meanings
// have the one that is commonest in feeds.
var zones = map[string]float64{
	"z": 0, "g": 0, "gmt": 0, "utc": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5,
	"cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3,
	"est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7,
	"pst": -8, "pdt": -7, "pt": -8, "akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3,
	"jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "awst": 8, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}

var (
	yearFirst = regexp.MustCompile(`(?:^|\D)(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:\D|$)`)
	yearLast  = regexp.MustCompile(`(?:^|\D)(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?:\D|$)`)
	dayMonth  = regexp.MustCompile(`(?:^|\D)(\d{1,2})(?:st|nd|rd|th|\.|º)?[-/, ]*(?:de )?([\p{L}]{3,})\.?[-/, ]*(?:de )?'?(\d{4}|\d{2})(?:\D|$)`)
	monthDay  = regexp.MustCompile(`([\p{L}]{3,})\.?[- ]*(\d{1,2})(?:st|nd|rd|th)?,?[- ]+(?:.*[^\d])?(\d{4})(?:\D|$)`)
	denseDay  = regexp.MustCompile(`(?:^|\D)(\d{4})(\d{2})(\d{2})(?:\D|$)`)
	yearMonth = regexp.MustCompile(`^ ?(\d{4})-(\d{2}) ?$`)
	yearAlone = regexp.MustCompile(`^ ?(\d{4}) ?$`)
	eastAsian = regexp.MustCompile(`(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日`)
)

// parseDay reads year, month and day. They are not checked.
func parseDay(s string) (year, month, day int, ok bool) {
	for _, p := range []*regexp.Regexp{yearFirst, denseDay, eastAsian} {
		if m := p.FindStringSubmatch(s); m != nil {
			return number(m[1]), number(m[2]), number(m[3]), true
		}
	}
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		if month, ok := months[monthKey(m[2])]; ok {
			return fullYear(m[3]), month, number(m[1]), true
		}
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		if month, ok := months[monthKey(m[1])]; ok {
			return number(m[3]), month, number(m[2]), true
		}
	}
	if m := yearLast.FindStringSubmatch(s); m != nil {
		first, second := number(m[1]), number(m[3])
		// With slashes it is the American order, unless that is no date.
		if m[2] == "/" && first <= 12 || second > 12 {
			return number(m[4]), first, second, true
		}
		return number(m[4]), second, first, true
	}
	if m := yearMonth.FindStringSubmatch(s); m != nil {
		return number(m[1]), number(m[2]), 1, true
	}
	if m := yearAlone.FindStringSubmatch(s); m != nil {
		return number(m[1]), 1, 1, true
	}
	return 0, 0, 0, false
}

// monthKey is how the name of a month is looked up.
func monthKey(name string) string {
	r := []rune(name)
	return string(r[:min(len(r), 4)])
}

// months are the names of months, cut to four letters and to three where these
// are the usual abbreviation: English, German, French, Spanish, Italian,
// Portuguese and Dutch.
var months = monthNames(
	"jan janu janv ene ener gen genn", "feb febr feb févr fevr fév feve", "mar marc marz märz mär mars maar maa mrz mrt març",
	"apr apri avr avri abr abri april", "may mai mayo maio mag magg mei", "jun june juni juin giu giug junh",
	"jul july juli juil lug lugl julh", "aug augu août aout ago agos", "sep sept set sett sete septi",
	"oct octo okt okto ott otto out outu octu", "nov nove novi", "dec dece dez deze déc dic dici décem dece")

func monthNames(byMonth ...string) map[string]int {
	m := map[string]int{}
	for i, names := range byMonth {
		for name := range strings.FieldsSeq(names) {
			m[monthKey(name)] = i + 1
		}
	}
	return m
}

// fullYear completes a year of two digits.
func fullYear(s string) int {
	y := number(s)
	switch {
	case len(s) != 2:
		return y
	case y < 70:
		return 2000 + y
	}
	return 1900 + y
}

// number is the value of a few digits, 0 for none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
