package story

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// amountPattern finds sums of money and percentages. A number alone is none: how
// many people did something is told differently by everybody.
var amountPattern = regexp.MustCompile(`(?i)` +
	`(?:[$€£¥₹]|\b(?:usd|eur|gbp)[ \x{a0}]?)[ \x{a0}]?(\d[\d.,]*)[ \x{a0}-]?(` + scaleWords + `)?\b` +
	`|\b(\d[\d.,]*)[ \x{a0}-]?(` + scaleWords + `)?[ \x{a0}-]?(?:dollars?|euros?|pounds|yen|usd|eur|gbp|€|£)` +
	`|\b(\d[\d.,]*)[ \x{a0}]?(?:%|percent\b|per cent\b|prozent\b|pour cent\b|por ciento\b)`)

const scaleWords = `trillion|billion|million|thousand|milliarden?|millionen|milliards?|millions|mil millones|millones|mrd|mio|tn|bn|mn|[tbmk]`

var scales = map[string]float64{
	"trillion": 1e12, "tn": 1e12, "t": 1e12,
	"billion": 1e9, "bn": 1e9, "b": 1e9, "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "mrd": 1e9, "mil millones": 1e9,
	"million": 1e6, "mn": 1e6, "m": 1e6, "millionen": 1e6, "millions": 1e6, "millones": 1e6, "mio": 1e6,
	"thousand": 1e3, "k": 1e3,
}

// amounts returns the amounts in a text, each written in one way whatever way it
// was written in, and the text without them. The currency is left out: papers
// write $20bn, US$20 billion and 20 billion dollars.
func amounts(text string) (found []string, rest string) {
	if !strings.ContainsAny(text, "0123456789") {
		return nil, text
	}
	var b strings.Builder
	from := 0
	for _, m := range amountPattern.FindAllStringSubmatchIndex(text, -1) {
		part := func(group int) string {
			if m[2*group] < 0 {
				return ""
			}
			return text[m[2*group]:m[2*group+1]]
		}
		b.WriteString(text[from:m[0]])
		b.WriteString(" – ") // words on both sides are not neighbours
		from = m[1]
		switch {
		case part(5) != "":
			found = append(found, number(part(5), "")+"%")
		case part(3) != "":
			found = append(found, number(part(3), part(4)))
		default:
			found = append(found, number(part(1), part(2)))
		}
	}
	if found == nil {
		return nil, text
	}
	b.WriteString(text[from:])
	return found, b.String()
}

// number writes a number with three significant digits: 1.25bn is what others
// round to, and more digits are rarely told twice.
func number(digits, scale string) string {
	digits = strings.TrimRight(digits, ".,")
	if i := strings.LastIndexAny(digits, ".,"); i >= 0 && len(digits)-i-1 == 3 {
		digits = strings.NewReplacer(".", "", ",", "").Replace(digits) // it parts thousands
	} else if i >= 0 {
		digits = strings.NewReplacer(".", "", ",", "").Replace(digits[:i]) + "." + digits[i+1:]
	}
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(value, 0) {
		return digits
	}
	if s := scales[strings.ToLower(scale)]; s > 0 {
		value *= s
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}
