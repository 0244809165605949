package calls

import (
	"time"

	"switchboard/billing/bill"
)

// Bill is how a charge was reckoned. Prices are decimal text in the currency's
// major unit; nothing in it has VAT.
type Bill struct {
	Plan           string        `json:"plan"`
	TariffVersion  int           `json:"tariff_version" doc:"Of the plan; it never changes"`
	Rule           string        `json:"rule" doc:"How seconds and money are rounded" example:"30/6 half_up"`
	Parts          []BillPart    `json:"parts" nullable:"false" doc:"The parts of the call's time, in their order"`
	Free           string        `json:"free" enum:",not answered,no billable time,under the free threshold,one of the month's free calls" doc:"Why nothing is owed, if so"`
	RawS           float64       `json:"raw_s" doc:"The billable parts added up"`
	CountedS       int64         `json:"counted_s" doc:"The same, a begun second counted whole"`
	FirstS         int64         `json:"first_increment_s" doc:"Seconds that a call is billed at least"`
	NextS          int64         `json:"next_increment_s" doc:"Seconds that are billed at a time after that"`
	BilledS        int64         `json:"billed_s" doc:"After the increments"`
	IncludedS      int64         `json:"included_s" doc:"Of them covered by the month's included seconds"`
	Segments       []BillSegment `json:"segments" nullable:"false" doc:"The billed seconds by their price"`
	SetupFee       string        `json:"setup_fee" doc:"Once a call" example:"0.20"`
	Capped         bool          `json:"capped" doc:"Whether the most that a call may cost cut it"`
	MaxPerCall     string        `json:"max_per_call" doc:"That most; 0 for none" example:"0"`
	Amount         int64         `json:"amount" doc:"What is owed, in minor units, without VAT"`
	Scale          int           `json:"scale"`
	Currency       string        `json:"currency" example:"RUB"`
	RoundingAmount int64         `json:"rounding_amount" doc:"Of it, what whole seconds and increments cost; 0 where the price is no single one"`
	Steps          []string      `json:"steps" nullable:"false" doc:"The arithmetic in words, a step a line"`
	Proven         bool          `json:"proven" doc:"Whether it was reckoned again just now from its own record, with the same result"`
	PostedAt       time.Time     `json:"posted_at"`
}

// BillPart is one part of the call's time.
type BillPart struct {
	Part     string  `json:"part" enum:"ring,queue,talk,hold,wrap_up"`
	Seconds  float64 `json:"seconds"`
	Billable bool    `json:"billable"`
}

// BillSegment is billed seconds of one price.
type BillSegment struct {
	Band       string `json:"band" doc:"Of the day; empty: the plan's own price"`
	Seconds    int64  `json:"seconds"`
	IncludedS  int64  `json:"included_s" doc:"Seconds of them that the month includes"`
	RatePerMin string `json:"rate_per_min" example:"12.00"`
}

func showBill(b bill.Bill) *Bill {
	r := b.Record
	out := &Bill{
		Plan: b.Plan, TariffVersion: b.PlanVersion, Rule: r.Tariff.Rule(), Free: string(r.Free), Parts: make([]BillPart, len(b.Parts)),
		RawS: seconds(r.RawMs), CountedS: r.WholeS, FirstS: r.Tariff.FirstS, NextS: r.Tariff.NextS, BilledS: r.BilledS, IncludedS: r.IncludedS,
		Segments: make([]BillSegment, len(r.Segments)), SetupFee: r.Setup.String(), Capped: r.Capped, MaxPerCall: r.Tariff.MaxPerCall.String(),
		Amount: b.Amount, Scale: b.Scale, Currency: b.Currency, RoundingAmount: b.Rounding, Steps: b.Steps, Proven: b.Proven, PostedAt: b.PostedAt,
	}
	for i, p := range b.Parts {
		out.Parts[i] = BillPart{p.Name, seconds(p.MS), p.Billable}
	}
	for i, s := range r.Segments {
		out.Segments[i] = BillSegment{s.Band, s.Seconds, s.IncludedS, s.Rate.String()}
	}
	if out.Steps == nil {
		out.Steps = []string{}
	}
	return out
}
