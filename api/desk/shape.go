package desk

import (
	"time"

	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/orders"
	"switchboard/api/web"
)

// Draft is what an operator has typed in a call. It is kept as it was typed.
type Draft struct {
	CallID    uuid.UUID  `json:"call_id" format:"uuid"`
	Revision  int64      `json:"revision" doc:"Rises with every save; 0: nothing was typed"`
	SavedAt   *time.Time `json:"saved_at" doc:"Null if nothing was typed"`
	SavedByMe bool       `json:"saved_by_me" doc:"The last save was mine"`
	Body      DraftBody  `json:"body"`
}

// DraftBody is the text of a draft, in the places where it stands.
type DraftBody struct {
	Note        string         `json:"note,omitempty" maxLength:"20000" doc:"For the shop"`
	Search      string         `json:"search,omitempty" maxLength:"2000" doc:"In the catalogue's search"`
	Step        *DraftStep     `json:"step,omitempty" doc:"Typed at a step of the script, and not yet answered with"`
	Order       *DraftOrder    `json:"order,omitempty"`
	Disposition string         `json:"disposition,omitempty" maxLength:"100" doc:"What came of the call"`
	Callback    *DraftCallback `json:"callback,omitempty"`
}

// DraftStep is an answer that is not given yet.
type DraftStep struct {
	Node string `json:"node" maxLength:"200" doc:"Of the script"`
	Text string `json:"text" maxLength:"20000"`
}

// DraftOrder is an order that is being typed.
type DraftOrder struct {
	Items    []DraftItem  `json:"items,omitempty" nullable:"false" maxItems:"200"`
	Delivery string       `json:"delivery,omitempty" maxLength:"100" doc:"Its price, as typed: 500 or 499,50"`
	Contact  DraftContact `json:"contact,omitzero"`
}

// DraftItem is a line as it was chosen: what was told about it is kept with it.
type DraftItem struct {
	ItemID     uuid.UUID  `json:"item_id" format:"uuid" doc:"As search gave it"`
	SKU        string     `json:"sku,omitempty" maxLength:"200"`
	Name       string     `json:"name,omitempty" maxLength:"2000"`
	Quantity   string     `json:"quantity,omitempty" maxLength:"100" doc:"As typed; empty is one"`
	PriceMinor int64      `json:"price_minor,omitempty" doc:"That was told, in minor units"`
	Currency   string     `json:"currency,omitempty" maxLength:"3"`
	AsOf       *time.Time `json:"as_of,omitempty" doc:"The date of that price"`
	StaleAt    *time.Time `json:"stale_at,omitempty" doc:"From when on it may not be said as current"`
}

// DraftContact is whom and where to, as typed.
type DraftContact struct {
	Name     string `json:"name,omitempty" maxLength:"20000"`
	Phone    string `json:"phone,omitempty" maxLength:"20000"`
	Address  string `json:"address,omitempty" maxLength:"20000"`
	Entrance string `json:"entrance,omitempty" maxLength:"20000"`
	Deliver  string `json:"deliver,omitempty" maxLength:"20000"`
	Comment  string `json:"comment,omitempty" maxLength:"20000"`
}

// DraftCallback is a promise that is being typed.
type DraftCallback struct {
	When    string `json:"when,omitempty" maxLength:"200" doc:"As typed"`
	Subject string `json:"subject,omitempty" maxLength:"20000"`
}

type draftAnswer struct{ Body Draft }

type saveDraft struct {
	CallPath
	Body struct {
		Revision int64     `json:"revision" minimum:"0" doc:"Of the draft that this was made from; 0: of none"`
		Body     DraftBody `json:"body"`
	}
}

type orderDraft struct {
	CallPath
	once.Key
	Body struct {
		Revision int64 `json:"revision" minimum:"1" doc:"Of the draft that is ordered: if another was saved meanwhile, 409 with the code stale"`
		Confirm  bool  `json:"confirm,omitempty" doc:"Settle the order at once"`
	}
}

type orderAnswer struct{ Body orders.Order }

// CallSummary is what the next operator must know of a call that comes back.
type CallSummary struct {
	CallID    uuid.UUID      `json:"call_id" format:"uuid"`
	Handed    bool           `json:"handed" doc:"Another operator had the call before"`
	Before    []Predecessor  `json:"before" nullable:"false" doc:"Who had it, the first first"`
	Step      string         `json:"step" doc:"Where the script stands, by its name; empty if none was begun"`
	Path      []SummaryStep  `json:"path" nullable:"false" doc:"What the buyer answered, as far as it holds"`
	Draft     *Draft         `json:"draft" doc:"What was typed; null if nothing was"`
	Orders    []orders.Order `json:"orders" nullable:"false" doc:"That the call has made"`
	WaitedS   int64          `json:"waited_s" doc:"Seconds since the operator before was lost; 0 if nobody was"`
	ArrivedAt time.Time      `json:"arrived_at" doc:"When the buyer rang: the call has kept its place by it"`
}

