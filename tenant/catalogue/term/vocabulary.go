package term

import (
	"cmp"
	"slices"
	"strings"
)

// Vocabulary is the keys of a shop's words, without those that have digits: each
// between two line feeds.
type Vocabulary string

// NewVocabulary returns the vocabulary of keys, separated by line feeds.
func NewVocabulary(lines string) Vocabulary { return Vocabulary("\n" + lines + "\n") }

func (v Vocabulary) has(key string) bool {
	return key != "" && strings.Contains(string(v), "\n"+key+"\n")
}

func (v Vocabulary) begins(key string) bool {
	return key != "" && strings.Contains(string(v), "\n"+key)
}

// What it costs to take a typed word for another, from what it most probably is
// to what it might be.
const (
	same    = 0
	begun   = 1 // the beginning of a word
	ended   = 2 // a word and the beginning of its ending
	bony    = 5 // alike but for the vowels
	slip    = 4 // each
	head    = 1 // on top: the first letter is another
	unknown = 100
)

// Doubtful is what a word costs at least that is not one of the shop's as it was typed.
const Doubtful = slip

// mostNear is how many words one typed word is taken for at most.
const mostNear = 8

type guess struct {
	key  string
	cost int
}

// near returns the words that a mistyped one may be, the most probable first.
func (v Vocabulary) near(forms []string, last bool) []guess {
	var all []guess
	for _, f := range forms {
		all = append(all, v.alike(f, last)...)
	}
	slices.SortFunc(all, func(a, b guess) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.key, b.key)) })
	all = slices.CompactFunc(all, func(a, b guess) bool { return a.key == b.key })
	return all[:min(len(all), mostNear)]
}

// alike compares one form with every word.
func (v Vocabulary) alike(form string, last bool) (all []guess) {
	most, skeleton := slips(len(form)), bones(form)
	if most == 0 && len(skeleton) < 3 {
		return nil
	}
	r := &ruler{key: form}
	for word := range strings.SplitSeq(string(v), "\n") {
		if word == "" {
			continue
		}
		if g, ok := r.guess(word, most, last); ok {
			all = append(all, g)
		} else if len(skeleton) >= 3 && len(word) <= 2*len(form) && bones(word) == skeleton {
			all = append(all, guess{word, bony})
		}
	}
	return all
}

// guess tells whether a word is few enough slips away.
func (r *ruler) guess(word string, most int, last bool) (guess, bool) {
	shorter, longer := len(word)+most < len(r.key), len(word) > len(r.key)+most
	if shorter || longer && (!last || len(r.key) < 5) {
		return guess{}, false
	}
	whole, part := r.far(word, most)
	g := guess{word, slip * whole}
	if last && part < whole && len(r.key) >= 5 {
		g.cost = slip*part + begun
	}
	if min(whole, part) > most || g.cost >= slip*(most+1) {
		return guess{}, false
	}
	if word[0] != r.key[0] {
		g.cost += head
	}
	return g, true
}
