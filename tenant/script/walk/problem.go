package walk

import (
	"strings"

	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// What a bad answer is told. A % stands for the number or day that counts.
var (
	empty        = graph.Text{RU: "Ответ пуст.", EN: "The answer is empty."}
	mustAnswer   = graph.Text{RU: "Этот шаг нельзя пропустить: нужен ответ.", EN: "This step cannot be skipped: it needs an answer."}
	tooMuch      = graph.Text{RU: "Слишком длинно: запишите это в заметку.", EN: "Too long: put it into the note."}
	garbled      = graph.Text{RU: "Это не текст: напишите ещё раз.", EN: "This is no text: write it again."}
	noSuchMove   = graph.Text{RU: "Такого хода нет.", EN: "There is no such move."}
	noSuchChoice = graph.Text{RU: "Выберите ответ от 1 до %.", EN: "Choose an answer from 1 to %."}
	noNumber     = graph.Text{RU: "Нужно целое число.", EN: "A whole number is needed."}
	tooSmall     = graph.Text{RU: "Не меньше %.", EN: "At least %."}
	tooLarge     = graph.Text{RU: "Не больше %.", EN: "At most %."}
	noDate       = graph.Text{RU: "Нужна дата: 25.11, 25.11.2026, «завтра».", EN: "A date is needed: 25.11, 2026-11-25, \"tomorrow\"."}
	tooEarly     = graph.Text{RU: "Не раньше %.", EN: "Not before %."}
	tooLate      = graph.Text{RU: "Не позже %.", EN: "Not after %."}
	noPhone      = graph.Text{RU: "Это не похоже на номер: нужно 10 цифр или +7…", EN: "This is no phone number: give it with + and country code."}
	noAddress    = graph.Text{RU: "Нужен адрес с номером дома.", EN: "An address with the number of the house is needed."}
	noItem       = graph.Text{RU: "Выберите товар или отметьте, что ничего не подошло.", EN: "Choose an item, or say that nothing suits."}
	noCard       = graph.Text{RU: "Выберите вопрос из списка или отметьте, что его там нет.", EN: "Choose a question from the list, or say that it is not there."}
	noOrder      = graph.Text{RU: "В заказе ничего нет: запишите его или отметьте отказ.", EN: "The order is empty: write it, or say that the buyer declines."}
	noTime       = graph.Text{RU: "Когда перезвонить?", EN: "When shall we ring back?"}
	atEnd        = graph.Text{RU: "Сценарий закончен.", EN: "The script has ended."}
	firstStep    = graph.Text{RU: "Это первый шаг.", EN: "This is the first step."}
	tooLong      = graph.Text{RU: "Шагов уже слишком много: завершите разговор.", EN: "Too many steps: bring the call to its end."}
)

func refuse(l graph.Language, t graph.Text, args ...string) fault.Invalid {
	text := t.In(l)
	for _, a := range args {
		text = strings.Replace(text, "%", a, 1)
	}
	return fault.Invalid{Field: "answer", Problem: text}
}

func (s scene) refuse(t graph.Text, args ...string) *fault.Invalid {
	p := refuse(s.w.Language, t, args...)
	return &p
}
