package catalogue

import (
	"strings"
	"unicode"
)

// words brings a text to the words that are searched: lower case, ё as е, and
// nothing but letters and digits. What stands for one thing is written in one
// way: 7х17 and р16 with Cyrillic letters are 7x17 and r16, and 55R16 is 55 r16.
func words(text string) []string {
	var b strings.Builder
	runes := []rune(strings.ToLower(text))
	for i, r := range runes {
		before, after := ' ', ' '
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case r == 'ё':
			b.WriteRune('е')
		case unicode.IsDigit(before) && unicode.IsDigit(after) && (r == 'х' || r == '*' || r == '×'):
			b.WriteByte('x')
		case !unicode.IsLetter(before) && unicode.IsDigit(after) && (r == 'r' || r == 'р'):
			b.WriteString(" r")
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// maxWords is how many words of a query count.
const maxWords = 12

// query turns what was typed into the words of a tsquery, all of which must be
// there, and the last word, which may be unfinished. It is empty if nothing was
// typed that can be found.
func query(typed string) (whole, last string) {
	all := words(typed)
	all = all[:min(len(all), maxWords)]
	if len(all) == 0 {
		return "", ""
	}
	end := len(all) - 1
	return strings.Join(all[:end], " & "), all[end]
}
