package term

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is what is written about an item.
type Text struct {
	Name, Vendor, Model, Category string
	Codes                         []string // its SKU, then its barcodes
	Params                        []Pair
	About                         string // description and the like: searched, but worth least
	Available                     bool
}

// Pair is one property.
type Pair struct{ Name, Value string }

// Lexemes of codes and facets begin with a sign, so that no word finds them.
const (
	codeSign    = "=" // a code without its dashes
	endSign     = "~" // the same backwards: its end is typed first
	facetSign   = "@" // a facet: category, property, in stock
	maxLexeme   = 60  // longer is no word that anybody types
	maxLexemes  = 700 // of one item: a row stays readable at once
	minimumEnds = 3   // so many signs of a code are worth a look
)

// Tag begins each lexeme of a shop. Shops share one index, and words that begin
// alike lie side by side in it: the tag keeps those of a shop together. Two shops
// with one tag only make each other's searches slower: the row policy stays.
func Tag(shop [16]byte) string { return fmt.Sprintf("%02x%02x", shop[14], shop[15]) }

// Writer writes the terms of a shop's items, one after the other.
type Writer struct {
	tag  string
	keys map[string]string // of words that were met: most are met again
}

// maxRemembered bounds a Writer's memory; past it words are worked out anew.
const maxRemembered = 50_000

// NewWriter returns a Writer of the shop with that tag.
func NewWriter(tag string) *Writer { return &Writer{tag, map[string]string{}} }

func (w *Writer) stem(word string) string {
	key, known := w.keys[word]
	if !known {
		key = Key(Stem(word))
		if len(w.keys) < maxRemembered {
			w.keys[strings.Clone(word)] = key
		}
	}
	return key
}

// vector collects the lexemes of an item.
type vector struct {
	*Writer
	seen map[string]struct{}
	list []lexeme
	pos  int
}

type lexeme struct {
	text   string
	weight byte // 0: it does not rank
	pos    int  // 0: none
}

func (v *vector) add(text string, weight byte, pos int) {
	if text == "" || len(text) > maxLexeme || len(v.list) >= maxLexemes {
		return
	}
	if _, known := v.seen[text]; known {
		return
	}
	v.seen[text] = struct{}{}
	v.list = append(v.list, lexeme{text, weight, pos})
}

// words adds a text, and the parts of words that join letters and digits.
func (v *vector) words(text string, weight byte) {
	for _, w := range Words(text) {
		v.pos++
		v.add(v.stem(w), weight, v.pos)
		if !cyrillic(w) { // a name that only looks like a plural, written with other letters
			v.add(Key(w), weight, v.pos)
		}
		if !hasDigit(w) || allDigits(w) {
			continue
		}
		for _, part := range parts(w) {
			v.add(v.stem(part), weight, v.pos)
		}
	}
}

func (v *vector) code(text string) {
	words := Words(text)
	for i := range words { // as of each dash, too
		v.add(codeSign+Key(strings.Join(words[i:], "")), 'A', 0)
	}
	if len(words) > 0 {
		v.add(endSign+backwards(Key(bare(text))), 'A', 0)
	}
}

// bare is a code without anything between its letters and digits.
func bare(text string) string { return strings.Join(Words(text), "") }

func backwards(text string) string {
	r := []rune(text)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// Vectors returns what an item is found by, as two tsvectors: head has its name,
// kind and codes, with the weights and places by which it is ranked; rest has all else.
func (w *Writer) Vectors(t Text) (head, rest string) {
	v := &vector{Writer: w, seen: map[string]struct{}{}}
	what, which, _ := strings.Cut(t.Name, " ") // the first word tells what a thing is
	v.words(what, 'A')
	v.words(which, 'B')
	v.words(t.Vendor, 'B')
	v.words(t.Model, 'B')
	for _, c := range t.Codes {
		v.code(c)
	}
	v.words(t.Category, 'C')
	heads := len(v.list)
	v.add(Facet(Category, t.Category), 0, 0)
	if t.Available {
		v.add(Facet(InStock, ""), 0, 0)
	}
	for _, p := range t.Params {
		v.words(p.Value, 0)
		v.add(Facet(p.Name, p.Value), 0, 0)
	}
	v.words(t.About, 0)
	return v.text(v.list[:heads]), v.text(v.list[heads:])
}

func (v *vector) text(list []lexeme) string {
	var b strings.Builder
	for _, l := range list {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote(v.tag + l.text))
		if l.pos > 0 && l.weight != 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(min(l.pos, 16000))) // PostgreSQL keeps no position past 16,383
			b.WriteByte(l.weight)
		}
	}
	return b.String()
}

// quote writes a lexeme as a tsvector and a tsquery have it.
func quote(text string) string {
	if strings.ContainsAny(text, "\x00'\\") {
		text = escape.Replace(text)
	}
	return "'" + strings.ToValidUTF8(text, "") + "'"
}

var escape = strings.NewReplacer("\x00", "", `'`, `''`, `\`, `\\`)

// Names of facets that are no property of a feed.
const (
	Category = "\x01category"
	InStock  = "\x01stock"
)

// Facet is the lexeme of one value of one property; case does not matter.
func Facet(name, value string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(fold(name) + "\x00" + fold(value)))
	return facetSign + strconv.FormatUint(h.Sum64(), 36)
}

// Among is the tsquery of the items of a shop with one value of one property.
func Among(tag, name, value string) string { return quote(tag + Facet(name, value)) }

func fold(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// short reports whether a word is too short to be taken for another.
func short(key string) bool { return utf8.RuneCountInString(key) < 4 }
