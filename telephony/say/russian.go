package say

import "strings"

// scale is a power of a thousand with its name.
type scale struct {
	size uint64
	noun Noun
	stem string // of its ordinal
}

// scales reach as far as 64 bits do; the first is the largest.
var scales = []scale{
	{1e18, Noun{One: "квинтиллион", Few: "квинтиллиона", Many: "квинтиллионов"}, "квинтиллионн"},
	{1e15, Noun{One: "квадриллион", Few: "квадриллиона", Many: "квадриллионов"}, "квадриллионн"},
	{1e12, Noun{One: "триллион", Few: "триллиона", Many: "триллионов"}, "триллионн"},
	{1e9, Noun{One: "миллиард", Few: "миллиарда", Many: "миллиардов"}, "миллиардн"},
	{1e6, Noun{One: "миллион", Few: "миллиона", Many: "миллионов"}, "миллионн"},
	{1e3, Noun{One: "тысяча", Few: "тысячи", Many: "тысяч", Object: "тысячу", Gender: Feminine}, "тысячн"},
}

// The words of numbers, as they count and in the genitive.
var (
	small = [2][]string{
		{
			"ноль", "", "", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать", "тринадцать",
			"четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать",
		},
		{
			"нуля", "", "двух", "трёх", "четырёх", "пяти", "шести", "семи", "восьми", "девяти", "десяти", "одиннадцати", "двенадцати", "тринадцати",
			"четырнадцати", "пятнадцати", "шестнадцати", "семнадцати", "восемнадцати", "девятнадцати",
		},
	}
	tens = [2][]string{
		{"", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"},
		{"", "", "двадцати", "тридцати", "сорока", "пятидесяти", "шестидесяти", "семидесяти", "восьмидесяти", "девяноста"},
	}
	hundreds = [2][]string{
		{"", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"},
		{"", "ста", "двухсот", "трёхсот", "четырёхсот", "пятисот", "шестисот", "семисот", "восьмисот", "девятисот"},
	}
	one = map[Case][3]string{
		Nominative: {"один", "одна", "одно"},
		Genitive:   {"одного", "одной", "одного"},
		Accusative: {"один", "одну", "одно"},
	}
	two = [3]string{"два", "две", "два"}
)

func russian(n uint64, f Form) string {
	if n == 0 {
		return unit(0, f)
	}
	var words []string
	for _, s := range scales {
		if group := n / s.size % 1000; group > 0 {
			words = append(words, triad(group, Form{s.noun.Gender, f.Case})...)
			words = append(words, s.noun.inRussian(group, f.Case))
		}
	}
	return strings.Join(append(words, triad(n%1000, f)...), " ")
}

// triad returns the words of a number from 1 to 999; of 0 none.
func triad(n uint64, f Form) []string {
	var words []string
	if n >= 100 {
		words = append(words, hundreds[f.column()][n/100])
	}
	n %= 100
	if n >= 20 {
		words = append(words, tens[f.column()][n/10])
		n %= 10
	}
	if n > 0 {
		words = append(words, unit(n, f))
	}
	return words
}

// unit returns the word of a number below 20.
func unit(n uint64, f Form) string {
	switch {
	case n == 1:
		return one[f.Case][f.Gender]
	case n == 2 && f.Case != Genitive:
		return two[f.Gender]
	}
	return small[f.column()][n]
}

// column picks a table: things take the nominative for the accusative.
func (f Form) column() int {
	if f.Case == Genitive {
		return 1
	}
	return 0
}

// The stems of ordinals below 1000, to which adjective puts the ending.
var (
	firsts = []string{
		"нулев", "перв", "втор", "трет", "четвёрт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат", "тринадцат",
		"четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат",
	}
	tenths = []string{
		"", "", "двадцат", "тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност",
	}
)

// stressed are the stems whose ending bears the stress: второй, not вторый.
var stressed = map[string]bool{"нулев": true, "втор": true, "шест": true, "седьм": true, "восьм": true, "сороков": true}

func russianOrdinal(n uint64, f Form) string {
	before, stem := split(n)
	words := ""
	if before > 0 {
		words = russian(before, Form{})
		if rest, is := strings.CutPrefix(words, "одна тысяча"); is { // тысяча девятьсот девяносто девятый: so one says years
			words = "тысяча" + rest
		}
	}
	return sentence(words, adjective(stem, f))
}

// split takes the last word off a number: what stays a cardinal, and the stem
// of the ordinal.
func split(n uint64) (before uint64, stem string) {
	switch {
	case n < 20:
		return 0, firsts[n]
	case n%100 > 0 && n%100 < 20:
		return n - n%100, firsts[n%100]
	case n%10 > 0:
		return n - n%10, firsts[n%10]
	case n%100 > 0:
		return n - n%100, tenths[n%100/10]
	case n%1000 > 0:
		return n - n%1000, hundredth(n % 1000 / 100)
	}
	return thousandth(n)
}

func hundredth(n uint64) string {
	if n == 1 {
		return "сот"
	}
	return hundreds[1][n]
}

// thousandth is of round numbers: двухтысячный, двадцатиоднотысячный.
func thousandth(n uint64) (before uint64, stem string) {
	s := scales[len(scales)-1]
	for i := len(scales) - 1; i > 0 && n%(s.size*1000) == 0; i-- {
		s = scales[i-1]
	}
	group := n / s.size % 1000
	before = n - group*s.size
	if group == 1 {
		return before, s.stem
	}
	var joined strings.Builder
	for _, w := range triad(group, Form{Neuter, Genitive}) {
		joined.WriteString(compound(w))
	}
	return before, joined.String() + s.stem
}

// compound is how a number's genitive joins a longer word.
func compound(genitive string) string {
	switch genitive {
	case "одного":
		return "одно"
	case "ста":
		return "сто"
	case "девяноста":
		return "девяносто"
	}
	return genitive
}

// endings by case and gender: after hard stems, and after that of третий.
var (
	hard = map[Case][3]string{
		Nominative: {"ый", "ая", "ое"}, Genitive: {"ого", "ой", "ого"}, Accusative: {"ый", "ую", "ое"},
	}
	soft = map[Case][3]string{
		Nominative: {"ий", "ья", "ье"}, Genitive: {"ьего", "ьей", "ьего"}, Accusative: {"ий", "ью", "ье"},
	}
)

func adjective(stem string, f Form) string {
	if stem == "трет" {
		return stem + soft[f.Case][f.Gender]
	}
	end := hard[f.Case][f.Gender]
	if end == "ый" && stressed[stem] {
		end = "ой"
	}
	return stem + end
}
