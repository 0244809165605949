package wire

import (
	"strings"
	"unicode"
)

// User makes s fit to be a URI's user part: what is not allowed there is
// escaped, what is an escape already stays (RFC 3261, section 25.1). Nothing
// that goes in can come out as a line's end.
func User(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case userChar(c), c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
		}
	}
	return b.String()
}

func userChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c != 0 && strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 && c != 0 }

// mostText is more than a phone's display shows.
const mostText = 128

// Display makes s fit to stand between the quotes of a display name.
func Display(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(Phrase(s))
}

// Phrase makes s fit to be a reason phrase: one line of printable text.
func Phrase(s string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	runes := []rune(strings.TrimSpace(clean))
	return string(runes[:min(len(runes), mostText)])
}

// Unquote takes the escapes out of a display name as it was received.
func Unquote(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return Phrase(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return Phrase(b.String())
}
