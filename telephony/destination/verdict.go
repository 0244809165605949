package destination

import (
	"fmt"

	"switchboard/telephony/e164"
)

// Reason is why a call does not go out. It is kept in rows and counted.
type Reason string

// The reasons.
const (
	Off         Reason = "off"           // the shop's calls out are switched off
	Emergency   Reason = "emergency"     // would send help to the wrong town
	Unreadable  Reason = "unreadable"    // no number
	Short       Reason = "short"         // a service code, an extension
	Own         Reason = "own"           // a number of the platform's (R148)
	Premium     Reason = "premium"       // the called side is paid for it
	Satellite   Reason = "satellite"     //
	Special     Reason = "special"       // on no country's ground
	Nowhere     Reason = "nowhere"       // no country has it
	Abroad      Reason = "country"       // the shop has not allowed that country
	Caller      Reason = "caller"        // would show a number that is not the shop's
	AtOnce      Reason = "at_once"       // too many are up
	HourEach    Reason = "operator_hour" // of one operator
	Hour        Reason = "hour"          //
	Minutes     Reason = "minutes"       // of the day
	SpendOfHour Reason = "spend_hour"    //
	SpendOfDay  Reason = "spend_day"     //
	TooLong     Reason = "too_long"      // the call, not its number
)

// Verdict is what became of an attempt.
type Verdict struct {
	No     Reason // empty: the call may go out
	Number e164.Number
	Place  Place
	Price  Micro  // of a minute
	For    Millis // of talking, paid for
	Cost   Micro  // what that is
}

func (v Verdict) no(r Reason) Verdict {
	v.No, v.For, v.Cost = r, 0, 0
	return v
}

// words say it to a person; %s is the country.
var words = map[Reason][2]string{
	Off:         {"calls out are off for this shop; its owner can switch them on", "исходящие звонки у магазина выключены; включить их может владелец"},
	Emergency:   {"emergency services can't be reached from here: dial 112 on your own phone", "экстренные службы отсюда не вызвать: наберите 112 со своего телефона"},
	Unreadable:  {"this is not a telephone number", "это не номер телефона"},
	Short:       {"short numbers can't be dialled from here", "короткие номера отсюда набрать нельзя"},
	Own:         {"this is a number of the platform's own: such calls don't go out", "это номер самой платформы: на такие номера звонок не выходит"},
	Premium:     {"calls to premium-rate numbers are never made", "на платные номера звонить нельзя"},
	Satellite:   {"calls to satellite telephones are never made", "на спутниковые телефоны звонить нельзя"},
	Special:     {"calls to numbers outside any country are never made", "на номера вне стран звонить нельзя"},
	Nowhere:     {"no country has such a number", "такого номера нет ни в одной стране"},
	Abroad:      {"calls to %s are off for this shop; its owner can allow them", "звонки в страну «%s» у магазина выключены; разрешить их может владелец"},
	Caller:      {"the number to be shown is not one of this shop's", "номер, который увидит абонент, не принадлежит магазину"},
	AtOnce:      {"as many calls are out as this shop may have at once", "столько исходящих звонков сразу магазину нельзя"},
	HourEach:    {"you have made as many calls as one may in an hour", "вы сделали столько звонков, сколько можно за час"},
	Hour:        {"the shop has made as many calls as it may in an hour", "магазин сделал столько звонков, сколько можно за час"},
	Minutes:     {"the shop has used up its minutes for 24 hours", "минуты магазина за сутки исчерпаны"},
	SpendOfHour: {"what the shop may spend on calls in an hour is spent", "лимит расходов магазина за час исчерпан"},
	SpendOfDay:  {"what the shop may spend on calls in 24 hours is spent", "лимит расходов магазина за сутки исчерпан"},
	TooLong:     {"the call has lasted as long as a call may", "звонок продлился столько, сколько можно"},
}

// Words says in ru or en why not; empty if the call may go out.
func (v Verdict) Words(language string) string {
	w, ok := words[v.No]
	if !ok {
		return ""
	}
	text := w[0]
	if language == "ru" {
		text = w[1]
	}
	if v.No == Abroad {
		return fmt.Sprintf(text, v.Place.Name(language))
	}
	return text
}

// Reasons are all of them.
func Reasons() []Reason {
	return []Reason{Off, Emergency, Unreadable, Short, Own, Premium, Satellite, Special, Nowhere, Abroad, Caller, AtOnce, HourEach, Hour, Minutes, SpendOfHour, SpendOfDay, TooLong}
}
