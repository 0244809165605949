package task

import "fmt"

// Reason is why nobody spoke to a caller.
type Reason string

// The reasons. Words tells them to a person.
const (
	Abandoned Reason = "abandoned" // hung up while waiting
	Busy      Reason = "busy"      // no place in the queue
	Failed    Reason = "failed"    // our fault, or the network's
	Closed    Reason = "closed"    // outside the shop's hours
)

// Duty is who could have taken a call: operators who were on duty when it came,
// and those who came on duty while it waited.
type Duty struct{ Able, Came int }

// Untold is the duty when nobody told it.
var Untold = Duty{Able: -1}

// Words says in the shop's language ("ru", else English) why a call was lost
// after waiting for so many milliseconds, over the whole of its wait.
func Words(language string, reason Reason, waitedMS int64, d Duty) string {
	s := waitedMS / 1000
	if language == "ru" {
		return russian(reason, s, d)
	}
	return english(reason, s, d)
}

func russian(reason Reason, s int64, d Duty) string {
	switch reason {
	case Abandoned:
		return fmt.Sprintf("Повесил трубку через %d с%s.", s, busyRussian(d))
	case Busy:
		return fmt.Sprintf("Не принят в очередь%s.", busyRussian(d))
	case Closed:
		return "Позвонил в нерабочее время."
	default:
		return fmt.Sprintf("Связь оборвалась через %d с ожидания.", s)
	}
}

func busyRussian(d Duty) string {
	onDuty := d.Able + d.Came
	switch {
	case d == Untold:
		return ""
	case d.Able == 0 && d.Came > 0:
		return ": на смене никого не было, оператор пришёл позже"
	case onDuty == 0:
		return ": на смене никого не было"
	case onDuty == 1:
		return ": единственный оператор был занят"
	case onDuty%10 == 1 && onDuty%100 != 11:
		return fmt.Sprintf(": все %d оператор были заняты", onDuty)
	case onDuty%10 >= 2 && onDuty%10 <= 4 && (onDuty%100 < 12 || onDuty%100 > 14):
		return fmt.Sprintf(": все %d оператора были заняты", onDuty)
	default:
		return fmt.Sprintf(": все %d операторов были заняты", onDuty)
	}
}

func english(reason Reason, s int64, d Duty) string {
	switch reason {
	case Abandoned:
		return fmt.Sprintf("Hung up after %d s%s.", s, busyEnglish(d))
	case Busy:
		return fmt.Sprintf("Not taken into the queue%s.", busyEnglish(d))
	case Closed:
		return "Called outside opening hours."
	default:
		return fmt.Sprintf("The line broke after %d s of waiting.", s)
	}
}

func busyEnglish(d Duty) string {
	switch onDuty := d.Able + d.Came; {
	case d == Untold:
		return ""
	case d.Able == 0 && d.Came > 0:
		return ": nobody was on duty, an operator came later"
	case onDuty == 0:
		return ": nobody was on duty"
	case onDuty == 1:
		return ": the only operator was busy"
	default:
		return fmt.Sprintf(": all %d operators were busy", onDuty)
	}
}
