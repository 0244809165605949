// Package greeting is what an operator says first, for the shop that was rung.
package greeting

import (
	"cmp"
	"fmt"
	"strings"
)

// Shop is how a shop is called, in the languages of its people. Spoken is the
// name as it is said, and empty where it is said as it is written.
type Shop struct{ NameRu, NameEn, SpokenRu, SpokenEn string }

// Words returns the first sentence of an operator of that name in the shop's
// language ("ru", else English).
func Words(language string, s Shop, operator string) string {
	name, _, _ := strings.Cut(operator, " ")
	if language == "ru" {
		return fmt.Sprintf("Добрый день, магазин «%s», %s. Чем помочь?", cmp.Or(s.SpokenRu, s.NameRu), name)
	}
	return fmt.Sprintf("Good day, this is %s, %s speaking. How can I help?", cmp.Or(s.SpokenEn, s.NameEn), name)
}
