package walk

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"switchboard/telephony/e164"
	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// maxAnswer is the length of a typed answer in characters. Longer is a paste
// by mistake; what must be kept whole is a note.
const maxAnswer = 2000

// home is where a number without its country is dialled: the shops' buyers are
// Russian.
const home e164.Country = "RU"

// given is all that is kept of an answer that may not be (PCI DSS 3.3.1): that
// there was one.
const given = "✓"

// answer checks what was said at n and returns it in its normal form, with the
// node to which it leads.
func answer(n graph.Node, a Answer, s scene) (Answer, string, *fault.Invalid) {
	switch a.Move {
	case None:
		return decline(n, s)
	case Forward:
	default:
		return a, "", s.refuse(noSuchMove)
	}
	a.Text = strings.TrimSpace(a.Text)
	switch {
	case utf8.RuneCountInString(a.Text) > maxAnswer:
		return a, "", s.refuse(tooMuch)
	case !utf8.ValidString(a.Text), strings.ContainsRune(a.Text, 0):
		return a, "", s.refuse(garbled)
	}
	switch n.Kind {
	case graph.Ask:
		return s.asked(n, a)
	case graph.Lookup:
		return s.found(n, a)
	case graph.Order:
		return s.ordered(n)
	case graph.Callback:
		return s.promised(n, a)
	case graph.End:
		return a, "", s.refuse(atEnd)
	}
	return Answer{}, n.Next, nil
}

// decline takes the way of no answer.
func decline(n graph.Node, s scene) (Answer, string, *fault.Invalid) {
	switch {
	case n.Kind == graph.End:
		return Answer{}, "", s.refuse(atEnd)
	case n.Else == "":
		return Answer{}, "", s.refuse(mustAnswer)
	}
	return Answer{Move: None}, n.Else, nil
}

func (s scene) asked(n graph.Node, a Answer) (Answer, string, *fault.Invalid) {
	if a.Text == "" {
		return a, "", s.refuse(empty)
	}
	if n.Ask == graph.Choice {
		return s.chosen(n, a)
	}
	if n.Ask == graph.Payment {
		return Answer{Text: given}, n.Next, nil
	}
	text, problem := s.typed(n, a.Text)
	if problem != nil {
		return a, "", problem
	}
	return Answer{Text: text}, n.Next, nil
}

// chosen takes the id of a choice or the digit of its place.
func (s scene) chosen(n graph.Node, a Answer) (Answer, string, *fault.Invalid) {
	for i, o := range n.Choices {
		if a.Text == o.ID || a.Text == strconv.Itoa(i+1) {
			return Answer{Text: o.ID}, o.Next, nil
		}
	}
	return a, "", s.refuse(noSuchChoice, strconv.Itoa(len(n.Choices)))
}

// typed brings an answer to its normal form.
func (s scene) typed(n graph.Node, text string) (string, *fault.Invalid) {
	switch n.Ask {
	case graph.WholeCount:
		return s.count(n, text)
	case graph.Date:
		return s.date(n, text)
	case graph.Phone:
		n, err := e164.Parse(text, home)
		if err != nil {
			return "", s.refuse(noPhone)
		}
		return string(n), nil
	case graph.Address:
		if strings.IndexFunc(text, unicode.IsDigit) < 0 || len([]rune(text)) < 5 {
			return "", s.refuse(noAddress)
		}
	}
	return text, nil
}

// whole reads a whole number, with spaces between its thousands if need be.
func whole(text string) (int64, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(text)
	i, err := strconv.ParseInt(text, 10, 64)
	return i, err == nil
}

func (s scene) count(n graph.Node, text string) (string, *fault.Invalid) {
	i, ok := whole(text)
	switch {
	case !ok:
		return "", s.refuse(noNumber)
	case n.Min != nil && i < *n.Min:
		return "", s.refuse(tooSmall, strconv.FormatInt(*n.Min, 10))
	case n.Max != nil && i > *n.Max:
		return "", s.refuse(tooLarge, strconv.FormatInt(*n.Max, 10))
	}
	return strconv.FormatInt(i, 10), nil
}

// dates are the forms in which a date is typed, or keyed on a telephone. The
// short ones mean the next such day.
var dates = []string{time.DateOnly, "2.1.2006", "2.1.06", "02012006"}

// near are words for a day, and how many days away it is.
var near = map[string]int{
	"сегодня": 0, "завтра": 1, "послезавтра": 2, "today": 0, "tomorrow": 1,
}

func (s scene) date(n graph.Node, text string) (string, *fault.Invalid) {
	today := s.f.clock().Truncate(24 * time.Hour)
	d, ok := parseDay(strings.ToLower(text), today)
	if !ok {
		return "", s.refuse(noDate)
	}
	away := int64(d.Sub(today) / (24 * time.Hour))
	switch {
	case n.Min != nil && away < *n.Min:
		return "", s.refuse(tooEarly, day(today.AddDate(0, 0, int(*n.Min)).Format(time.DateOnly), s.w.Language == graph.RU))
	case n.Max != nil && away > *n.Max:
		return "", s.refuse(tooLate, day(today.AddDate(0, 0, int(*n.Max)).Format(time.DateOnly), s.w.Language == graph.RU))
	}
	return d.Format(time.DateOnly), nil
}

func parseDay(text string, today time.Time) (time.Time, bool) {
	if away, ok := near[text]; ok {
		return today.AddDate(0, 0, away), true
	}
	for _, form := range dates {
		if d, err := time.Parse(form, text); err == nil {
			return d, true
		}
	}
	// Without a year (25.11): the next such day. 2000 was a leap year, so 29.2 is one.
	d, err := time.Parse("2.1.2006", strings.TrimSuffix(text, ".")+".2000")
	if err != nil {
		return time.Time{}, false
	}
	for year := today.Year(); year < today.Year()+9; year++ {
		at := time.Date(year, d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
		if at.Day() == d.Day() && !at.Before(today) {
			return at, true
		}
	}
	return time.Time{}, false
}

func (s scene) found(n graph.Node, a Answer) (Answer, string, *fault.Invalid) {
	if n.Lookup == graph.Item {
		if a.Item == nil || a.Item.SKU == "" {
			return a, "", s.refuse(noItem)
		}
		return Answer{Item: a.Item}, n.Next, nil
	}
	for i, card := range s.g.FAQ {
		if a.Text == card.ID || a.Text == strconv.Itoa(i+1) {
			return Answer{Text: card.ID}, n.Next, nil
		}
	}
	return a, "", s.refuse(noCard)
}

func (s scene) ordered(n graph.Node) (Answer, string, *fault.Invalid) {
	if s.f.Order == nil || s.f.Order.Lines == 0 {
		return Answer{}, "", s.refuse(noOrder)
	}
	return Answer{Text: s.f.Order.Number}, n.Next, nil
}

func (s scene) promised(n graph.Node, a Answer) (Answer, string, *fault.Invalid) {
	if a.Text == "" {
		return a, "", s.refuse(noTime)
	}
	return Answer{Text: a.Text}, n.Next, nil
}
