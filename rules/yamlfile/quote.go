package yamlfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// plain are the texts that YAML takes for what they are without quotes, in flow
// and in block: words, and addresses.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*$|^https?://[A-Za-z0-9._~/?=&%+@:-]*[A-Za-z0-9_~/=]$`)

// otherValues are the words that YAML takes for something else, now or in its former
// versions.
var otherValues = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

// Quote returns a text of unknown origin as a scalar of YAML in one line, for files
// that are written for people. A string of Go is one, and escapes what is not
// printable; bytes that are no characters become U+FFFD.
func Quote(s string) string {
	if plain.MatchString(s) && !slices.Contains(otherValues, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\ufffd"))
}
