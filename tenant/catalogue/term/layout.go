package term

import "strings"

// The letters of the two keyboards, key by key.
const (
	qwerty = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	jcuken = "ёйцукенгшщзхъфывапролджэячсмитьбю"
	shift  = "~{}:\"<>"
	shiftR = "ёхъжэбю"
)

var toRussian, toLatin = keys()

func keys() (ru, en map[rune]rune) {
	ru, en = map[rune]rune{}, map[rune]rune{}
	cyr := []rune(jcuken)
	for i, k := range []rune(qwerty) {
		ru[k], en[cyr[i]] = cyr[i], k
	}
	cyr = []rune(shiftR)
	for i, k := range []rune(shift) {
		ru[k] = cyr[i]
	}
	return ru, en
}

// Swap returns what the same keys write under the other layout, lower case:
// ghbdtn is привет, and тщлшфт is nokian. What has no other letter stays.
func Swap(text string) string {
	text = strings.ToLower(text)
	other := toRussian
	if cyrillic(text) {
		other = toLatin
	}
	return strings.Map(func(r rune) rune {
		if o, ok := other[r]; ok {
			return o
		}
		return r
	}, text)
}

// alike are Cyrillic letters that look like Latin ones: codes are copied with
// either.
var alike = strings.NewReplacer("а", "a", "в", "b", "е", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x")
