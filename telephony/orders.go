package telephony

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/say"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
)

// orders tells callers of theirs.
type orders struct {
	db *tenant.DB

	mu     sync.Mutex
	missed map[string]misses // by shop and number
}

// misses are wrong digits for one order.
type misses struct {
	n     int
	since time.Time
}

// Who rings again and again could try all ends of a telephone. After so many
// wrong ones within an hour an order is told to nobody until the hour is over.
const (
	mostMisses = 6
	mostMissed = 10_000 // orders remembered; beyond it all are forgotten
)

// tell says how an order stands to whoever knows its number and the end of its
// telephone, and to nobody else.
func (o *orders) tell(ctx context.Context, q line.Question) (words string, found bool, err error) {
	no, err := strconv.ParseInt(q.Order, 10, 64)
	if err != nil {
		return "", false, nil //nolint:nilerr // no number of an order has so many digits
	}
	key := q.Shop.ID.String() + "/" + q.Order
	if o.barred(key, time.Now()) {
		return "", false, nil
	}
	h, err := o.hear(ctx, q.Shop, no, q.Digits)
	switch {
	case errors.Is(err, fault.NotFound):
		o.miss(key, time.Now())
		return "", false, nil
	case err != nil:
		return "", false, err
	}
	return orderWords(q.Shop, h), true, nil
}

func (o *orders) hear(ctx context.Context, s *directory.Shop, no int64, digits string) (h order.Heard, err error) {
	scope, err := o.db.EnterAsJob(ctx, "menu", tenant.ID(s.ID))
	if err != nil {
		return h, fmt.Errorf("look up an order of shop %s: %w", s.Slug, err)
	}
	err = o.db.Within(ctx, scope, func(tx tenant.Tx) error {
		h, err = order.Hear(tx, no, digits)
		return err
	})
	return h, err
}

func (o *orders) barred(key string, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.missed[key]
	return m.n >= mostMisses && now.Sub(m.since) < time.Hour
}

func (o *orders) miss(key string, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.missed) >= mostMissed {
		clear(o.missed)
	}
	m := o.missed[key]
	if now.Sub(m.since) >= time.Hour {
		m = misses{since: now}
	}
	m.n++
	o.missed[key] = m
}

// orderWords is status and day, and no more.
func orderWords(s *directory.Shop, h order.Heard) string {
	language := say.Language(s.Language)
	number, day := language.OrderNumber(strconv.FormatInt(h.No, 10)), language.Day(h.Since.In(s.Zone), say.Genitive)
	if language == say.Russian {
		is := map[order.Status]string{order.Draft: "принят", order.Confirmed: "подтверждён", order.Cancelled: "отменён"}[h.Status]
		return "Заказ номер " + number + ". Он " + is + " " + day + "."
	}
	is := map[order.Status]string{order.Draft: "was taken", order.Confirmed: "was confirmed", order.Cancelled: "was cancelled"}[h.Status]
	return "Order number " + number + ". It " + is + " on " + day + "."
}
