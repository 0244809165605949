// Package asked is what buyers ask on the telephone, again and again, and a shop
// could write on its site.
package asked

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/term"
	"switchboard/tenant/fault"
)

// Search is what an operator looked for in the catalogue.
type Search struct {
	Text  string
	Found bool // something was
}

// maxText is the longest search that is kept, in characters.
const maxText = 100

// personal is what may tell who a buyer is: addresses of mail, and digits that
// are too many for a size: five in a row, six with dashes, ten with whatever
// stands between those of a telephone number.
var personal = regexp.MustCompile(`\S+@\S+|\+?\d(?:[ ()-]{0,2}\d){9,}|\d(?:-?\d){5,}|\d{5,}`)

// Mask returns a text without what may tell who a buyer is.
func Mask(text string) string {
	text = personal.ReplaceAllString(strings.ToValidUTF8(text, ""), "…")
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\x00", "")), " ")
	if utf8.RuneCountInString(text) > maxText {
		text = string([]rune(text)[:maxText])
	}
	return text
}

// Note counts searches on the day that it is by the shop's clocks.
func Note(tx tenant.Tx, searches []Search, now time.Time) error {
	for _, s := range searches {
		text := Mask(s.Text)
		key := term.Normal(text)
		if key == "" { // nothing but digits and signs
			continue
		}
		if err := count(tx, row{found: s.Found, key: key, example: text}, now); err != nil {
			return err
		}
	}
	return tenant.Audit(tx, "asked.note", "", map[string]any{"searches": len(searches)})
}

// Kind of what recurs.
type Kind string

const (
	Nothing Kind = "nothing" // searched, and nothing was there
	Card    Kind = "card"    // a frequent question of a script, opened
	Found   Kind = "search"  // searched and found
)

// Topic is one thing that is asked about.
type Topic struct {
	Kind    Kind
	Example string // in the words of an operator, or of the script
	Times   int
	Days    int       // on so many days
	Last    time.Time `gorm:"column:last_on"` // the last of these
}

// Days is a span of days by the shop's clocks, both included.
type Days struct{ From, To time.Time }

// maxDays is the longest span of a report.
const maxDays = 400

// ParseDays reads two days, written as 2026-11-01.
func ParseDays(from, to string) (Days, error) {
	var d Days
	var problems fault.Problems
	for _, f := range []struct {
		name, text string
		day        *time.Time
	}{{"from", from, &d.From}, {"to", to, &d.To}} {
		var err error
		if *f.day, err = time.Parse(time.DateOnly, f.text); err != nil {
			problems = append(problems, fault.Invalid{Field: "query." + f.name, Problem: "is no day: write it as 2026-11-01"})
		}
	}
	if err := problems.Err(); err != nil {
		return Days{}, err
	}
	if length := d.To.Sub(d.From); length < 0 || length > maxDays*24*time.Hour {
		return Days{}, fault.Invalid{Field: "query.to", Problem: "must be from's day or later, by at most 400 days"}
	}
	return d, nil
}
