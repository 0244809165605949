package buyers

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/cdr"
)

// BuyerRow is a buyer as a list has them.
type BuyerRow struct {
	ID            uuid.UUID  `json:"id" format:"uuid"`
	Name          string     `json:"name" doc:"Empty for roles that need not know"`
	Phones        []string   `json:"phones" nullable:"false" doc:"E.164, the one that is rung first is first; masked for roles that need not know them"`
	Address       string     `json:"address"`
	Note          string     `json:"note"`
	Segments      []string   `json:"segments" nullable:"false" doc:"The shop's own words for kinds of buyers"`
	Caution       string     `json:"caution" enum:",blocked,refuses" doc:"Why they need attention: on the blacklist; did not take something that was sent"`
	BlockedAt     *time.Time `json:"blocked_at" doc:"On the blacklist since"`
	BlockedReason string     `json:"blocked_reason"`
	Orders        int        `json:"orders" doc:"Confirmed, sent or bought out"`
	Redeemed      int        `json:"redeemed" doc:"Orders bought out, those before us among them"`
	Refused       int        `json:"refused" doc:"Orders that were sent and not taken"`
	BuyoutShare   *int       `json:"buyout_share" doc:"Permille of those sent that was bought out; null if none was sent"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
}

// BuyerWhole is a buyer with what there was.
type BuyerWhole struct {
	BuyerRow
	RedeemedBefore int              `json:"redeemed_before" doc:"Orders bought out elsewhere, by the shop's word"`
	RefusedBefore  int              `json:"refused_before"`
	Consents       []ConsentOfBuyer `json:"consents" nullable:"false" doc:"Newest first: the newest of a purpose counts"`
	RecentCalls    []CallOfBuyer    `json:"recent_calls" nullable:"false" doc:"Newest first, at most 20"`
	RecentOrders   []OrderOfBuyer   `json:"recent_orders" nullable:"false" doc:"Newest first, at most 20"`
}

// NewConsent is a buyer's word.
type NewConsent struct {
	Purpose string `json:"purpose" enum:"data,recording,service,advertising" doc:"That data are kept; that calls are recorded; to be rung about orders; to be rung with advertising"`
	Given   bool   `json:"given" doc:"Given, or taken back"`
	Source  string `json:"source" minLength:"1" maxLength:"200" doc:"Where: a call, a form, a letter"`
	Wording string `json:"wording,omitempty" maxLength:"2000" doc:"What was agreed to, as it was shown or said"`
}

// ConsentOfBuyer is a buyer's word as it was noted.
type ConsentOfBuyer struct {
	NewConsent
	NotedAt time.Time `json:"noted_at"`
}

// CallOfBuyer is a call of theirs.
type CallOfBuyer struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	No        int64     `json:"no"`
	Direction string    `json:"direction" enum:"inbound,outbound"`
	StartedAt time.Time `json:"started_at"`
	TalkS     float64   `json:"talk_s" doc:"Seconds of talk"`
	Outcome   *string   `json:"outcome" doc:"Null while it lasts"`
}

// OrderOfBuyer is an order of theirs.
type OrderOfBuyer struct {
	ID         uuid.UUID `json:"id" format:"uuid"`
	No         int64     `json:"no"`
	Status     string    `json:"status"`
	TotalMinor int64     `json:"total_minor" doc:"Minor units"`
	Currency   string    `json:"currency"`
	CreatedAt  time.Time `json:"created_at"`
}

// BuyerForm is all that people write on a card.
type BuyerForm struct {
	Phones   []string `json:"phones" nullable:"false" minItems:"1" maxItems:"10" doc:"As they are written; the first is rung first"`
	Name     string   `json:"name" maxLength:"200"`
	Address  string   `json:"address" maxLength:"500"`
	Note     string   `json:"note" maxLength:"2000"`
	Segments []string `json:"segments" nullable:"false" maxItems:"20"`
}

func (f BuyerForm) form() buyer.Form {
	return buyer.Form{Phones: f.Phones, Name: f.Name, Address: f.Address, Note: f.Note, Segments: f.Segments}
}

// knows tells whether a role is told who a buyer is.
func knows(role string) bool { return cdr.Phone(role, probe) == probe }

const probe = e164.Number("+79210000000")

func row(r buyer.Row, role string) BuyerRow {
	out := BuyerRow{
		ID: r.ID, Segments: r.Segments, Caution: string(buyer.CautionOf(r.Buyer, r.Buyouts())), BlockedAt: r.BlockedAt,
		Orders: r.Orders, Redeemed: r.Redeemed, Refused: r.Refused, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Phones: make([]string, len(r.Phones)),
	}
	for i, n := range r.Phones {
		out.Phones[i] = string(cdr.Phone(role, n))
	}
	if share, known := r.Buyouts().Share(); known {
		out.BuyoutShare = &share
	}
	if knows(role) {
		out.Name, out.Address, out.Note, out.BlockedReason = r.Name, r.Address, r.Note, r.BlockedReason
	}
	return out
}

// show reads what there was with a buyer.
func show(tx tenant.Tx, r buyer.Row) (*whole, error) {
	role := tx.Scope().Role()
	out := &whole{tag(r), BuyerWhole{BuyerRow: row(r, role), RedeemedBefore: r.RedeemedBefore, RefusedBefore: r.RefusedBefore,
		Consents: []ConsentOfBuyer{}, RecentCalls: []CallOfBuyer{}, RecentOrders: []OrderOfBuyer{}}}
	if !knows(role) {
		return out, nil
	}
	words, err := buyer.ConsentsOf(tx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range words {
		out.Body.Consents = append(out.Body.Consents, ConsentOfBuyer{NewConsent{string(c.Purpose), c.Given, c.Source, c.Wording}, c.NotedAt})
	}
	h, err := buyer.HistoryOf(tx, r.Phone, uuid.Nil)
	if err != nil {
		return nil, err
	}
	for _, c := range h.Calls {
		out.Body.RecentCalls = append(out.Body.RecentCalls, CallOfBuyer{c.ID, c.No, c.Direction, c.StartedAt, float64(c.TalkMS) / 1000, c.Outcome})
	}
	for _, o := range h.Orders {
		out.Body.RecentOrders = append(out.Body.RecentOrders, OrderOfBuyer{o.ID, o.No, o.Status, o.TotalMinor, o.Currency, o.CreatedAt})
	}
	return out, nil
}
