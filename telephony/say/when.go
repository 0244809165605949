package say

import "time"

var (
	hour   = Noun{One: "час", Few: "часа", Many: "часов", Single: "hour", Plural: "hours"}
	minute = Noun{One: "минута", Few: "минуты", Many: "минут", Object: "минуту", Gender: Feminine, Single: "minute", Plural: "minutes"}
	second = Noun{One: "секунда", Few: "секунды", Many: "секунд", Object: "секунду", Gender: Feminine, Single: "second", Plural: "seconds"}
	day    = Noun{One: "день", Few: "дня", Many: "дней", Single: "day", Plural: "days"}
)

// months as a day of them is named.
var months = []string{
	"", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
}

// Day returns the day of t without its year: "двадцать пятое ноября",
// "November twenty-fifth". In the genitive it is "двадцать пятого ноября".
func (l Language) Day(t time.Time, c Case) string {
	n := int64(t.Day())
	if l != Russian {
		return t.Month().String() + " " + l.Ordinal(n, Form{})
	}
	return l.Ordinal(n, Form{Neuter, c}) + " " + months[t.Month()]
}

// Date returns the day of t with its year.
func (l Language) Date(t time.Time, c Case) string {
	year := int64(t.Year())
	if l != Russian {
		size, _ := magnitude(year)
		return l.Day(t, c) + ", " + englishYear(size)
	}
	return l.Day(t, c) + " " + l.Ordinal(year, Form{Masculine, Genitive}) + " года"
}

// Time returns what a clock shows at t, to the minute: "пятнадцать часов пять
// минут", "three oh five p.m.".
func (l Language) Time(t time.Time) string {
	h, m := int64(t.Hour()), int64(t.Minute())
	switch {
	case l != Russian:
		return englishTime(h, m)
	case m == 0:
		return l.Count(h, hour, Nominative)
	}
	return l.Count(h, hour, Nominative) + " " + l.Count(m, minute, Nominative)
}

func englishTime(h, m int64) string {
	switch {
	case m == 0 && h == 0:
		return "midnight"
	case m == 0 && h == 12:
		return "noon"
	}
	half := " a.m."
	if h >= 12 {
		half = " p.m."
	}
	words := english(uint64((h+11)%12 + 1))
	if m > 0 {
		words += " " + englishPair(uint64(m))
	}
	return words + half
}

// Duration returns how long d is, to the second: "один час две минуты пять
// секунд". What is 0 is left out, unless all is. d below 0 counts as 0.
func (l Language) Duration(d time.Duration, c Case) string {
	s := int64(max(d, 0).Round(time.Second) / time.Second)
	if s == 0 {
		return l.Count(0, second, c)
	}
	parts := []struct {
		n int64
		Noun
	}{{s / 86400, day}, {s / 3600 % 24, hour}, {s / 60 % 60, minute}, {s % 60, second}}
	var words []string
	for _, p := range parts {
		if p.n > 0 {
			words = append(words, l.Count(p.n, p.Noun, c))
		}
	}
	return sentence(words...)
}

// Waiting returns how a caller's place and their wait are announced. The wait
// is rounded up to minutes; below 0 it is not known and not said. It is never
// said to be longer than an hour: nobody knows that much.
func (l Language) Waiting(place int, wait time.Duration) string {
	words := l.place(int64(place))
	if wait < 0 {
		return words
	}
	minutes := int64((wait + time.Minute - 1) / time.Minute)
	switch {
	case l == Russian && minutes > 60:
		return words + " Примерное время ожидания - больше часа."
	case minutes > 60:
		return words + " The wait is more than an hour."
	case l == Russian && minutes <= 1:
		return words + " Примерное время ожидания - не больше минуты."
	case l == Russian:
		return words + " Примерное время ожидания - " + l.Count(minutes, minute, Nominative) + "."
	case minutes <= 1:
		return words + " The wait is less than a minute."
	}
	return words + " The wait is about " + l.Count(minutes, minute, Nominative) + "."
}

func (l Language) place(n int64) string {
	if l != Russian {
		return "You are " + l.Ordinal(n, Form{}) + " in the queue."
	}
	return "Ваше место в очереди - " + l.Ordinal(n, Form{Neuter, Nominative}) + "."
}
