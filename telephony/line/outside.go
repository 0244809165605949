package line

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/media"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/tenant/fault"
)

// Out is a call to the telephone network.
type Out struct {
	Shop     uuid.UUID
	Call     uuid.UUID // that it belongs to
	Operator uuid.UUID // who wants it
	Number   e164.Number
	Caller   e164.Number // one of the shop's
	Timeout  time.Duration

	Offer  func(trunk string) ([]byte, error) // the audio, as the trunk wants it
	Tried  func(*sipua.Leg)                   // told of each try, before anything else of it
	Listen func(sipua.Event)
}

// Network is the way out to the telephone network. The error says that nothing
// was tried; hangUp ends the call, whatever it does.
type Network func(context.Context, Out) (hangUp func(reason string), err error)

// Told is a call whose gist is wanted.
type Told struct {
	Shop *directory.Shop
	Call uuid.UUID
	Note string
}

// Ask is what an operator's telephone asks for: somebody else for the call.
type Ask struct {
	Call, Operator, Leg uuid.UUID
	To                  command.To
	First               bool // to be asked, before the call is theirs
	Own                 bool // by a second call of the telephone
}

// Summary and Gist of Config tell what a call has come to.
type (
	Summary func(context.Context, Told) *media.Clip
	Gist    func(Told, *command.Handed)
)

// Bridge lets the buyer and a telephone outside talk that was rung for them.
func (l *Lines) Bridge(id, leg uuid.UUID, rec *switchd.Recording) {
	l.on(id, func(w *wire) {
		if !w.adopt(leg) {
			return // gone since: the switch hears of it
		}
		w.silence()
		if rec != nil {
			w.record(*rec)
		}
		w.hand(leg)
	})
}

// dialOut rings a telephone outside for the call.
func (w *wire) dialOut(o switchd.Third) {
	e := &end{lines: w.lines, id: o.Leg}
	if err := w.open(e, bothLaws); err != nil {
		w.lines.cfg.Log.Error("number outside cannot be called", "call", w.id, "err", err)
		w.tell(switchd.Declined{Call: w.id, Leg: o.Leg, Reason: acd.Unreachable, SIPCode: 503})
		return
	}
	w.rung[o.Leg] = e
	out := Out{
		Shop: w.number.Shop.ID, Call: w.id, Operator: o.By, Number: o.Goal.Phone, Caller: w.number.E164, Timeout: o.For + time.Second,
		Offer: func(trunk string) ([]byte, error) { // nobody looks at it before an answer
			e.srtp = w.lines.offering(trunk)
			e.local = sdp.NewLocal(e.audio.LocalAddr(), w.lines.laws(trunk)...)
			e.local.SRTP = e.srtp
			return e.local.Offer(), nil
		},
		Tried: func(leg *sipua.Leg) {
			w.listen("third", "", leg)
			w.post(func() {
				e.sip = leg
				w.tell(switchd.Rung{Call: w.id, Leg: o.Leg, Dialog: leg.Dialog().JSON()})
			})
		},
		Listen: func(ev sipua.Event) { w.post(func() { w.outsideEvent(o, e, ev) }) },
	}
	w.lines.busy.Go(func() { // rules and limits are asked: that may take a moment
		ctx, cancel := context.WithTimeout(w.lines.ctx, o.For)
		defer cancel()
		drop, err := w.lines.cfg.Network(ctx, out)
		w.post(func() { w.dialled(o, e, drop, err) })
	})
}

// dialled is of a call out that was placed, or was not.
func (w *wire) dialled(o switchd.Third, e *end, drop func(string), err error) {
	gone := w.rung[o.Leg] != phone(e) && (w.guest == nil || w.guest.phone != phone(e)) && w.talker != phone(e)
	switch {
	case err == nil && gone:
		drop("not needed")
	case err == nil:
		e.drop = drop
	case !gone:
		w.lines.cfg.Log.Warn("number outside cannot be called", "call", w.id, "err", err)
		why, code := acd.Unreachable, 503
		if errors.Is(err, fault.Forbidden) {
			why, code = acd.Forbidden, 403
		}
		w.failed(o.Leg, code)
		w.letGo(o.Leg, "")
		w.tell(switchd.Declined{Call: w.id, Leg: o.Leg, Reason: why, SIPCode: code})
	}
}

// outsideEvent is what a telephone outside did.
func (w *wire) outsideEvent(o switchd.Third, e *end, ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Answered:
		w.outsideAnswered(o, e, ev)
	case sipua.Reoffered:
		w.reoffered(e, ev)
	case sipua.Failed:
		if w.rung[o.Leg] == phone(e) {
			w.failed(o.Leg, ev.Code)
			w.letGo(o.Leg, "")
			w.tell(switchd.Declined{Call: w.id, Leg: o.Leg, Reason: reasonOf(ev.Code), SIPCode: ev.Code})
		}
	case sipua.Ended:
		if w.rung[o.Leg] == phone(e) && !e.up {
			w.letGo(o.Leg, "")
			w.tell(switchd.Declined{Call: w.id, Leg: o.Leg, Reason: acd.Refused})
			return
		}
		w.guestEnded(o.Leg, ev)
	}
}

func (w *wire) failed(leg uuid.UUID, code int) {
	if w.isGuest(leg) {
		w.guest.code = code
	}
}

func (w *wire) outsideAnswered(o switchd.Third, e *end, ev sipua.Answered) {
	if w.rung[o.Leg] != phone(e) {
		return // let go meanwhile
	}
	s, err := sdp.Parse(ev.SDP)
	if err == nil {
		var chosen sdp.Chosen
		if chosen, err = e.local.Accept(s); err == nil {
			e.audio.SetRemote(chosen)
		}
	}
	if err != nil {
		w.lines.cfg.Log.Warn("telephone outside has no audio of ours", "call", w.id, "err", err)
		w.letGo(o.Leg, unspeakable(err))
		w.tell(switchd.Declined{Call: w.id, Leg: o.Leg, Reason: acd.Unreachable, SIPCode: 488})
		return
	}
	w.accepted(o.Leg, e)
}
