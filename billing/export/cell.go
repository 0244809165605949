package export

import (
	"regexp"
	"strings"
)

// number is what a spreadsheet reads as a number and nothing else.
var number = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// Safe returns a text that no spreadsheet takes for a formula: what begins like
// one is put behind an apostrophe (OWASP, CSV injection). A number stays as it
// is, a telephone number with its plus too.
func Safe(text string) string {
	if text == "" || !strings.ContainsAny(text[:1], "=+-@\t\r\n|%") || number.MatchString(text) {
		return text
	}
	return "'" + text
}
