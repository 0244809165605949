package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/billing/money"
	"switchboard/billing/wage"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/shift"
)

// shift returns an operator's figures of today.
func (h *Handler) shift(tx tenant.AcrossTx, d command.Desk) (Shift, error) {
	now := h.now()
	today, err := shift.DayOf(now)
	if err != nil {
		return Shift{}, err
	}
	if !d.OnDuty && d.State == "away" && d.Since.After(today.From) { // the switch may have sent them away itself
		now = d.Since
	}
	book, err := wage.BookOf(tx, d.Operator)
	if err != nil {
		return Shift{}, err
	}
	return figures(tx, d.Operator, span{today, now}, book)
}

// span is a day, as far as it has come.
type span struct {
	shift.Day
	until time.Time
}

func figures(tx tenant.AcrossTx, operator uuid.UUID, s span, book wage.Book) (Shift, error) {
	out := Shift{From: s.From, Zone: shift.Zone}
	f, err := shift.FiguresOf(tx, operator, s.Day, s.until)
	if err != nil {
		return out, err
	}
	out.Calls, out.Orders = len(f.Works), f.Orders
	if f.OnDuty != nil {
		onDuty := int64(f.OnDuty.Seconds())
		out.OnDutyS = &onDuty
	}
	var talk, wrapUp int64
	for _, w := range f.Works {
		talk, wrapUp = talk+w.TalkMS+w.HoldMS, wrapUp+w.WrapUpMS
	}
	out.TalkS, out.WrapUpS = talk/1000, wrapUp/1000
	out.Earned, err = earned(f.Works, book, s.until)
	return out, err
}

// earned adds the lines of pay up; nil if no terms were agreed by an instant.
func earned(works []shift.Work, book wage.Book, by time.Time) (*Money, error) {
	terms, ok := book.At(by)
	if !ok {
		return nil, nil //nolint:nilnil // no terms are an answer
	}
	sum := money.Amount{Currency: terms.Currency}
	for _, w := range works {
		terms, ok := book.At(w.AnsweredAt)
		if !ok {
			continue
		}
		line, err := terms.For(wage.Work{TalkMS: w.TalkMS, HoldMS: w.HoldMS, WrapUpMS: w.WrapUpMS})
		if err != nil {
			return nil, err
		}
		if sum, err = sum.Add(line.Amount); err != nil {
			return nil, fmt.Errorf("add up a day's pay: %w", err)
		}
	}
	m := amount(sum)
	return &m, nil
}

func amount(a money.Amount) Money { return Money{a.Minor, a.Currency.Exponent(), string(a.Currency)} }

func (h *Handler) day(ctx context.Context, q *dayQuery) (*dayAnswer, error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	s := span{until: h.now()}
	if s.Day, err = q.day(s.until); err != nil {
		return nil, err
	}
	me := session.Who(ctx).Account
	out := &dayAnswer{Day{Date: s.Date, Items: []DayCall{}}}
	err = h.db.Across(ctx, "an operator's own day", func(tx tenant.AcrossTx) error {
		book, err := wage.BookOf(tx, me)
		if err != nil {
			return err
		}
		if out.Body.Shift, err = figures(tx, me, s, book); err != nil {
			return err
		}
		calls, next, err := shift.Calls(tx, me, s.Day, shift.Page{After: after, Limit: q.Limit})
		if err != nil {
			return err
		}
		return out.Body.fill(calls, next, book)
	})
	return out, err
}

func (q *dayQuery) day(now time.Time) (shift.Day, error) {
	if q.Date == "" {
		return shift.DayOf(now)
	}
	d, err := shift.Named(q.Date)
	if err != nil {
		return d, fault.Invalid{Field: "query.date", Problem: "is no date"}
	}
	return d, nil
}

func (d *Day) fill(calls []shift.Call, next page.Cursor, book wage.Book) error {
	if text := next.String(); text != "" {
		d.NextCursor = &text
	}
	for _, c := range calls {
		pay, err := payOf(c, book)
		if err != nil {
			return err
		}
		d.Items = append(d.Items, DayCall{
			ID: c.ID, Shop: ShopCard(c.Shop), Queue: c.Queue, StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, TalkS: seconds(c.TalkMS),
			HoldS: seconds(c.HoldMS), WrapUpS: seconds(c.WrapUpMS), Ended: c.Ended, Disposition: c.Disposition, OrderNo: c.OrderNo, Pay: pay,
		})
	}
	return nil
}

// payOf returns the line of pay of a call; nil if no terms were agreed.
func payOf(c shift.Call, book wage.Book) (*PayLine, error) {
	terms, ok := book.At(c.AnsweredAt)
	if !ok {
		return nil, nil //nolint:nilnil // no terms are an answer
	}
	line, err := terms.For(wage.Work{TalkMS: c.TalkMS, HoldMS: c.HoldMS, WrapUpMS: c.WrapUpMS})
	if err != nil {
		return nil, err
	}
	out := &PayLine{Money: amount(line.Amount), Exact: line.Exact, Parts: []PayPart{}}
	for _, p := range line.Parts {
		out.Parts = append(out.Parts, PayPart{p.Name, p.MS, p.Rate.String()})
	}
	return out, nil
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }
