package line

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/switchd"
	"switchboard/telephony/webleg"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
)

// Meeting is an operator who shall speak to a buyer.
type Meeting struct {
	cdr.Meeting
	Queue    uuid.UUID
	Outgoing bool   // we call the buyer
	Name     string // of the operator, as it is said
}

// Brief is what an operator should know of a call before the first word, and
// may miss.
type Brief struct {
	Greeting string    // the first sentence of the queue's script
	SpokeAt  time.Time // when they last talked; zero for never
}

// ringBrowser rings the operator's browser, and reports false if there is none.
func (w *wire) ringBrowser(o switchd.Offer, op *directory.Operator) bool {
	l := w.lines
	if op == nil || w.number == nil || !l.browsers.Reachable(o.Operator) {
		return false
	}
	until := time.Now().Add(o.For)
	card, err := json.Marshal(w.card(op))
	if err != nil {
		panic("card of a call: " + err.Error()) // strings and numbers
	}
	b := &browser{lines: l, operator: o.Operator, leg: o.Leg}
	w.rung[o.Leg] = b
	l.list(o.Leg, w)
	err = l.browsers.Ring(o.Operator, webleg.Offer{Leg: o.Leg, Call: o.Call, Until: until, Grace: w.number.Shop.Away, Card: card})
	if err == nil {
		return true
	}
	w.letGo(o.Leg, "")
	if errors.Is(err, webleg.ErrUnreachable) {
		return false // this very moment: there may be a telephone
	}
	l.cfg.Log.Warn("browser cannot be rung", "err", err)
	w.tell(switchd.Declined{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Reason: acd.Busy})
	return true
}

// card is what an operator sees of a call that is offered to them.
func (w *wire) card(op *directory.Operator) command.Card {
	n, s := w.number, w.number.Shop
	q := n.Queue
	if chosen := s.Queue(w.queue); chosen != nil {
		q = chosen
	}
	brief := w.lines.cfg.Brief(Meeting{
		Meeting: cdr.Meeting{Shop: tenant.ID(s.ID), Phone: string(w.phone), Operator: op.ID, Call: w.id}, Queue: q.ID, Name: op.Name, Outgoing: w.outgoing,
	})
	c := command.Card{
		ID: w.id, From: w.phone.Masked(), Queue: q.Name, Source: n.Source, WaitedMS: time.Since(w.began).Milliseconds(),
		Greeting: brief.Greeting,
		Shop: command.CardShop{
			ID: s.ID, Slug: s.Slug, NameRu: s.NameRu, NameEn: s.NameEn, SpokenRu: s.SpokenRu, SpokenEn: s.SpokenEn,
			Colour: s.Colour, Language: s.Language, Timezone: s.Zone.String(),
		},
	}
	c.Move, c.Outgoing = w.handed(op.ID), w.outgoing
	if !brief.SpokeAt.IsZero() {
		day := brief.SpokeAt.In(s.Zone).Format(time.DateOnly)
		c.SpokeOn = &day
	}
	return c
}

// browserEvent is what an operator did in the browser, on a leg of this call.
func (w *wire) browserEvent(leg uuid.UUID, ev webleg.Event) {
	if w.isGuest(leg) && w.guest.phone != nil {
		w.guestBrowser(leg, ev)
		return
	}
	if v := w.watchers[leg]; v != nil {
		w.watchEvent(v, ev)
		return
	}
	b, talks := w.talker.(*browser)
	if talks = talks && b.leg == leg; !talks {
		b, _ = w.rung[leg].(*browser)
	}
	switch {
	case b == nil: // let go meanwhile
	case talks:
		w.talkEvent(b, ev)
	default:
		w.ringEvent(b, ev)
	}
}

// ringEvent is of a browser that rings, or was answered a moment ago.
func (w *wire) ringEvent(b *browser, ev webleg.Event) {
	switch ev := ev.(type) {
	case webleg.Accepted:
		b.up = true
		w.tell(switchd.Accepted{Call: w.id, Operator: b.operator, Leg: b.leg})
	case webleg.Declined:
		w.letGo(b.leg, "")
		w.tell(switchd.Declined{Call: w.id, Operator: b.operator, Leg: b.leg, Reason: ev.Reason})
	case webleg.HungUp, webleg.Lost:
		// The switch has been told of the answer: it takes them for talking.
		w.letGo(b.leg, "")
		if w.isGuest(b.leg) {
			w.tell(switchd.Departed{Call: w.id, Leg: b.leg})
			return
		}
		w.tell(switchd.Gone{Call: w.id, Leg: b.leg})
	}
}

// talkEvent is of the browser that talks.
func (w *wire) talkEvent(b *browser, ev webleg.Event) {
	switch ev := ev.(type) {
	case webleg.HungUp:
		w.tell(switchd.HungUp{Call: w.id, By: call.Operator})
	case webleg.Held:
		w.tell(switchd.Held{Call: w.id})
	case webleg.Resumed:
		w.tell(switchd.Resumed{Call: w.id})
	case webleg.Dialled:
		if w.served() {
			w.lines.player.Dial(w.buyer.audio, ev.Keys)
		}
	case webleg.Away:
		w.tell(switchd.Cut{Call: w.id, Leg: b.leg, UntilMS: ev.Until.UnixMilli()})
	case webleg.Back:
		w.tell(switchd.Back{Call: w.id, Leg: b.leg})
	case webleg.Lost:
		w.tell(switchd.Gone{Call: w.id, Leg: b.leg})
	}
}
