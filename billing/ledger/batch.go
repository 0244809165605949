package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// batch is what is known for posting legs, and what is to be written for them.
// Until the transaction ends nobody else changes what is known, for the legs and
// the months are locked.
type batch struct {
	shop    tenant.ID
	now     time.Time
	legs    map[recordKey]leg
	charges map[legKey]map[int]*posted // by the version of the record
	agreed  plan.Agreed
	used    allowances

	usages    []usage
	reversals []reversal
}

// legKey is what the versions of a record have in common.
type legKey struct {
	call uuid.UUID
	leg  int
}

type recordKey struct {
	legKey
	version int
}

func keyOf(f cdr.FinishedCall) recordKey { return recordKey{legKey{f.CallID, f.Leg}, f.Version} }

// read locks and reads all that posting the legs needs.
func read(tx tenant.Tx, fs []cdr.FinishedCall, now time.Time) (*batch, error) {
	if err := lockLegs(tx, fs); err != nil {
		return nil, fmt.Errorf("lock them: %w", err)
	}
	b := &batch{shop: tx.Scope().Shop(), now: now}
	var err error
	if b.legs, err = readLegs(tx, fs); err != nil {
		return nil, err
	}
	if b.charges, err = readCharges(tx, fs); err != nil {
		return nil, err
	}
	var answered []time.Time // of those that are to be charged
	for k, l := range b.legs {
		if l.AnsweredAt != nil && l.Newest == k.version && b.charges[k.legKey][k.version] == nil {
			answered = append(answered, *l.AnsweredAt)
		}
	}
	if len(answered) == 0 {
		return b, nil
	}
	if b.agreed, err = plan.AtEach(tx, answered); err != nil {
		return nil, err
	}
	b.used, err = readUsed(tx, b.agreed, answered)
	return b, err
}

// post decides what a leg leaves in the books.
func (b *batch) post(f cdr.FinishedCall) (Posted, error) {
	k := keyOf(f)
	l, there := b.legs[k]
	switch c := b.charges[k.legKey][k.version]; {
	case !there:
		return Posted{}, fault.NotFound
	case l.Newest > k.version:
		return Posted{}, nil
	case c != nil:
		return c.again(l)
	}
	older := b.standing(k)
	p := Posted{Reversed: len(older)}
	if l.AnsweredAt != nil {
		u, err := b.rate(l, older)
		if err != nil {
			return Posted{}, err
		}
		b.charge(k, u)
		p.ChargeID, p.Amount, p.BilledS, p.IncludedS = u.ID, money.Amount{Minor: u.Amount, Currency: u.Currency}, u.BilledS, u.BundleS
	}
	b.reverse(older, k.version)
	return p, nil
}

// again returns what was posted for the record, if it was this one.
func (c *posted) again(l leg) (Posted, error) {
	if c.CDR != l.SHA256 {
		return Posted{}, fmt.Errorf("charge %s was posted for other content (%s, now %s): %w", c.ID, c.CDR, l.SHA256, fault.Conflict)
	}
	return Posted{
		ChargeID: c.ID, Amount: money.Amount{Minor: c.Amount, Currency: c.Currency},
		BilledS: c.BilledS, IncludedS: c.BundleS, Again: true,
	}, nil
}

// standing returns the charges of versions before k that nothing has taken back.
func (b *batch) standing(k recordKey) (older []*posted) {
	for version, c := range b.charges[k.legKey] {
		if version < k.version && !c.Reversed {
			older = append(older, c)
		}
	}
	slices.SortFunc(older, func(a, b *posted) int { return a.Version - b.Version })
	return older
}

// rate rates the leg by the terms of the moment it was answered, as if older had
// been taken back.
func (b *batch) rate(l leg, older []*posted) (usage, error) {
	terms, err := b.agreed.At(*l.AnsweredAt)
	if err != nil {
		return usage{}, err
	}
	m := monthOf(terms, *l.AnsweredAt)
	u := l.usage(terms.Zone)
	u.IncludedLeftS, u.FreeCallsLeft = b.used.left(terms, m, older)
	c, err := rating.Rate(terms.Tariff, u)
	if err != nil {
		return usage{}, fmt.Errorf("rate by version %d of plan %s: %w", terms.Version, terms.Plan.Name, err)
	}
	amount, whole := c.Minor()
	if !whole {
		return usage{}, fmt.Errorf("%s minor units of %s are not whole", c.MinorText(), amount.Currency)
	}
	record, err := json.Marshal(Record{terms.Plan.Name, terms.Version, l.SHA256, c.Explain()})
	if err != nil {
		return usage{}, err
	}
	return b.row(l, terms.VersionID, m, c, record), nil
}

// charge notes the usage as if it were in the books.
func (b *batch) charge(k recordKey, u usage) {
	b.usages = append(b.usages, u)
	b.used.add(month{u.PlanID, u.Period}, u.BundleS, u.Calls)
	if b.charges[k.legKey] == nil {
		b.charges[k.legKey] = map[int]*posted{}
	}
	b.charges[k.legKey][k.version] = &posted{
		ID: u.ID, CallID: u.CallID, Leg: u.Leg, Version: u.Version, Amount: u.Amount, Currency: u.Currency,
		BilledS: u.BilledS, BundleS: u.BundleS, CDR: b.legs[k].SHA256, PlanID: u.PlanID, Period: u.Period, Seconds: u.BundleS, Calls: u.Calls,
	}
}

// reverse notes that charges are taken back because of the version newer.
func (b *batch) reverse(older []*posted, newer int) {
	for _, c := range older {
		c.Reversed = true
		b.used.add(month{c.PlanID, c.Period}, -c.Seconds, -c.Calls)
		k := recordKey{legKey{c.CallID, c.Leg}, c.Version}
		b.reversals = append(b.reversals, reversal{
			ID: uuid.Must(uuid.NewV7()), Old: c.ID, Newer: newer,
			Transfer: uuid.Must(uuid.NewV7()), IdemKey: idemKey(k, "reversal"), OldKey: idemKey(k, "usage"),
		})
	}
}

// usage is the leg as rating sees it. The greeting is no part that can be billed.
func (l leg) usage(zone *time.Location) rating.Usage {
	at := l.AnsweredAt.In(zone)
	u := rating.Usage{
		Answered: true, AnsweredMs: at.UnixMilli(),
		RingMs: l.RingMS, QueueMs: l.QueueMS, TalkMs: l.TalkMS, HoldMs: l.HoldMS, WrapUpMs: l.WrapUpMS,
	}
	u.Zone = rating.ZoneOf(at, u.Lasting())
	return u
}