// Predecessor is an operator who had the call before.
type Predecessor struct {
	Name   string     `json:"name"`
	Joined time.Time  `json:"joined"`
	Left   *time.Time `json:"left"`
}

// SummaryStep is a question and its answer, as a person reads them.
type SummaryStep struct {
	Title  string    `json:"title"`
	Answer string    `json:"answer"`
	At     time.Time `json:"at"`
}

type summaryAnswer struct{ Body CallSummary }

// Disposition is what came of a call.
type Disposition struct {
	CallID   uuid.UUID            `json:"call_id" format:"uuid"`
	Options  []string             `json:"options" nullable:"false" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"What may be said of it: the ends of its script first"`
	Proposed *string              `json:"proposed" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"By the script and the order; null if neither tells"`
	Outcome  *string              `json:"outcome" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"What was said; null if nothing yet"`
	Note     string               `json:"note" doc:"For the shop"`
	Callback *DispositionCallback `json:"callback" doc:"What was promised; null if nothing"`
	At       *time.Time           `json:"at" doc:"When it was said"`
}

// DispositionCallback is a promise to ring back.
type DispositionCallback struct {
	TaskID  uuid.UUID `json:"task_id" format:"uuid"`
	DueAt   time.Time `json:"due_at"`
	Subject string    `json:"subject"`
	State   string    `json:"state" enum:"open,claimed,done,cancelled"`
}

type dispositionAnswer struct{ Body Disposition }

type setDisposition struct {
	CallPath
	once.Key
	Body struct {
		Outcome  string `json:"outcome" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"One of the options"`
		Note     string `json:"note,omitempty" maxLength:"20000" doc:"For the shop"`
		Callback *struct {
			DueAt   time.Time `json:"due_at" doc:"When to ring back: not past, and within 90 days"`
			Subject string    `json:"subject,omitempty" maxLength:"2000" doc:"What about"`
		} `json:"callback,omitempty" doc:"What was promised; the outcome callback needs it"`
	}
}

// Day is an operator's own day.
type Day struct {
	Date       string    `json:"date" format:"date"`
	Shift      Shift     `json:"shift" doc:"Figures of all the day"`
	Items      []DayCall `json:"items" nullable:"false" doc:"Newest first"`
	NextCursor *string   `json:"next_cursor" doc:"Give it as cursor for the next page; null on the last"`
}

// DayCall is one call of an operator's day. It tells nothing of the buyer.
type DayCall struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	Shop        ShopCard  `json:"shop"`
	Queue       string    `json:"queue"`
	StartedAt   time.Time `json:"started_at" doc:"When the buyer rang"`
	AnsweredAt  time.Time `json:"answered_at" doc:"When I joined"`
	TalkS       float64   `json:"talk_s" doc:"Seconds of talk"`
	HoldS       float64   `json:"hold_s" doc:"Seconds on hold"`
	WrapUpS     float64   `json:"wrap_up_s" doc:"Seconds of wrap-up"`
	Ended       bool      `json:"ended" doc:"Wrap-up is over: the line of pay is final"`
	Disposition *string   `json:"disposition" enum:"order,consultation,callback,claim,transferred,refused,wrong_number,other" doc:"What came of it; null if I did not say"`
	OrderNo     *int64    `json:"order_no" doc:"The order that came of it, by the shop's numbering; null if none"`
	Pay         *PayLine  `json:"pay" doc:"Null if no terms are agreed"`
}

// PayLine is what a call earns its operator, with its arithmetic: the parts are
// added and then rounded once, half away from zero.
type PayLine struct {
	Money
	Exact string    `json:"exact" doc:"Before rounding, as a fraction or a decimal of the currency's unit" example:"32.533333..."`
	Parts []PayPart `json:"parts" nullable:"false"`
}

// PayPart is one kind of work in a line of pay.
type PayPart struct {
	Part       string `json:"part" enum:"talk,hold,wrap_up"`
	MS         int64  `json:"ms" doc:"Of work, in milliseconds"`
	RatePerMin string `json:"rate_per_min" doc:"Of a minute, in the currency's unit" example:"7.80"`
}

type dayQuery struct {
	web.Paging
	Date string `query:"date" format:"date" doc:"Absent: today, by the platform's clock"`
}

type dayAnswer struct{ Body Day }
