package term

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Query is what was typed, read as a shop's own words.
type Query struct {
	groups []group
	bare   string   // all of it as one code
	Lost   []string // words that the shop does not have
}

// group is one typed word: any of its readings will do.
type group struct {
	word     string
	forms    []string
	last     bool
	cost     int
	readings []reading
}

// reading is lexemes that must all be there.
type reading []leaf

type leaf struct {
	text   string
	prefix bool
}

// maxWords is how many words of a query count.
const maxWords = 12

// Read reads what was typed. The last word may be unfinished.
func Read(typed string, v Vocabulary) Query {
	chunks := strings.Fields(typed)
	chunks = chunks[:min(len(chunks), maxWords)]
	q := Query{bare: Key(bare(typed))}
	if len(q.bare) > maxLexeme {
		q.bare = ""
	}
	for i, c := range chunks {
		q.groups = append(q.groups, readChunk(c, i == len(chunks)-1, v)...)
	}
	q.groups = distinct(q.groups)
	known := slices.DeleteFunc(slices.Clone(q.groups), func(g group) bool { return g.cost >= unknown })
	for _, g := range q.groups {
		if g.cost >= unknown {
			q.Lost = append(q.Lost, g.word)
		}
	}
	q.groups = known
	return q
}

// distinct leaves out words that were said before: once is enough.
func distinct(groups []group) []group {
	var kept []group
	for _, g := range groups[:min(len(groups), maxWords)] {
		if !slices.ContainsFunc(kept, func(k group) bool { return k.word == g.word }) {
			kept = append(kept, g)
		}
	}
	return kept
}

// readChunk reads what stands between two spaces, under the layout that makes
// more of it.
func readChunk(chunk string, last bool, v Vocabulary) []group {
	plain, cost := readWords(Words(chunk), last, v)
	if cost == same {
		return plain
	}
	words := Words(Swap(chunk))
	other, otherCost := readWords(words, last, v)
	if letters(words) < letters(Words(chunk)) || len(other) == 0 || len(plain) > 0 && otherCost >= cost {
		return plain
	}
	return other
}

// letters is how long words are together: what the other layout makes signs of
// was not typed under it.
func letters(words []string) int { return utf8.RuneCountInString(strings.Join(words, "")) }

func readWords(words []string, last bool, v Vocabulary) (groups []group, cost int) {
	for i, w := range words {
		g := readWord(w, last && i == len(words)-1, v)
		groups = append(groups, g)
		cost += g.cost
	}
	return groups, cost
}

func readWord(word string, last bool, v Vocabulary) group {
	g := group{word: word, last: last, cost: unknown}
	if len(word) > maxLexeme {
		return g
	}
	if hasDigit(word) {
		return withDigits(word, last)
	}
	g.cost, g.forms = same, forms(word)
	for _, read := range []func(*group, Vocabulary) bool{(*group).whole, (*group).beginning, (*group).ending, (*group).mistyped} {
		if read(&g, v) {
			return g
		}
	}
	g.cost = unknown
	return g
}

// forms are the keys under which a word may be known: its stem, itself (the
// stemmer of one language cuts the names of another), and, in Latin letters, the
// Russian word that it may spell.
func forms(word string) []string {
	all := []string{Key(Stem(word)), Key(word)}
	if !cyrillic(word) {
		all = append(all, Key(Stem(russian.Replace(word))))
	}
	slices.Sort(all[1:])
	all = slices.DeleteFunc(all, func(k string) bool { return k == "" })
	unique := all[:0]
	for _, k := range all {
		if !slices.Contains(unique, k) {
			unique = append(unique, k)
		}
	}
	return unique
}

// whole takes the word as it is. As the last it may also be the beginning of another.
func (g *group) whole(v Vocabulary) bool {
	for _, f := range g.forms {
		if v.has(f) {
			g.readings = append(g.readings, reading{{f, false}})
		}
	}
	if len(g.readings) == 0 {
		return false
	}
	if g.last {
		g.readings = append(g.readings, reading{{g.forms[0], true}})
	}
	return true
}

// beginning takes the word for the beginning of others: operators type no more
// than they must.
func (g *group) beginning(v Vocabulary) bool {
	for _, f := range g.forms {
		if (g.last || !short(f+" ")) && v.begins(f) {
			g.readings, g.cost = append(g.readings, reading{{f, true}}), begun
		}
	}
	return len(g.readings) > 0
}

