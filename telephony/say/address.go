package say

import (
	"strings"
	"unicode"
)

// shortRussian are the usual short forms of an address (FNS order
// ED-7-6/1160@, and habit).
var shortRussian = map[string]string{
	"г": "город", "гор": "город", "обл": "область", "р-н": "район", "респ": "республика", "пос": "посёлок", "п": "посёлок", "пгт": "посёлок",
	"дер": "деревня", "д": "деревня", "с": "село", "ст-ца": "станица", "мкр": "микрорайон", "мкрн": "микрорайон", "мкр-н": "микрорайон", "кв-л": "квартал",
	"ул": "улица", "пер": "переулок", "пр-т": "проспект", "пр-кт": "проспект", "просп": "проспект", "пр-д": "проезд", "пл": "площадь",
	"наб": "набережная", "ш": "шоссе", "б-р": "бульвар", "бул": "бульвар", "туп": "тупик", "ал": "аллея", "лин": "линия", "тер": "территория",
	"корп": "корпус", "к": "корпус", "стр": "строение", "вл": "владение", "лит": "литера", "кв": "квартира", "оф": "офис", "пом": "помещение",
	"ком": "комната", "под": "подъезд", "подъезд": "подъезд", "эт": "этаж", "дом": "дом", "им": "имени",
}

var shortEnglish = map[string]string{
	"ave": "Avenue", "av": "Avenue", "rd": "Road", "blvd": "Boulevard", "ln": "Lane", "sq": "Square", "ct": "Court", "pl": "Place",
	"hwy": "Highway", "pkwy": "Parkway", "apt": "apartment", "fl": "floor", "ste": "suite", "bldg": "building", "n": "North", "s": "South",
	"e": "East", "w": "West", "no": "number", "str": "Street",
}

// Address returns a street address with its short forms and numbers in words:
// "город Москва, улица Ленина, дом двенадцать дробь три". Names stay as they
// are written.
func (l Language) Address(address string) string {
	var parts []string
	for _, part := range strings.FieldsFunc(address, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		words := strings.Fields(spread(part))
		for i := range words {
			words[i] = l.word(words, i)
		}
		if said := sentence(words...); said != "" {
			parts = append(parts, said)
		}
	}
	return strings.Join(parts, ", ")
}

// spread puts a blank behind the point of a short form: д.12 is two words.
func spread(part string) string {
	var b strings.Builder
	for i, r := range part {
		b.WriteRune(r)
		if r == '.' && i+1 < len(part) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// word reads the i-th word of a part; those before it are already read.
func (l Language) word(words []string, i int) string {
	bare := strings.TrimRight(words[i], ".")
	next := ""
	if i+1 < len(words) {
		next = words[i+1]
	}
	switch {
	case kindOf(piece(bare).first()) == digit:
		return l.numbered(bare, next)
	case l != Russian:
		return englishShort(bare, words[i], next)
	}
	return russianShort(bare, words[i], next)
}

func russianShort(bare, whole, next string) string {
	low := strings.ToLower(bare)
	if low == "д" && kindOf(piece(next).first()) == digit {
		return "дом"
	}
	full, known := shortRussian[low]
	// A word of one letter is a short form only with its point, or before a number.
	if !known || len([]rune(low)) == 1 && bare == whole && kindOf(piece(next).first()) != digit {
		return bare
	}
	return full
}

func englishShort(bare, whole, next string) string {
	low := strings.ToLower(bare)
	if low == "st" {
		if next == "" || kindOf(piece(next).first()) == digit {
			return "Street"
		}
		return "Saint"
	}
	full, known := shortEnglish[low]
	if !known || bare == whole && len(low) == 1 && unicode.IsLower(piece(bare).first()) {
		return bare
	}
	return full
}

// genders of the endings that Russian writes behind a figure.
var suffixes = map[string]Form{
	"й": {Masculine, Nominative}, "ый": {Masculine, Nominative}, "ой": {Masculine, Nominative}, "ий": {Masculine, Nominative},
	"я": {Feminine, Nominative}, "ая": {Feminine, Nominative}, "е": {Neuter, Nominative}, "ое": {Neuter, Nominative},
	"го": {Masculine, Genitive}, "ого": {Masculine, Genitive}, "ю": {Feminine, Accusative},
}

// numbered reads a word that begins with a digit: 12, 12А, 12/3, 1-я, 5th.
func (l Language) numbered(word, next string) string {
	ps := pieces(word)
	number := value(trimmed(string(ps[0])))
	if f, is := l.ordinalForm(ps, next); is {
		return l.Ordinal(number, f)
	}
	var said []string
	for _, p := range ps {
		switch kindOf(p.first()) {
		case digit:
			said = append(said, l.house(string(p)))
		case letter:
			said = append(said, l.letters(string(p)))
		default:
			said = append(said, l.mark(string(p)))
		}
	}
	return sentence(said...)
}

// trimmed keeps what value can hold.
func trimmed(digits string) string { return digits[:min(len(digits), 18)] }

func (l Language) ordinalForm(ps []piece, next string) (Form, bool) {
	if l != Russian {
		end := strings.ToLower(string(ps[len(ps)-1]))
		return Form{}, len(ps) == 2 && (end == "st" || end == "nd" || end == "rd" || end == "th")
	}
	if len(ps) == 3 && ps[1] == "-" {
		f, is := suffixes[strings.ToLower(string(ps[2]))]
		return f, is
	}
	// Улица 8 Марта, улица 1905 года.
	low := strings.ToLower(next)
	for _, m := range months[1:] {
		if len(ps) == 1 && low == m {
			return Form{Neuter, Genitive}, true
		}
	}
	return Form{Masculine, Genitive}, len(ps) == 1 && low == "года"
}

// house reads the digits of an address. Six in Russian, five in English, are
// a postcode's.
func (l Language) house(digits string) string {
	switch {
	case l == Russian && len(digits) == 6:
		return l.group(digits[:3]) + ", " + l.group(digits[3:])
	case l == Russian && (len(digits) > 6 || digits[0] == '0'):
		return l.run(digits)
	case l == Russian:
		return l.Number(value(digits), Form{})
	case len(digits) > 4 || digits[0] == '0':
		return l.each(digits)
	case len(digits) < 3:
		return english(uint64(value(digits)))
	}
	n := uint64(value(digits))
	switch {
	case n%1000 == 0 || n%100 == 0 && n < 1000:
		return english(n)
	case n%100 == 0:
		return english(n/100) + " hundred"
	}
	return english(n/100) + " " + englishPair(n%100)
}

// mark reads what stands between two numbers of an address.
func (l Language) mark(m string) string {
	switch {
	case strings.Contains(m, "/") && l == Russian:
		return "дробь"
	case strings.Contains(m, "/"):
		return "slash"
	}
	return ""
}
