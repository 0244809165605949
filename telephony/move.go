package telephony

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/line"
	"switchboard/telephony/switchd"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/gist"
	"switchboard/tenant/move"
)

// seek is the one door by which a call goes to somebody else, whatever asks:
// an operator's page, their telephone's REFER or second call, the API. The
// shop's rule and the script's word are asked here.
func (n *Node) seek(ctx context.Context, a line.Ask) error {
	d, err := n.room.Desk(ctx, a.Operator)
	if err != nil {
		return err
	}
	if d.Call == nil || d.Call.ID != a.Call || d.State != "talking" {
		return fmt.Errorf("operator %s has no call %s in hand: %w", a.Operator, a.Call, fault.NotFound)
	}
	shop := n.book.Now().Shop(d.Call.ShopID)
	if shop == nil {
		return fmt.Errorf("shop of call %s: %w", a.Call, fault.NotFound)
	}
	s, err := n.goal(shop, a.To)
	if err != nil {
		return err
	}
	if s.Goal.ID == a.Operator {
		return fault.Invalid{Field: "to", Problem: "is yourself"}
	}
	if !shop.Moves.Allows(s.Goal.Kind, s.Goal.Phone) {
		return command.ErrBarred
	}
	if err := n.permitted(ctx, shop, a.Call); err != nil {
		return err
	}
	s.Call, s.Operator, s.Leg, s.Ask, s.Own, s.Note = a.Call, a.Operator, a.Leg, a.First, a.Own, a.To.Note
	s.RingMS, s.QueueMS = int64(shop.Moves.RingS)*1000, int64(shop.Moves.QueueS)*1000
	return n.room.Ask(ctx, func(answer chan<- error) switchd.Event {
		s.Answer = answer
		return s
	})
}

// permitted asks the script of the call, which may forbid transfers. What cannot
// be asked is not allowed: a rule that holds only while a database answers is
// none.
func (n *Node) permitted(ctx context.Context, shop *directory.Shop, call uuid.UUID) error {
	g, err := n.gist(ctx, shop, call)
	if err != nil {
		return fmt.Errorf("ask the script of call %s whether it may be transferred: %w: %w", call, fault.Unavailable, err)
	}
	if g.Barred {
		return command.ErrBarred
	}
	return nil
}

func (n *Node) gist(ctx context.Context, shop *directory.Shop, call uuid.UUID) (g gist.Gist, err error) {
	scope, err := n.db.EnterAsJob(ctx, "hand over a call", tenant.ID(shop.ID))
	if err != nil {
		return g, err
	}
	err = n.db.Within(ctx, scope, func(tx tenant.Tx) error {
		g, err = gist.Of(tx, call)
		return err
	})
	return g, err
}

// goal finds whom somebody means.
func (n *Node) goal(shop *directory.Shop, to command.To) (switchd.Sought, error) {
	none := fmt.Errorf("who is asked for: %w", fault.NotFound)
	switch move.Kind(to.Kind) {
	case move.Operator:
		if op := n.book.Now().Operator(to.ID); op != nil && op.Serves(shop.ID) {
			return switchd.Sought{Goal: switchd.Goal{Kind: move.Operator, ID: op.ID, Name: op.Name}}, nil
		}
	case move.Tier:
		if t := acd.Tier(to.Tier); t == acd.Order || t == acd.Consult {
			return switchd.Sought{Goal: switchd.Goal{Kind: move.Tier, Tier: t, Name: string(t)}}, nil
		}
	case move.Queue:
		if q := shop.Queue(to.ID); q != nil {
			return toQueue(q), nil
		}
	case move.Specialist:
		for _, s := range shop.Specialists {
			if s.ID == to.ID {
				return toSpecialist(s), nil
			}
		}
	case move.Outside:
		return n.number(shop, to.Phone)
	case "":
		return n.dialled(shop, to.Phone)
	}
	return switchd.Sought{}, none
}

func toQueue(q *directory.Queue) switchd.Sought {
	return switchd.Sought{Goal: switchd.Goal{Kind: move.Queue, ID: q.ID, Name: q.Name}, Queue: q}
}

func toSpecialist(s directory.Specialist) switchd.Sought {
	return switchd.Sought{Goal: switchd.Goal{Kind: move.Specialist, ID: s.ID, Name: s.Name, Phone: s.Phone}}
}

