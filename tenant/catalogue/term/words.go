// Package term turns what is written about items, and what is typed to find
// them, into the same terms: across inflection, alphabets, keyboard layouts and
// slips of the finger.
package term

import (
	"strings"
	"unicode"
)

// Words brings a text to its words: lower case, ё as е, and nothing but letters
// and digits. What stands for one thing is written in one way: 7х17 and р16 with
// Cyrillic letters are 7x17 and r16, and 55R16 is 55 r16.
func Words(text string) []string {
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

// parts splits a word where letters meet digits: iphone15 is iphone and 15.
func parts(word string) []string {
	var all []string
	from := 0
	last := ' '
	for i, r := range word {
		if i > 0 && unicode.IsDigit(r) != unicode.IsDigit(last) {
			all = append(all, word[from:i])
			from = i
		}
		last = r
	}
	return append(all, word[from:])
}

func hasDigit(word string) bool { return strings.IndexFunc(word, unicode.IsDigit) >= 0 }

func allDigits(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

func cyrillic(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0
}
