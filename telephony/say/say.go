// Package say turns what a machine knows - numbers, sums, days, telephones -
// into words that can be spoken, in Russian and in English.
//
// Libraries were looked for first: those of Go know Russian numbers in the
// nominative or none of the rest, and a telephone needs "до двадцать пятого
// ноября" as well as "две тысячи двадцать шестого года".
package say

import "strings"

// Language is one that we speak: ru or en. Any other speaks English, as the
// prompts do.
type Language string

// The languages.
const (
	Russian Language = "ru"
	English Language = "en"
)

// Gender is that of a Russian noun.
type Gender uint8

// The genders.
const (
	Masculine Gender = iota
	Feminine
	Neuter
)

// Case is one of the Russian cases that are spoken here; things have no breath,
// so that their accusative is mostly the nominative.
type Case uint8

// The cases.
const (
	Nominative Case = iota
	Genitive        // до пяти минут
	Accusative      // через одну минуту
)

// Form is how a Russian number agrees with what is counted. The zero Form is
// that of bare counting. English has one form and looks away.
type Form struct {
	Gender Gender
	Case   Case
}

// Number returns n as a cardinal: "двадцать одна", "twenty-one".
func (l Language) Number(n int64, f Form) string {
	size, minus := magnitude(n)
	switch {
	case l != Russian && minus:
		return "minus " + english(size)
	case l != Russian:
		return english(size)
	case minus:
		return "минус " + russian(size, f)
	}
	return russian(size, f)
}

// Ordinal returns n as an ordinal: "двадцать первое", "twenty-first". There is
// no minus first: n below 0 counts as n above.
func (l Language) Ordinal(n int64, f Form) string {
	size, _ := magnitude(n)
	if l != Russian {
		return englishOrdinal(size)
	}
	return russianOrdinal(size, f)
}

// Noun is a thing that is counted, in both languages.
type Noun struct {
	One, Few, Many string // одна минута, две минуты, пять минут
	Object         string // через одну минуту; "" where it is One
	Gender         Gender
	Single, Plural string // one minute, two minutes
}

// Count returns n of a thing: "одна минута, две минуты, пять минут".
func (l Language) Count(n int64, of Noun, c Case) string {
	size, _ := magnitude(n)
	if l != Russian {
		return l.Number(n, Form{}) + " " + of.inEnglish(size)
	}
	return l.Number(n, Form{of.Gender, c}) + " " + of.inRussian(size, c)
}

func (o Noun) inEnglish(n uint64) string {
	if n == 1 {
		return o.Single
	}
	return o.Plural
}

// inRussian returns the noun behind the number n: the last two digits decide.
func (o Noun) inRussian(n uint64, c Case) string {
	one := n%10 == 1 && n%100 != 11
	few := n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14)
	switch {
	case one && c == Genitive, few && c != Genitive:
		return o.Few // the genitive of one, and what few take
	case one && c == Accusative && o.Object != "":
		return o.Object
	case one:
		return o.One
	}
	return o.Many
}

func magnitude(n int64) (size uint64, minus bool) {
	if n < 0 {
		return -uint64(n), true // right for MinInt64 too
	}
	return uint64(n), false
}

// sentence joins words that are there.
func sentence(words ...string) string {
	kept := words[:0]
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