// number is a telephone outside. A specialist's own number is the specialist's;
// one of ours would ring ourselves.
func (n *Node) number(shop *directory.Shop, text string) (switchd.Sought, error) {
	if e164.Emergency(text) {
		return switchd.Sought{}, command.ErrBarred
	}
	phone, err := e164.Parse(text, e164.Russia)
	if err != nil {
		return switchd.Sought{}, fault.Invalid{Field: "to.phone", Problem: "is not a telephone number"}
	}
	for _, s := range shop.Specialists {
		if s.Phone == phone {
			return toSpecialist(s), nil
		}
	}
	if n.book.Now().Number(phone) != nil {
		return switchd.Sought{}, fault.Invalid{Field: "to.phone", Problem: "is a number of ours"}
	}
	return switchd.Sought{Goal: switchd.Goal{Kind: move.Outside, Name: string(phone), Phone: phone}}, nil
}

// dialled is what a telephone sends: the user of an operator's telephone, a
// tier, the name of a queue, or a number.
func (n *Node) dialled(shop *directory.Shop, text string) (switchd.Sought, error) {
	text = strings.TrimSpace(text)
	for _, op := range n.book.Now().Operators() {
		if op.Called(text) && op.Serves(shop.ID) {
			return n.goal(shop, command.To{Kind: string(move.Operator), ID: op.ID})
		}
	}
	if t := acd.Tier(text); t == acd.Order || t == acd.Consult {
		return n.goal(shop, command.To{Kind: string(move.Tier), Tier: text})
	}
	for _, q := range shop.Queues {
		if strings.EqualFold(q.Name, text) || q.ID.String() == text {
			return toQueue(q), nil
		}
	}
	return n.number(shop, text)
}

// handTime is how long the door may take for a telephone that waits for a 202.
const handTime = 3 * time.Second

// Seek is the door for the telephones.
func (n *Node) seekByPhone(a line.Ask) error {
	ctx, cancel := context.WithTimeout(context.Background(), handTime)
	defer cancel()
	return n.seek(ctx, a)
}

// moving is what an operator does, by the control API, with a call that goes to
// somebody else.
func (s switchboard) moving(ctx context.Context, o command.Order) error {
	switch o.Verb {
	case command.Transfer, command.Consult:
		if o.To == nil {
			return fault.Invalid{Field: "to", Problem: "is missing"}
		}
		return s.n.seek(ctx, line.Ask{Call: o.Call, Operator: o.Operator, Leg: uuid.New(), To: *o.To, First: o.Verb == command.Consult})
	case command.Park:
		return s.park(ctx, o)
	}
	deeds := map[command.Verb]switchd.Deed{
		command.Complete: switchd.Complete, command.Conference: switchd.Conference, command.Back: switchd.GoBack, command.Swap: switchd.Swap,
	}
	deed, known := deeds[o.Verb]
	if !known {
		return fault.Invalid{Field: "verb", Problem: "is none of those of an operator"}
	}
	return s.n.room.Ask(ctx, func(answer chan<- error) switchd.Event {
		return switchd.Moved{Call: o.Call, Operator: o.Operator, Do: deed, Answer: answer}
	})
}

func (s switchboard) park(ctx context.Context, o command.Order) error {
	d, err := s.n.room.Desk(ctx, o.Operator)
	if err != nil {
		return err
	}
	var shop *directory.Shop
	if d.Call != nil {
		shop = s.n.book.Now().Shop(d.Call.ShopID)
	}
	if shop == nil {
		return command.ErrNotNow
	}
	lasts := shop.Moves.ParkS
	if o.Seconds > 0 {
		lasts = min(lasts, o.Seconds)
	}
	return s.n.room.Ask(ctx, func(answer chan<- error) switchd.Event {
		return switchd.Parked{Call: o.Call, Operator: o.Operator, ForMS: int64(lasts) * 1000, Free: shop.Moves.ParkFree, Answer: answer}
	})
}

// leaves lets go of an operator who was called in, at their own wish.
func (s switchboard) leaves(ctx context.Context, o command.Order) (bool, error) {
	d, err := s.n.room.Desk(ctx, o.Operator)
	if err != nil || d.Call == nil || d.Call.ID != o.Call || d.Call.Move == nil || d.Call.Move.Guest == nil || *d.Call.Move.Guest != o.Operator {
		return false, err
	}
	if o.Verb != command.Hangup {
		return true, command.ErrNotNow
	}
	s.n.lines.DropThird(o.Call)
	return true, nil
}
