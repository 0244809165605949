package say

import "switchboard/billing/money"

// unitsOf is what a currency and its hundredth are called.
type unitsOf struct{ major, minor Noun }

var (
	kopeck = Noun{One: "копейка", Few: "копейки", Many: "копеек", Object: "копейку", Gender: Feminine, Single: "kopeck", Plural: "kopecks"}
	cent   = Noun{One: "цент", Few: "цента", Many: "центов", Single: "cent", Plural: "cents"}
)

// still is a noun that Russian does not decline, and English does not either.
func still(ru, en string, g Gender) Noun {
	return Noun{One: ru, Few: ru, Many: ru, Gender: g, Single: en, Plural: en}
}

var currencies = map[money.Currency]unitsOf{
	"RUB": {Noun{One: "рубль", Few: "рубля", Many: "рублей", Single: "ruble", Plural: "rubles"}, kopeck},
	"BYN": {
		Noun{One: "белорусский рубль", Few: "белорусских рубля", Many: "белорусских рублей", Single: "Belarusian ruble", Plural: "Belarusian rubles"},
		kopeck,
	},
	"UAH": {Noun{One: "гривна", Few: "гривны", Many: "гривен", Object: "гривну", Gender: Feminine, Single: "hryvnia", Plural: "hryvnias"}, kopeck},
	"USD": {Noun{One: "доллар", Few: "доллара", Many: "долларов", Single: "dollar", Plural: "dollars"}, cent},
	"EUR": {Noun{One: "евро", Few: "евро", Many: "евро", Single: "euro", Plural: "euros"}, cent},
	"GBP": {
		Noun{One: "фунт", Few: "фунта", Many: "фунтов", Single: "pound", Plural: "pounds"},
		Noun{One: "пенс", Few: "пенса", Many: "пенсов", Single: "penny", Plural: "pence"},
	},
	"KZT": {still("тенге", "tenge", Neuter), Noun{One: "тиын", Few: "тиына", Many: "тиынов", Single: "tiyn", Plural: "tiyn"}},
	"KGS": {Noun{One: "сом", Few: "сома", Many: "сомов", Single: "som", Plural: "soms"}, Noun{One: "тыйын", Few: "тыйына", Many: "тыйынов", Single: "tyiyn", Plural: "tyiyn"}},
	"UZS": {Noun{One: "сум", Few: "сума", Many: "сумов", Single: "sum", Plural: "sums"}, Noun{One: "тийин", Few: "тийина", Many: "тийинов", Single: "tiyin", Plural: "tiyin"}},
	"AMD": {Noun{One: "драм", Few: "драма", Many: "драмов", Single: "dram", Plural: "drams"}, Noun{One: "лума", Few: "лумы", Many: "лум", Object: "луму", Gender: Feminine, Single: "luma", Plural: "luma"}},
	"GEL": {still("лари", "lari", Masculine), still("тетри", "tetri", Masculine)},
	"CNY": {Noun{One: "юань", Few: "юаня", Many: "юаней", Single: "yuan", Plural: "yuan"}, Noun{One: "фэнь", Few: "фэня", Many: "фэней", Single: "fen", Plural: "fen"}},
	"TRY": {Noun{One: "лира", Few: "лиры", Many: "лир", Object: "лиру", Gender: Feminine, Single: "lira", Plural: "lira"}, Noun{One: "куруш", Few: "куруша", Many: "курушей", Single: "kurush", Plural: "kurush"}},
	"AED": {Noun{One: "дирхам", Few: "дирхама", Many: "дирхамов", Single: "dirham", Plural: "dirhams"}, Noun{One: "филс", Few: "филса", Many: "филсов", Single: "fils", Plural: "fils"}},
	"JPY": {major: Noun{One: "иена", Few: "иены", Many: "иен", Object: "иену", Gender: Feminine, Single: "yen", Plural: "yen"}},
}

// Money returns a sum: "сто один рубль двадцать две копейки". A part that is 0
// is left out beside one that is not. A currency without a name here is
// followed by the letters of its code, its minor units by their bare number.
func (l Language) Money(a money.Amount, c Case) string {
	size, minus := magnitude(a.Minor)
	per := uint64(money.PowerOfTen(a.Currency.Exponent()))
	major, minor := int64(size/per), int64(size%per)
	sign := ""
	if minus {
		sign = map[bool]string{true: "минус", false: "minus"}[l == Russian]
	}
	names, known := currencies[a.Currency]
	if !known {
		return sentence(sign, l.Number(major, Form{Case: c}), l.letters(string(a.Currency)), l.rest(minor))
	}
	switch {
	case minor == 0:
		return sentence(sign, l.Count(major, names.major, c))
	case major == 0:
		return sentence(sign, l.Count(minor, names.minor, c))
	}
	return sentence(sign, l.Count(major, names.major, c), l.Count(minor, names.minor, c))
}

func (l Language) rest(minor int64) string {
	if minor == 0 {
		return ""
	}
	return l.Number(minor, Form{})
}
