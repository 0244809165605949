package say

import "strings"

var (
	englishSmall = []string{
		"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
		"fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
	}
	englishTens   = []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	englishScales = []struct {
		size uint64
		name string
	}{{1e18, "quintillion"}, {1e15, "quadrillion"}, {1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}, {1e3, "thousand"}}
)

func english(n uint64) string {
	if n == 0 {
		return englishSmall[0]
	}
	var words []string
	for _, s := range englishScales {
		if group := n / s.size % 1000; group > 0 {
			words = append(words, englishTriad(group), s.name)
		}
	}
	return sentence(append(words, englishTriad(n%1000))...)
}

// englishTriad returns the words of a number from 1 to 999; of 0 none.
func englishTriad(n uint64) string {
	var words []string
	if n >= 100 {
		words = append(words, englishSmall[n/100], "hundred")
	}
	n %= 100
	switch {
	case n >= 20 && n%10 > 0:
		words = append(words, englishTens[n/10]+"-"+englishSmall[n%10])
	case n >= 20:
		words = append(words, englishTens[n/10])
	case n > 0:
		words = append(words, englishSmall[n])
	}
	return strings.Join(words, " ")
}

var irregular = map[string]string{
	"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}

func englishOrdinal(n uint64) string {
	words := english(n)
	at := strings.LastIndexAny(words, " -") + 1
	last := words[at:]
	switch {
	case irregular[last] != "":
		last = irregular[last]
	case strings.HasSuffix(last, "y"):
		last = strings.TrimSuffix(last, "y") + "ieth"
	default:
		last += "th"
	}
	return words[:at] + last
}

// englishYear reads a year in pairs: nineteen oh five, twenty twenty-six.
func englishYear(n uint64) string {
	switch {
	case n < 1000 || n > 9999 || n%1000 < 10:
		return english(n) // two thousand nine
	case n%100 == 0:
		return english(n/100) + " hundred"
	}
	return english(n/100) + " " + englishPair(n%100)
}

// englishPair reads two digits behind others: oh five, fifteen.
func englishPair(n uint64) string {
	if n < 10 {
		return "oh " + english(n)
	}
	return english(n)
}
