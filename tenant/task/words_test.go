package task_test

import (
	"testing"

	"switchboard/tenant/task"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language string
		reason   task.Reason
		waitedMS int64
		duty     task.Duty
		want     string
	}{
		{"ru", task.Abandoned, 14999, task.Duty{Able: 42}, "Повесил трубку через 14 с: все 42 оператора были заняты."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 1}, "Повесил трубку через 8 с: единственный оператор был занят."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 0}, "Повесил трубку через 8 с: на смене никого не было."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 12}, "Повесил трубку через 8 с: все 12 операторов были заняты."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 21}, "Повесил трубку через 8 с: все 21 оператор были заняты."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 111}, "Повесил трубку через 8 с: все 111 операторов были заняты."},
		{"ru", task.Abandoned, 8000, task.Untold, "Повесил трубку через 8 с."},
		{"ru", task.Abandoned, 8000, task.Duty{Came: 1}, "Повесил трубку через 8 с: на смене никого не было, оператор пришёл позже."},
		{"ru", task.Abandoned, 8000, task.Duty{Able: 1, Came: 1}, "Повесил трубку через 8 с: все 2 оператора были заняты."},
		{"ru", task.Busy, 0, task.Duty{Able: 3}, "Не принят в очередь: все 3 оператора были заняты."},
		{"ru", task.Closed, 0, task.Duty{Able: 0}, "Позвонил в нерабочее время."},
		{"ru", task.Failed, 3000, task.Duty{Able: 0}, "Связь оборвалась через 3 с ожидания."},
		{"en", task.Abandoned, 14000, task.Duty{Able: 42}, "Hung up after 14 s: all 42 operators were busy."},
		{"en", task.Abandoned, 14000, task.Duty{Able: 1}, "Hung up after 14 s: the only operator was busy."},
		{"en", task.Abandoned, 8000, task.Untold, "Hung up after 8 s."},
		{"en", task.Abandoned, 8000, task.Duty{Came: 2}, "Hung up after 8 s: nobody was on duty, an operator came later."},
		{"en", task.Busy, 0, task.Duty{Able: 0}, "Not taken into the queue: nobody was on duty."},
		{"en", task.Closed, 0, task.Duty{Able: 5}, "Called outside opening hours."},
		{"en", task.Failed, 3000, task.Duty{Able: 5}, "The line broke after 3 s of waiting."},
	} {
		if got := task.Words(c.language, c.reason, c.waitedMS, c.duty); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.language, c.reason, got, c.want)
		}
	}
}
