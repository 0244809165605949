// Package form is how a carrier writes telephone numbers, which it does as it
// likes.
package form

import (
	"errors"
	"fmt"
	"strings"
)

// Form is one carrier's way, in one direction. The zero Form writes "+" and
// digits, and leaves what it reads as it is.
type Form struct {
	Style   Style  `json:"style,omitempty"`
	Country string `json:"country,omitempty"` // calling code of the numbers that National shortens: 7
	Prefix  string `json:"prefix,omitempty"`  // put before those: 8 in Russia, 0 nearly everywhere else
	Abroad  string `json:"abroad,omitempty"`  // put before all others: 810, 00
	Strip   int    `json:"strip,omitempty"`   // leading characters that are taken off
	Prepend string `json:"prepend,omitempty"` // and what is put there instead: a carrier's account or route
}

// Style is which digits are written.
type Style string

// The styles. Any is for reading only: the number is whatever it looks like.
const (
	Any      Style = "any"
	Plus     Style = "e164"     // +74950000101
	Digits   Style = "digits"   // 74950000101
	National Style = "national" // 84950000101
)

// mostStrip bounds what may be taken off: no number is longer.
const mostStrip = 20

// Check tells what is wrong with a form.
func (f Form) Check() error {
	switch f.Style {
	case "", Any, Plus, Digits, National:
	default:
		return fmt.Errorf("style %q is none of any, e164, digits, national", f.Style)
	}
	switch {
	case f.Strip < 0 || f.Strip > mostStrip:
		return fmt.Errorf("%d characters cannot be taken off: 0 to %d can", f.Strip, mostStrip)
	case !dialable(f.Prepend):
		return fmt.Errorf("%q cannot be put before a number: digits, +, * and # can", f.Prepend)
	case f.Style == National && f.Country == "":
		return errors.New("national numbers are those of a country: give its calling code")
	case !digits(f.Country) || !digits(f.Prefix) || !digits(f.Abroad) || len(f.Country) > 3 || len(f.Prefix) > 5 || len(f.Abroad) > 5:
		return errors.New("country and prefixes are a few digits each")
	}
	return nil
}

// Write returns number, which is "+" and digits, as the carrier wants it.
func (f Form) Write(number string) string {
	bare := strings.TrimPrefix(number, "+")
	out := number
	switch f.Style {
	case Digits:
		out = bare
	case National:
		if rest, home := strings.CutPrefix(bare, f.Country); home && f.Country != "" {
			out = f.Prefix + rest
		} else {
			out = f.Abroad + bare
		}
	}
	return f.Prepend + out[min(f.Strip, len(out)):]
}

// Read returns what the carrier sent as "+" and digits, where the style says
// how. What does not look like that, and everything of style Any, comes back
// with only what is to be taken off taken off.
func (f Form) Read(raw string) string {
	in := f.Prepend + raw[min(f.Strip, len(raw)):]
	if strings.HasPrefix(in, "+") || in == "" || !digits(in) {
		return in
	}
	switch f.Style {
	case Plus, Digits:
		return "+" + in
	case National:
		return f.national(in)
	}
	return in
}

// national reads digits without a plus. The prefix for abroad may begin with the
// one for home: it is looked for first, and must leave a number.
func (f Form) national(in string) string {
	const least = 7 // of a number with its country's code
	if rest, abroad := strings.CutPrefix(in, f.Abroad); abroad && f.Abroad != "" && len(rest) >= least {
		return "+" + rest
	}
	if rest, home := strings.CutPrefix(in, f.Prefix); home {
		return "+" + f.Country + rest
	}
	return "+" + f.Country + in
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func dialable(s string) bool { return len(s) <= mostStrip && strings.Trim(s, "0123456789+*#") == "" }
