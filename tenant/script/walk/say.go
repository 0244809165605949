package walk

import (
	"math"
	"strconv"
	"strings"
	"time"

	"switchboard/billing/money"
	"switchboard/tenant/script/graph"
)

// unknown stands in a sentence for a value that is not known.
const unknown = "…"

// sentence renders a text in the walk's language.
func (s scene) sentence(t graph.Text) string {
	text, _ := s.spoken(t)
	return text
}

// query renders what is searched for: what is not known is left out.
func (s scene) query(t graph.Text) string {
	text := t.In(s.w.Language)
	pieces, err := graph.Template(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(s.piece(p, ""))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// piece renders words, or the value of a variable.
func (s scene) piece(p graph.Piece, unknown string) string {
	switch {
	case p.Words != "":
		return p.Words
	case p.Times != "":
		return s.say(times(s.value(p.Name), s.value(p.Times)), unknown)
	default:
		return s.say(s.value(p.Name), unknown)
	}
}

// times multiplies a number or money by a number. A product that 64 bits
// cannot hold is unknown.
func times(x, by value) value {
	if x.kind != graph.Number && x.kind != graph.Money || by.kind != graph.Number {
		return value{}
	}
	product := x.number * by.number
	if by.number != 0 && (product/by.number != x.number || by.number == -1 && x.number == math.MinInt64) {
		return value{}
	}
	if x.kind == graph.Money {
		return amount(product, x.currency)
	}
	return number(product)
}

// say writes a value as it is spoken.
func (s scene) say(x value, unknown string) string {
	russian := s.w.Language == graph.RU
	switch x.kind {
	case graph.Unknown:
		return unknown
	case graph.Money:
		return price(x, s.w.Language)
	case graph.Number:
		return strconv.FormatInt(x.number, 10)
	case graph.Day:
		return day(x.text, russian)
	case graph.Sequence:
		return weekday(x.text, russian)
	case graph.Flag:
		if russian {
			return map[string]string{"yes": "да", "no": "нет"}[x.text]
		}
	}
	if x.label != "" {
		return x.label
	}
	return x.text
}

// price leaves out kopecks that are none: nobody says them.
func price(x value, l graph.Language) string {
	text := money.Amount{Minor: x.number, Currency: money.Currency(x.currency)}.Format(string(l))
	return strings.NewReplacer(",00\u202f", "\u202f", ".00\u202f", "\u202f").Replace(text)
}

var (
	months = [2][12]string{
		{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	}
	weekdays = [2][7]string{
		{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
		{"понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"},
	}
)

func index(russian bool) int {
	if russian {
		return 1
	}
	return 0
}

// day writes 2026-11-25 as "25 ноября".
func day(iso string, russian bool) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return strconv.Itoa(t.Day()) + " " + months[index(russian)][t.Month()-1]
}

func weekday(short string, russian bool) string {
	for i, w := range graph.Weekdays {
		if w == short {
			return weekdays[index(russian)][i]
		}
	}
	return short
}
