package desk

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
)

// Desk is an operator's place in the room.
type Desk struct {
	OperatorID uuid.UUID  `json:"operator_id" format:"uuid"`
	State      string     `json:"state" enum:"away,idle,offered,talking,wrap-up,resting" doc:"Where the operator is; resting: their phone did not take an offer, and the next may come at until"`
	OnDuty     bool       `json:"on_duty" doc:"False with a call in hand: away when it is finished"`
	Reason     string     `json:"reason" doc:"Why they are away: what they said when they paused, lapsed (they did not answer) or connection lost"`
	Phone      string     `json:"phone" enum:"browser,fixed,registered,missing" doc:"Where it rings"`
	Since      time.Time  `json:"since" doc:"When this state began"`
	Until      *time.Time `json:"until" doc:"When the offer lapses or wrap-up ends"`
	Call       *CallCard  `json:"call" doc:"The call that is offered or in hand; null if none"`

	Now          time.Time `json:"now" doc:"The server's clock: a page counts by it, whatever its own says"`
	PauseReasons []string  `json:"pause_reasons" nullable:"false" doc:"Those that pause-desk takes, in the order in which they are shown"`
	Shift        Shift     `json:"shift" doc:"My figures since the day began"`
}

// Shift is what an operator did since the day began.
type Shift struct {
	From    time.Time `json:"from" doc:"When the day began, by the platform's clock"`
	Zone    string    `json:"zone" doc:"Of the platform's day" example:"Europe/Moscow"`
	Calls   int       `json:"calls" doc:"Calls that I joined"`
	Orders  int       `json:"orders" doc:"Orders of mine that were confirmed"`
	TalkS   int64     `json:"talk_s" doc:"Seconds of talk and hold"`
	WrapUpS int64     `json:"wrap_up_s" doc:"Seconds of wrap-up"`
	OnDutyS *int64    `json:"on_duty_s" doc:"Seconds on duty; null for a telephone that is on duty without a desk"`
	Earned  *Money    `json:"earned" doc:"The sum of the lines of pay; null if no terms are agreed"`
}

// Money is an amount: amount / 10^scale of the currency.
type Money struct {
	Amount   int64  `json:"amount" doc:"Minor units: kopecks, cents" example:"2400"`
	Scale    int    `json:"scale" doc:"Digits of the minor unit" example:"2"`
	Currency string `json:"currency" example:"RUB"`
}

// CallCard is what an operator must know of a call before the first word.
type CallCard struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	State      string     `json:"state" doc:"Where the call is"`
	Held       bool       `json:"held" doc:"The buyer hears music: the operator put them there, or is away"`
	Muted      bool       `json:"muted" doc:"The buyer and the recording have silence of the operator"`
	AwayUntil  *time.Time `json:"away_until" doc:"While the operator's browser is gone: when the call goes to somebody else"`
	From       string     `json:"from" doc:"The buyer's number; masked until the call is in hand; empty if withheld"`
	StartedAt  time.Time  `json:"started_at" doc:"When the buyer rang"`
	AnsweredAt *time.Time `json:"answered_at" doc:"When the operator joined"`
	Queue      string     `json:"queue" doc:"What the call is about"`
	Source     string     `json:"source" doc:"The advertising that showed the number"`
	Greeting   string     `json:"greeting" doc:"The first sentence of the queue's script, as it is said; empty if it has none"`
	SpokeOn    *string    `json:"spoke_on" format:"date" doc:"The day on which I last spoke with this buyer for this shop, by the shop's clock; null if never"`
	Handed     bool       `json:"handed" doc:"Another operator had this call before: there is a summary"`
	Shop       ShopCard   `json:"shop" gorm:"embedded;embeddedPrefix:shop_"`
	Move       *Move      `json:"move" gorm:"-" doc:"The call is on its way to somebody else; null if not"`
	Missed     *Miss      `json:"missed" gorm:"-" doc:"The last transfer, if it came to nothing"`
	Supervised *string    `json:"supervised" gorm:"-" enum:"listen,whisper,barge" doc:"What a supervisor does at the call, as far as I am told: the most of it; null for nothing"`

	Outgoing bool `json:"outgoing" gorm:"-" doc:"We call the buyer, who is rung once I have taken my telephone"`
	Calling  bool `json:"calling" gorm:"-" doc:"The buyer's telephone rings, and I hear it"`

	Recording CardRecording `json:"recording" gorm:"-"`
}

