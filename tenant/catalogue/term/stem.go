package term

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Stem cuts off what inflection adds, by the alphabet of the word.
func Stem(word string) string {
	if cyrillic(word) {
		return stemRussian(word)
	}
	return stemEnglish(word)
}

// Endings of the Russian stemmer of Snowball
// (https://snowballstem.org/algorithms/russian/stemmer.html), ё written as е.
// Those of a second group count only after а or я.
var (
	gerund1    = longest("ившись", "ывшись", "ивши", "ывши", "ив", "ыв")
	gerund2    = longest("вшись", "вши", "в")
	adjective  = longest("ими", "ыми", "его", "ого", "ему", "ому", "ее", "ие", "ые", "ое", "ей", "ий", "ый", "ой", "ем", "им", "ым", "ом", "их", "ых", "ую", "юю", "ая", "яя", "ою", "ею")
	participle = longest("ивш", "ывш", "ующ")
	particip2  = longest("ем", "нн", "вш", "ющ", "щ")
	reflexive  = longest("ся", "сь")
	verb1      = longest("уйте", "ейте", "ила", "ыла", "ена", "ите", "или", "ыли", "ило", "ыло", "ено", "ует", "уют", "ены", "ить", "ыть", "ишь", "ей", "уй", "ил", "ыл", "им", "ым", "ен", "ят", "ит", "ыт", "ую", "ю")
	verb2      = longest("ете", "йте", "ешь", "нно", "ла", "на", "ли", "ем", "ло", "но", "ет", "ют", "ны", "ть", "й", "л", "н")
	noun       = longest("иями", "ями", "ами", "ией", "иям", "ием", "иях", "ев", "ов", "ие", "ье", "еи", "ии", "ей", "ой", "ий", "ям", "ем", "ам", "ом", "ах", "ях", "ию", "ью", "ия", "ья", "а", "е", "и", "й", "о", "у", "ы", "ь", "ю", "я")
	derived    = longest("ость", "ост")
	superlat   = longest("ейше", "ейш")
)

// longest orders endings so that the first that fits is the longest.
func longest(all ...string) []string {
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// cut takes the longest of the endings off the part of a word in which endings
// are looked for.
func cut(rv string, endings []string) (string, bool) {
	for _, e := range endings {
		if strings.HasSuffix(rv, e) {
			return strings.TrimSuffix(rv, e), true
		}
	}
	return rv, false
}

// cutAfterA takes an ending off only where а or я stands before it.
func cutAfterA(rv string, endings []string) (string, bool) {
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(rv, e); ok && (strings.HasSuffix(rest, "а") || strings.HasSuffix(rest, "я")) {
			return rest, true
		}
	}
	return rv, false
}

const vowels = "аеиоуыэюя"

func stemRussian(word string) string {
	first := strings.IndexAny(word, vowels)
	if first < 0 {
		return word
	}
	_, size := utf8.DecodeRuneInString(word[first:])
	head, rv := word[:first+size], word[first+size:]
	rv = inflection(rv)
	rv, _ = cut(rv, []string{"и"})
	if strings.ContainsAny(rv, vowels) {
		rv, _ = cut(rv, derived)
	}
	if shorter, ok := cut(rv, superlat); ok {
		rv = shorter
	}
	if strings.HasSuffix(rv, "нн") {
		rv = strings.TrimSuffix(rv, "н")
	} else {
		rv = strings.TrimSuffix(rv, "ь")
	}
	return head + rv
}

// inflection is the first step: a gerund's ending, or one of the others.
func inflection(rv string) string {
	if s, ok := cut(rv, gerund1); ok {
		return s
	}
	if s, ok := cutAfterA(rv, gerund2); ok {
		return s
	}
	rv, _ = cut(rv, reflexive)
	if s, ok := cut(rv, adjective); ok {
		if p, ok := cut(s, participle); ok {
			return p
		}
		p, _ := cutAfterA(s, particip2)
		return p
	}
	if s, ok := cut(rv, verb1); ok {
		return s
	}
	if s, ok := cutAfterA(rv, verb2); ok {
		return s
	}
	s, _ := cut(rv, noun)
	return s
}

// stemEnglish cuts plurals and the common endings of verbs. What is left of
// brands and models must be long enough to tell them apart.
func stemEnglish(word string) string {
	switch {
	case len(word) < 4 || strings.HasSuffix(word, "ss") || strings.HasSuffix(word, "us") || strings.HasSuffix(word, "is"):
		return word
	case strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"), strings.HasSuffix(word, "shes"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "s"):
		return word[:len(word)-1]
	case len(word) > 6 && strings.HasSuffix(word, "ing"):
		return word[:len(word)-3]
	case len(word) > 5 && strings.HasSuffix(word, "ed"):
		return word[:len(word)-2]
	}
	return word
}
