package term

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Normal brings texts that ask for the same to one form, whatever the order and
// the endings of their words. Words of one letter say nothing.
func Normal(text string) string {
	words := Words(text)
	keys := make([]string, 0, len(words))
	for _, w := range words[:min(len(words), maxWords)] {
		if utf8.RuneCountInString(w) > 1 || hasDigit(w) {
			keys = append(keys, Key(Stem(w)))
		}
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), " ")
}
