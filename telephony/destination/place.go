package destination

import (
	_ "embed"
	"slices"
	"strings"

	"switchboard/telephony/e164"
)

//go:embed data/countries.csv
var countries string

//go:embed data/denied.csv
var denied string

// Place is where a number is.
type Place struct {
	Country e164.Country
	Zone    Zone
	En, Ru  string // the country's name
}

// Zone is what a minute to a place is taken to cost as much as.
type Zone string

// kind is why nobody dials a range.
type kind string

// table is both files, read once.
type table struct {
	places map[string]*Place // by prefix
	by     map[e164.Country]*Place
	denied map[string]kind
}

// longest is the length of the longest prefix in the files.
const longest = 7

var known = read(countries, denied)

// read reads the files. A line that it can't read would be the programmer's
// mistake, which the tests find.
func read(countries, denied string) table {
	t := table{map[string]*Place{}, map[e164.Country]*Place{}, map[string]kind{}}
	for _, f := range rows(countries, 5) {
		p := &Place{e164.Country(f[0]), Zone(f[2]), f[3], f[4]}
		t.by[p.Country] = p
		for prefix := range strings.FieldsSeq(f[1]) {
			t.places[prefix] = p
		}
	}
	for _, f := range rows(denied, 2) {
		t.denied[f[0]] = kind(f[1])
	}
	return t
}

func rows(file string, fields int) (out [][]string) {
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		if f := strings.Split(line, ","); len(f) == fields && line[0] != '#' {
			out = append(out, f)
		}
	}
	return out
}

// match returns what the longest known prefix of digits stands for.
func match[V any](of map[string]V, digits string) (v V, ok bool) {
	for n := min(longest, len(digits)); n > 0; n-- {
		if v, ok = of[digits[:n]]; ok {
			return v, true
		}
	}
	return v, false
}

// Of returns where a number is, or false for one that is in no country.
func Of(n e164.Number) (Place, bool) {
	p, ok := match(known.places, strings.TrimPrefix(string(n), "+"))
	if !ok {
		return Place{}, false
	}
	return *p, true
}

// Country returns the place of that code; a shop can allow those only.
func Country(c e164.Country) (Place, bool) {
	p, ok := known.by[c]
	if !ok {
		return Place{}, false
	}
	return *p, true
}

// Name is the country's name in ru or en.
func (p Place) Name(language string) string {
	if language == "ru" {
		return p.Ru
	}
	return p.En
}

// Places are all of them by the country's code.
func Places() []Place {
	all := make([]Place, 0, len(known.by))
	for _, p := range known.by {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Place) int { return strings.Compare(string(a.Country), string(b.Country)) })
	return all
}