// CardRecording is how it stands with the recording of a call.
type CardRecording struct {
	State string     `json:"state" enum:"on,paused,off" doc:"Paused while the buyer tells the number of a card; off where the shop does not record, or the buyer does not want it"`
	Until *time.Time `json:"until" doc:"When it goes on by itself; null unless it is paused"`
}

// recordingOf is on for a switch that says nothing of it.
func recordingOf(t command.Tape) CardRecording {
	return CardRecording{cmp.Or(string(t.State), "on"), t.Until}
}

// ShopCard is a shop as its operator speaks for it.
type ShopCard struct {
	ID       uuid.UUID `json:"id" format:"uuid"`
	Slug     string    `json:"slug"`
	NameRu   string    `json:"name_ru"`
	NameEn   string    `json:"name_en"`
	SpokenRu string    `json:"spoken_ru" doc:"The name as it is said"`
	SpokenEn string    `json:"spoken_en" doc:"The name as it is said"`
	Timezone string    `json:"timezone" example:"Europe/Moscow"`
	Language string    `json:"language" enum:"ru,en"`
	Colour   string    `json:"colour" doc:"Name of the shop's colour on screens"`
}

// card returns the card of the call that the switch says is at the desk of the
// operator of that name. Of an offer it tells no more than who may be told it.
func (h *Handler) card(tx tenant.AcrossTx, d command.Desk, name string) (*CallCard, error) {
	var c CallCard
	res := tx.Query().Raw(`
		select coalesce(nullif(p.phone, ''), p.phone_raw, '') as "from", coalesce(q.name, '') as queue, coalesce(n.source, '') as source,
		  s.id as shop_id, s.slug as shop_slug, s.name_ru as shop_name_ru, s.name_en as shop_name_en, s.spoken_ru as shop_spoken_ru,
		  s.spoken_en as shop_spoken_en, s.timezone as shop_timezone, s.language as shop_language, s.colour as shop_colour,
		  exists (select 1 from house.operator_grant g where g.subject = @call and g.reason = 'call' and g.operator_id <> @operator) as handed,
		  (select to_char(max(b.answered_at) at time zone s.timezone, 'YYYY-MM-DD') from shop.call_party o join shop.call b on b.shop_id = o.shop_id and b.id = o.call_id
		    where o.shop_id = s.id and o.phone = coalesce(nullif(@phone, ''), p.phone) and o.phone <> '' and b.operator_id = @operator and b.id <> @call) as spoke_on
		  from house.shop s
		  left join shop.call_party p on p.shop_id = s.id and p.call_id = @call
		  left join shop.queue q on q.shop_id = s.id and q.id = @queue
		  left join shop.number n on n.shop_id = s.id and n.id = @number
		 where s.id = @shop`, map[string]any{"call": d.Call.ID, "operator": d.Operator, "queue": d.Call.QueueID, "number": d.Call.NumberID, "shop": d.Call.ShopID, "phone": d.Call.From}).Scan(&c)
	if res.Error != nil {
		return nil, fmt.Errorf("read the card of call %s: %w", d.Call.ID, res.Error)
	}
	if res.RowsAffected == 0 {
		return nil, fmt.Errorf("shop of call %s: %w", d.Call.ID, fault.NotFound)
	}
	c.ID, c.State, c.StartedAt, c.AnsweredAt = d.Call.ID, string(d.Call.State), d.Call.StartedAt, d.Call.AnsweredAt
	c.Held, c.Muted, c.AwayUntil, c.Supervised = d.Call.State == "held", d.Call.Muted, d.Call.AwayUntil, supervised(d.Call.Watchers)
	c.Recording, c.Outgoing, c.Calling = recordingOf(d.Call.Tape), d.Call.Outgoing, d.Call.Calling
	c.From = cmp.Or(d.Call.From, c.From) // its row may be a moment behind
	if d.State == "offered" {
		c.From = e164.Mask(c.From)
	}
	if err := c.moves(tx, d); err != nil {
		return nil, err
	}
	var err error
	c.Greeting, err = script.Greeting(tx, script.Greeted{Shop: d.Call.ShopID, Queue: d.Call.QueueID, Operator: name, Outgoing: d.Call.Outgoing}, h.now())
	return &c, err
}

// supervised is the most that any of the supervisors does.
func supervised(all []command.Watcher) *string {
	for _, most := range []command.Supervise{command.Barge, command.Whisper, command.Listen} {
		if slices.ContainsFunc(all, func(w command.Watcher) bool { return w.Mode == most }) {
			mode := string(most)
			return &mode
		}
	}
	return nil
}
