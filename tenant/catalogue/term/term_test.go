package term

import (
	"slices"
	"strings"
	"testing"
)

func TestOneKeyHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, alike := range [][]string{
		{"Nokian", "нокиан"},
		{"шипованная", "шипованной", "шипованные"},
		{"шина", "шин", "шины", "шинами"},
		{"Michelin", "michelin"},
		{"полотенце", "полотенца", "полотенцами"},
		{"bosch", "бош"},
		{"лён", "лен"},
	} {
		for _, word := range alike {
			first, keys := Key(Stem(Words(alike[0])[0])), forms(Words(word)[0])
			if !slices.Contains(keys, first) {
				t.Errorf("%s is %s, %s is %s", word, keys, alike[0], first)
			}
		}
	}
	for _, other := range [][2]string{{"цвет", "свет"}, {"шина", "шуба"}, {"диск", "доска"}} {
		if Key(Stem(other[0])) == Key(Stem(other[1])) {
			t.Errorf("%s and %s are one", other[0], other[1])
		}
	}
}

func TestTheOtherLayout(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ghbdtn": "привет", "[jkjlbkmybr": "холодильник", "тщлшфт": "nokian", "'KTRNHJ": "электро", "205/55": "205/55",
	} {
		if got := Swap(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestHowFarWordsAre(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		key, word    string
		whole, begun int
	}{
		{"nokian", "nokian", 0, 0}, {"nokean", "nokian", 1, 1}, {"nokain", "nokian", 1, 1}, {"okian", "nokian", 1, 1},
		{"nok", "nokian", 3, 0}, {"", "abc", 3, 0}, {"abc", "", 3, 3}, {"nokian", "pirelli", 4, 4},
	} {
		r := &ruler{key: tc.key}
		if whole, begun := r.far(tc.word, 3); whole != tc.whole || begun != tc.begun {
			t.Errorf("%s to %s: %d, %d, want %d, %d", tc.key, tc.word, whole, begun, tc.whole, tc.begun)
		}
	}
}

// FuzzRead: whatever is typed gives tsqueries whose lexemes are quoted.
func FuzzRead(f *testing.F) {
	for _, typed := range []string{"шина 205/55r16", "';&|!()", "ghbdtn", "=~@", strings.Repeat("a", 300), "1\x00'\\2", "\xff\xfe 12"} {
		f.Add(typed)
	}
	v := NewVocabulary("win\nzimn\nnokian")
	f.Fuzz(func(t *testing.T, typed string) {
		q := Read(typed, v)
		q.Widen(v)
		very, _ := q.Code("beef")
		for _, query := range append(q.ButOne("beef", 0), q.All("beef"), very) {
			if strings.ContainsRune(query, 0) {
				t.Errorf("%q gives %q", typed, query)
			}
			bare := query
			for _, escaped := range []string{`\\`, `''`} {
				bare = strings.ReplaceAll(bare, escaped, "")
			}
			if strings.Count(bare, "'")%2 != 0 {
				t.Errorf("%q leaves a quote open: %q", typed, query)
			}
		}
	})
}