// ending takes the last word for a known one with the beginning of an ending.
func (g *group) ending(v Vocabulary) bool {
	for _, f := range g.forms {
		for cut := 1; g.last && cut <= 3 && len(f)-cut >= 4; cut++ {
			if stem := f[:len(f)-cut]; utf8.ValidString(stem) && v.has(stem) {
				g.readings, g.cost = append(g.readings, reading{{stem, false}}), ended
				break
			}
		}
	}
	return len(g.readings) > 0
}

// mistyped takes the word for the nearest ones.
func (g *group) mistyped(v Vocabulary) bool {
	all := v.near(g.forms, g.last)
	for _, n := range all {
		if n.cost > all[0].cost+1 {
			break
		}
		g.readings, g.cost = append(g.readings, reading{{n.key, false}}), all[0].cost
	}
	return len(g.readings) > 0
}

// withDigits reads a size, a model or a piece of a code. The vocabulary has none
// of them, so that all it may be is looked for.
func withDigits(word string, last bool) group {
	g := group{word: word, last: last}
	for _, w := range []string{word, alike.Replace(word), Swap(word)} {
		key := Key(w)
		if bare(w) != w || slices.ContainsFunc(g.readings, func(r reading) bool { return r[0].text == key }) {
			continue
		}
		g.readings = append(g.readings, reading{{key, last && !allDigits(key) || last && len(key) > 2}})
		if len(w) >= minimumEnds {
			g.readings = append(g.readings, reading{{codeSign + key, true}}, reading{{endSign + backwards(key), true}})
		}
		if p := parts(w); len(p) > 1 {
			var joined reading
			for i, part := range p {
				joined = append(joined, leaf{Key(Stem(part)), last && i == len(p)-1 && !allDigits(part)})
			}
			g.readings = append(g.readings, joined)
		}
	}
	return g
}

// Empty reports whether nothing was typed that can be looked for.
func (q Query) Empty() bool { return len(q.groups) == 0 && q.bare == "" }

// Widen also takes the words for beginnings of others and for those that they may
// be slips of, and reports whether that adds any.
func (q *Query) Widen(v Vocabulary) bool {
	wider := false
	for i, g := range q.groups {
		if g.cost == same && len(g.forms) > 0 && !short(g.forms[0]+" ") {
			q.groups[i].readings = append(q.groups[i].readings, reading{{g.forms[0], true}})
			wider = true
		}
		for _, n := range v.near(g.forms, g.last) {
			known := func(r reading) bool { return len(r) == 1 && r[0].text == n.key }
			if !slices.ContainsFunc(g.readings, known) {
				q.groups[i].readings = append(q.groups[i].readings, reading{{n.key, false}})
				wider = true
			}
		}
	}
	return wider
}

// All returns the tsquery of items that have every word; or, as operators type
// them, whose code is all that was typed.
func (q Query) All(tag string) string {
	var and []string
	for _, g := range q.groups {
		and = append(and, g.tsquery(tag))
	}
	all := strings.Join(and, "&")
	if len(q.bare) < minimumEnds || !hasDigit(q.bare) {
		return all
	}
	code := quote(tag+codeSign+q.bare) + ":*"
	if all == "" {
		return code
	}
	return "(" + all + ")|" + code
}

// ButOne returns the tsqueries that leave one of the words out, the most doubtful
// first, and of those alike the last; none if there is one word only. Words that
// cost less than least stay.
func (q Query) ButOne(tag string, least int) []string {
	if len(q.groups) < 2 {
		return nil
	}
	var order []int
	for i, g := range q.groups {
		if g.cost >= least {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(q.groups[b].cost, q.groups[a].cost), cmp.Compare(b, a))
	})
	all := make([]string, len(order))
	for i, out := range order {
		less := Query{groups: slices.Delete(slices.Clone(q.groups), out, out+1)}
		all[i] = less.All(tag)
	}
	return all
}

// Code returns the tsquery of the item that has this very code, and of those
// whose code begins like it.
func (q Query) Code(tag string) (very, begun string) {
	very = quote(tag + codeSign + q.bare)
	if len(q.bare) < minimumEnds || !hasDigit(q.bare) {
		return very, very
	}
	return very, very + ":*"
}

func (g group) tsquery(tag string) string {
	or := make([]string, len(g.readings))
	for i, r := range g.readings {
		and := make([]string, len(r))
		for j, l := range r {
			and[j] = quote(tag + l.text)
			if l.prefix {
				and[j] += ":*"
			}
		}
		or[i] = strings.Join(and, "&")
		if len(r) > 1 {
			or[i] = "(" + or[i] + ")"
		}
	}
	if len(or) == 1 {
		return or[0]
	}
	return "(" + strings.Join(or, "|") + ")"
}
