package money

import "strings"

const (
	narrowSpace = "\u202f" // narrow no-break space: keeps 34 300,00 ₽ on one line
	minusSign   = "\u2212"
)

// signs is how Russian text writes a currency; another keeps its code.
var signs = map[Currency]string{RUB: "₽", USD: "$", EUR: "€", GBP: "£"}

// Format writes the amount for a person who reads language: "34 300,00 ₽" in
// "ru", "34,300.00 RUB" in any other.
func (a Amount) Format(language string) string {
	group, point, unit := ",", ".", string(a.Currency)
	if language == "ru" {
		group, point = narrowSpace, ","
		if sign, ok := signs[a.Currency]; ok {
			unit = sign
		}
	}
	minus, whole, fraction := parts(a.Minor, a.Currency.Exponent())
	var b strings.Builder
	if minus != "" {
		b.WriteString(minusSign)
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteByte(whole[i])
	}
	if fraction != "" {
		b.WriteString(point + fraction)
	}
	b.WriteString(narrowSpace + unit)
	return b.String()
}
