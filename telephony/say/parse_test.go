package say

import (
	"strconv"
	"strings"
	"testing"
)

// worth is what each word counts, put down apart from the tables under test:
// values below 1000 add up, a thousand multiplies what came before it.
var worth = words(map[string]int64{
	"ноль нуля": 0, "один одна одно одного одной одну": 1, "два две двух": 2, "три трёх": 3, "четыре четырёх": 4, "пять пяти": 5, "шесть шести": 6,
	"семь семи": 7, "восемь восьми": 8, "девять девяти": 9, "десять десяти": 10, "одиннадцать одиннадцати": 11, "двенадцать двенадцати": 12,
	"тринадцать тринадцати": 13, "четырнадцать четырнадцати": 14, "пятнадцать пятнадцати": 15, "шестнадцать шестнадцати": 16,
	"семнадцать семнадцати": 17, "восемнадцать восемнадцати": 18, "девятнадцать девятнадцати": 19, "двадцать двадцати": 20, "тридцать тридцати": 30,
	"сорок сорока": 40, "пятьдесят пятидесяти": 50, "шестьдесят шестидесяти": 60, "семьдесят семидесяти": 70, "восемьдесят восьмидесяти": 80,
	"девяносто девяноста": 90, "сто ста": 100, "двести двухсот": 200, "триста трёхсот": 300, "четыреста четырёхсот": 400, "пятьсот пятисот": 500,
	"шестьсот шестисот": 600, "семьсот семисот": 700, "восемьсот восьмисот": 800, "девятьсот девятисот": 900,
	"тысяча тысячи тысяч тысячу": 1000, "миллион миллиона миллионов": 1_000_000,
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
	"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "thousand": 1000, "million": 1_000_000,
})

func words(by map[string]int64) map[string]int64 {
	all := map[string]int64{}
	for forms, n := range by {
		for _, w := range strings.Fields(forms) {
			all[w] = n
		}
	}
	return all
}

// read is the number that a text says; -1 for a word that is none.
func read(text string) int64 {
	total, group := int64(0), int64(0)
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '-' }) {
		n, known := worth[w]
		switch {
		case w == "hundred":
			group *= 100
		case !known:
			return -1
		case n >= 1000:
			total, group = total+group*n, 0
		default:
			group += n
		}
	}
	return total + group
}

// most is how far every number is tried.
const most = 1_000_000

// TestEveryNumberIsReadBack says every number up to a million in every form and
// reads it back.
func TestEveryNumberIsReadBack(t *testing.T) {
	t.Parallel()
	for n := range int64(most + 1) {
		for _, f := range []Form{{Masculine, Nominative}, {Feminine, Genitive}, {Feminine, Accusative}} {
			if said := Russian.Number(n, f); read(said) != n {
				t.Fatalf("%d in %v is said %q, which is %d", n, f, said, read(said))
			}
		}
		if said := English.Number(n, Form{}); read(said) != n {
			t.Fatalf("%d is said %q, which is %d", n, said, read(said))
		}
	}
}

// ending is the rule of school, on the figures as they are written: 1 but not
// 11, 2 to 4 but not 12 to 14.
func ending(n int64) string {
	s := "0" + strconv.FormatInt(n, 10)
	tens, ones := s[len(s)-2], s[len(s)-1]
	switch {
	case tens == '1':
		return "минут"
	case ones == '1':
		return "минута"
	case strings.IndexByte("234", ones) >= 0:
		return "минуты"
	}
	return "минут"
}

// TestEveryCountAgrees: noun and numeral agree with each other, in every
// case, for every number up to a million.
func TestEveryCountAgrees(t *testing.T) {
	t.Parallel()
	last := map[string]string{"минута": "одна", "минуты": "две три четыре"}
	for n := range int64(most + 1) {
		said := strings.Fields(Russian.Count(n, minute, Nominative))
		noun, numeral := said[len(said)-1], said[len(said)-2]
		if noun != ending(n) {
			t.Fatalf("%d is counted %q, want %s", n, said, ending(n))
		}
		if want := last[noun]; want != "" && !strings.Contains(want, numeral) {
			t.Fatalf("%d is counted %q: %s does not go with %s", n, said, numeral, noun)
		}
		said = strings.Fields(Russian.Count(n, minute, Genitive))
		noun, numeral = said[len(said)-1], said[len(said)-2]
		if (numeral == "одной") != (noun == "минуты") || (numeral != "одной") != (noun == "минут") {
			t.Fatalf("%d in the genitive is counted %q", n, said)
		}
	}
}

// TestEveryOrdinal: the ordinal is the cardinal up to its last word, and no two
// numbers have the same.
func TestEveryOrdinal(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int64, 20_000)
	for n := range int64(20_000) {
		said := Russian.Ordinal(n, Form{})
		if was, twice := seen[said]; twice {
			t.Fatalf("%d and %d are both %q", was, n, said)
		}
		seen[said] = n
		if end := said[len(said)-4:]; end != "ый" && end != "ой" && end != "ий" {
			t.Fatalf("%d is the %q", n, said)
		}
		before := strings.Replace(said[:strings.LastIndexByte(said, ' ')+1], "тысяча", "одна тысяча", 1)
		if rest := n - read(before); rest < 0 || n > 0 && before != "" && rest == 0 || rest >= 1000 && n%1000 != 0 {
			t.Fatalf("%d is the %q: %q leaves %d", n, said, before, rest)
		}
	}
}
