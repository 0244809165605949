package greeting

import "testing"

func TestWords(t *testing.T) {
	t.Parallel()
	s := Shop{NameRu: "Колесо 24", NameEn: "Wheel 24", SpokenRu: "Колесо двадцать четыре"}
	for _, c := range []struct{ language, want string }{
		{"ru", "Добрый день, магазин «Колесо двадцать четыре», Анна. Чем помочь?"},
		{"en", "Good day, this is Wheel 24, Анна speaking. How can I help?"},
	} {
		if got := Words(c.language, s, "Анна Белова"); got != c.want {
			t.Errorf("%s: %s", c.language, got)
		}
	}
}
