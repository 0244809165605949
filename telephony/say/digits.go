package say

import (
	"slices"
	"strings"
	"unicode"

	"switchboard/telephony/e164"
)

// Phone returns a telephone number in its usual groups: "плюс семь, четыреста
// девяносто пять, ноль ноль ноль, ноль один, ноль один". English reads digit by
// digit. What is no whole number, as 112, is read as its digits are.
func (l Language) Phone(n e164.Number) string {
	if !n.Valid() {
		return l.run(strings.Map(onlyDigits, string(n)))
	}
	groups := strings.FieldsFunc(n.International(), func(r rune) bool { return onlyDigits(r) < 0 })
	said := make([]string, 0, len(groups))
	for _, g := range groups {
		said = append(said, l.group(g))
	}
	plus := map[bool]string{true: "плюс ", false: "plus "}[l == Russian]
	return plus + strings.Join(said, ", ")
}

// onlyDigits maps what is no digit away.
func onlyDigits(r rune) rune {
	if kindOf(r) == digit {
		return r
	}
	return -1
}

// group returns a few digits as they are read aloud: no zero is lost.
func (l Language) group(digits string) string {
	if l != Russian {
		return l.each(digits)
	}
	if len(digits) > 3 {
		return l.run(digits)
	}
	zeros := len(digits) - len(strings.TrimLeft(digits, "0"))
	if zeros == len(digits) {
		return l.each(digits)
	}
	return sentence(l.each(digits[:zeros]), l.Number(value(digits[zeros:]), Form{}))
}

// run reads many digits in pairs; the first group has three where their number
// is odd.
func (l Language) run(digits string) string {
	if l != Russian {
		return l.each(digits)
	}
	var groups []string
	for len(digits) > 3 {
		groups = append(groups, l.group(digits[len(digits)-2:]))
		digits = digits[:len(digits)-2]
	}
	groups = append(groups, l.group(digits))
	slices.Reverse(groups)
	return strings.Join(groups, ", ")
}

// each reads digit by digit.
func (l Language) each(digits string) string {
	words := make([]string, 0, len(digits))
	for _, d := range digits {
		words = append(words, l.Number(int64(d-'0'), Form{}))
	}
	return strings.Join(words, " ")
}

// value is that of at most 18 digits.
func value(digits string) (n int64) {
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return n
}

// OrderNumber returns the number of an order, letters and all: "а, сто четыре,
// пятьдесят семь" for A-10457. What is neither letter nor digit is a pause.
func (l Language) OrderNumber(number string) string {
	var said []string
	for _, p := range pieces(number) {
		switch kindOf(p.first()) {
		case digit:
			said = append(said, l.run(string(p)))
		case letter:
			said = append(said, l.letters(string(p)))
		}
	}
	return strings.Join(said, ", ")
}

// kind is what a character is to us.
type kind uint8

const (
	other kind = iota
	digit
	letter
)

func kindOf(r rune) kind {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case unicode.IsLetter(r):
		return letter
	}
	return other
}

// piece is characters of one kind.
type piece string

func (p piece) first() rune {
	for _, r := range p {
		return r
	}
	return 0
}

// pieces cuts a text where the kind of its characters changes.
func pieces(text string) []piece {
	var all []piece
	begin, last := 0, other
	for i, r := range text {
		if k := kindOf(r); i == 0 || k != last {
			if i > begin {
				all = append(all, piece(text[begin:i]))
			}
			begin, last = i, k
		}
	}
	if begin < len(text) {
		all = append(all, piece(text[begin:]))
	}
	return all
}

// names of letters as Russian says them, Latin ones in the way of formulas.
var names = map[rune]string{
	'а': "а", 'б': "бэ", 'в': "вэ", 'г': "гэ", 'д': "дэ", 'е': "е", 'ё': "ё", 'ж': "жэ", 'з': "зэ", 'и': "и", 'й': "и краткое", 'к': "ка",
	'л': "эль", 'м': "эм", 'н': "эн", 'о': "о", 'п': "пэ", 'р': "эр", 'с': "эс", 'т': "тэ", 'у': "у", 'ф': "эф", 'х': "ха", 'ц': "цэ",
	'ч': "чэ", 'ш': "ша", 'щ': "ща", 'ъ': "твёрдый знак", 'ы': "ы", 'ь': "мягкий знак", 'э': "э", 'ю': "ю", 'я': "я",
	'a': "а", 'b': "бэ", 'c': "цэ", 'd': "дэ", 'e': "е", 'f': "эф", 'g': "гэ", 'h': "аш", 'i': "и", 'j': "йот", 'k': "ка", 'l': "эль",
	'm': "эм", 'n': "эн", 'o': "о", 'p': "пэ", 'q': "ку", 'r': "эр", 's': "эс", 't': "тэ", 'u': "у", 'v': "вэ", 'w': "дубль вэ", 'x': "икс",
	'y': "игрек", 'z': "зет",
}

// latin is how English names a Russian letter: by what it sounds like.
var latin = map[rune]string{
	'а': "A", 'б': "B", 'в': "V", 'г': "G", 'д': "D", 'е': "E", 'ё': "YO", 'ж': "ZH", 'з': "Z", 'и': "I", 'й': "Y", 'к': "K", 'л': "L",
	'м': "M", 'н': "N", 'о': "O", 'п': "P", 'р': "R", 'с': "S", 'т': "T", 'у': "U", 'ф': "F", 'х': "KH", 'ц': "TS", 'ч': "CH", 'ш': "SH",
	'щ': "SHCH", 'ъ': "hard sign", 'ы': "Y", 'ь': "soft sign", 'э': "E", 'ю': "YU", 'я': "YA",
}

// letters spells a word. A letter of a third alphabet stays itself.
func (l Language) letters(word string) string {
	var said []string
	for _, r := range word {
		name, ok := names[unicode.ToLower(r)]
		if l != Russian {
			name, ok = latin[unicode.ToLower(r)]
		}
		if !ok {
			name = string(unicode.ToUpper(r))
		}
		said = append(said, name)
	}
	return strings.Join(said, " ")
}
