package hook

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// longestAnswer is how much of an answer is kept: an error in words.
const longestAnswer = 1000

// digits is what may be a telephone number, a card, a code.
var digits = regexp.MustCompile(`\+?\d[\d\s()-]{5,}\d`)

// scrub returns an answer without what is personal: texts that we sent, and long
// runs of digits. An answer is a stranger's: it may be of any size and no text.
func scrub(answer string, private []string) string {
	answer = strings.ToValidUTF8(strings.ReplaceAll(answer, "\x00", ""), "?")
	for _, p := range private {
		if utf8.RuneCountInString(p) > 1 {
			answer = strings.ReplaceAll(answer, p, "•••")
		}
	}
	answer = digits.ReplaceAllString(answer, "•••")
	if r := []rune(answer); len(r) > longestAnswer {
		return string(r[:longestAnswer]) + "…"
	}
	return answer
}
