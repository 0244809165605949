// Package e164 is the telephone number: read from whatever form a carrier, a
// phone or a person gives it in, kept as "+" and digits.
package e164

import (
	"errors"
	"fmt"
	"strings"
)

// Number is a number in the international form of E.164, "+74950000101".
// The zero Number is no number.
type Number string

// Bounds of a whole number, with its country code and without the plus.
const (
	// most is the limit of E.164, section 6.1.
	most = 15
	// least is the shortest subscriber's number in use with its country code
	// (Niue, Saint Helena); anything shorter is a service code.
	least = 7
)

// Ways in which a text is no number, to be tested with errors.Is.
var (
	ErrWithheld = errors.New("the number is withheld")
	ErrShort    = errors.New("too short for a number: a service or an extension")
	ErrLong     = errors.New("longer than the 15 digits of E.164")
	ErrLetters  = errors.New("has letters")
	ErrCountry  = errors.New("does not begin with a country code")
	ErrLength   = errors.New("has the wrong number of digits for its country")
)

// Parse reads raw as it came from a trunk, a phone, a feed or a form: with or
// without plus, with an international or a national prefix, with separators,
// or as the user part of a sip or tel URI. home is the country whose national
// forms and prefixes raw may use; an unknown home leaves only what is
// unmistakably international.
func Parse(raw string, home Country) (Number, error) {
	digits, plus, err := Digits(raw)
	if err != nil {
		return "", fmt.Errorf("read number %s: %w", Mask(raw), err)
	}
	if !plus {
		digits, err = home.international(digits)
	}
	if err == nil {
		err = check(digits)
	}
	if err != nil {
		return "", fmt.Errorf("read number %s: %w", Mask(raw), err)
	}
	return Number("+" + digits), nil
}

// Digits strips a dialled text to its digits and tells whether it began with a
// plus. It takes off a URI's scheme, host and parameters, percent-escapes and
// the separators of RFC 3966; an extension is cut off.
func Digits(raw string) (digits string, plus bool, err error) {
	s := userPart(raw)
	if Withheld(s) {
		return "", false, ErrWithheld
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			out = append(out, c)
		case c == '+' && len(out) == 0 && !plus:
			plus = true
		case strings.IndexByte(" -.()/\t", c) >= 0:
		default:
			return "", false, ErrLetters
		}
	}
	if len(out) == 0 {
		return "", false, ErrShort
	}
	return string(out), plus, nil
}

// userPart takes the number out of a sip, sips or tel URI, or leaves s alone.
func userPart(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	if scheme, rest, ok := strings.Cut(s, ":"); ok {
		switch strings.ToLower(scheme) {
		case "sip", "sips", "tel":
			s = rest
		}
	}
	s, _, _ = strings.Cut(s, "@")
	s, _, _ = strings.Cut(s, ";")
	s, _, _ = strings.Cut(s, ":") // a password, which nobody should send
	return strings.TrimSpace(unescape(s))
}

// unescape resolves %HH; what is no escape stays as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hex(s[i+1]), hex(s[i+2]); hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hex(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }

// Withheld tells whether a caller's user part says that they hide their
// number; RFC 3323, section 4.1.1.3, and what gateways write instead.
func Withheld(user string) bool {
	switch strings.ToLower(strings.TrimSpace(user)) {
	case "", "anonymous", "unavailable", "unknown", "restricted", "private", "withheld":
		return true
	}
	return false
}

// check finds whether digits are a whole number: long enough, not too long,
// with an assigned country code and, where the plan is closed, the right size.
func check(digits string) error {
	switch {
	case len(digits) > most:
		return ErrLong
	case len(digits) < least:
		return ErrShort
	}
	code := callingCode(digits)
	if code == "" {
		return ErrCountry
	}
	if n := closed[code]; n != 0 && len(digits) != len(code)+n {
		return ErrLength
	}
	return nil
}

// Valid tells whether n is whole and canonical.
func (n Number) Valid() bool {
	digits, ok := strings.CutPrefix(string(n), "+")
	if !ok || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	return check(digits) == nil
}

// CallingCode returns the country code without the plus ("7"), or "".
func (n Number) CallingCode() string {
	return callingCode(strings.TrimPrefix(string(n), "+"))
}

// International writes the number for people: "+7 495 000-01-01". A country
// whose habit we don't know gets its digits in threes.
func (n Number) International() string {
	code := n.CallingCode()
	if code == "" {
		return string(n)
	}
	rest := string(n)[1+len(code):]
	switch {
	case code == "7" && len(rest) == 10:
		return "+7 " + rest[:3] + " " + rest[3:6] + "-" + rest[6:8] + "-" + rest[8:]
	case code == "1" && len(rest) == 10:
		return "+1 " + rest[:3] + "-" + rest[3:6] + "-" + rest[6:]
	}
	return "+" + code + " " + inThrees(rest)
}

// inThrees groups digits by three from the left; a last single digit joins the
// group before it.
func inThrees(digits string) string {
	var groups []string
	for len(digits) > 4 {
		groups = append(groups, digits[:3])
		digits = digits[3:]
	}
	return strings.Join(append(groups, digits), " ")
}

// Masked hides the middle for those who need not know who called:
// "+7495*****01".
func (n Number) Masked() string { return Mask(string(n)) }

// Mask hides all of s but its first five and last two characters. It is what a
// log may show of a number, even of one that we could not read.
func Mask(s string) string {
	const head, tail = 5, 2
	runes := []rune(strings.ToValidUTF8(s, "?"))
	for i, r := range runes {
		if i >= head && i < len(runes)-tail || r < ' ' || len(runes) <= head+tail {
			runes[i] = '*'
		}
	}
	return string(runes[:min(len(runes), 2*most)])
}
