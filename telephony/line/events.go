package line

import (
	"time"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
)

// buyerEvent is what the buyer's telephone did.
func (w *wire) buyerEvent(ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Confirmed:
		w.confirmed(ev)
	case sipua.Reoffered:
		w.reoffered(w.buyer, ev)
	case sipua.Digit:
		w.keyed(ev.Digit, byINFO)
	case sipua.Cancelled:
		w.tell(switchd.HungUp{Call: w.id, By: call.Caller, SIPCode: 487})
	case sipua.Failed:
		w.tell(switchd.HungUp{Call: w.id, By: bySystem, SIPCode: ev.Code, Reason: ev.Reason})
	case sipua.Ended:
		w.ended(call.Caller, ev)
	}
}

// confirmed reads the answer to an offer that was ours.
func (w *wire) confirmed(ev sipua.Confirmed) {
	if w.offer != nil || len(ev.SDP) == 0 || w.buyer.local == nil {
		return
	}
	s, err := sdp.Parse(ev.SDP)
	if err != nil {
		w.fail(err)
		return
	}
	chosen, err := w.buyer.local.Accept(s)
	if err != nil {
		w.fail(err)
		return
	}
	w.buyer.audio.SetRemote(chosen)
}

// ended reports a dialog that is over; by is who ended it if it was not us.
func (w *wire) ended(by call.By, ev sipua.Ended) {
	w.endMessage()
	if !ev.ByPeer {
		by = bySystem
	}
	w.tell(switchd.HungUp{Call: w.id, By: by, SIPCode: ev.Code, Reason: ev.Reason})
}

// deadAfter is how long a telephone may take to send anything at all. The next
// operator must not wait for one that is switched off.
const deadAfter = 4 * time.Second

// ring invites the telephone of the operator that the switch chose.
func (w *wire) ring(o switchd.Offer) {
	op := w.lines.cfg.Book().Operator(o.Operator)
	if w.ringBrowser(o, op) {
		return
	}
	target, ok := w.lines.phones.locate(op, time.Now())
	decline := func(reason acd.Reason, code int) {
		w.tell(switchd.Declined{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Reason: reason, SIPCode: code})
	}
	if !ok {
		decline(acd.Unreachable, 0)
		return
	}
	e := &end{lines: w.lines, id: o.Leg, operator: o.Operator, srtp: w.lines.phoneEncryption(target.URI), wide: w.wideBuyer()}
	if err := w.open(e, bothLaws); err != nil {
		w.lines.cfg.Log.Error("operator cannot be rung", "operator", o.Operator, "err", err)
		decline(acd.Unreachable, 0)
		return
	}
	target.FromUser, target.FromDisplay, target.SDP = w.from, w.display, e.local.Offer()
	target.Timeout = o.For + time.Second // the room takes it back itself; this is for a room that cannot
	target.Silence = deadAfter
	target.Listen = func(ev sipua.Event) { w.post(func() { w.operatorEvent(o, e, ev) }) }
	leg, err := w.lines.ua.Dial(target)
	if err != nil {
		w.lines.cfg.Log.Warn("operator cannot be rung", "operator", o.Operator, "err", err)
		w.lines.shut(e)
		decline(acd.Unreachable, 0)
		return
	}
	e.sip = leg
	w.listen("operator", "", leg)
	w.rung[o.Leg] = e
	w.tell(switchd.Rung{Call: o.Call, Leg: o.Leg, Dialog: leg.Dialog().JSON()})
}

// operatorEvent is what an operator's telephone did.
func (w *wire) operatorEvent(o switchd.Offer, e *end, ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Answered:
		w.answered(o, e, ev)
	case sipua.Reoffered:
		w.reoffered(e, ev)
	case sipua.Failed:
		if w.rung[o.Leg] == phone(e) {
			w.failed(o.Leg, ev.Code)
			w.letGo(o.Leg, "")
			w.tell(switchd.Declined{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Reason: reasonOf(ev.Code), SIPCode: ev.Code})
		}
	case sipua.Referred:
		w.refer(e, ev)
	case sipua.Ended:
		switch {
		case w.isGuest(o.Leg) && w.rung[o.Leg] == phone(e) && !e.up:
			w.letGo(o.Leg, "")
			w.tell(switchd.Declined{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Reason: acd.Refused})
		case w.isGuest(o.Leg):
			w.guestEnded(o.Leg, ev)
		case w.talker == phone(e) || w.rung[o.Leg] == phone(e):
			w.ended(call.Operator, ev)
		}
	}
}

func (w *wire) answered(o switchd.Offer, e *end, ev sipua.Answered) {
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
		w.lines.cfg.Log.Warn("operator's telephone has no audio of ours", "operator", o.Operator, "err", err)
		w.letGo(o.Leg, unspeakable(err))
		w.tell(switchd.Declined{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Reason: acd.Unreachable, SIPCode: 488})
		return
	}
	e.sip.AllowRefer()
	if w.isGuest(o.Leg) {
		w.accepted(o.Leg, e)
		return
	}
	e.up = true
	w.tell(switchd.Accepted{Call: o.Call, Operator: o.Operator, Leg: o.Leg, Dialog: e.sip.Dialog().JSON()})
}

// reasonOf is why a telephone did not take the call, by its SIP answer.
func reasonOf(code int) acd.Reason {
	switch code {
	case 486, 600:
		return acd.Busy
	case 603, 403, 607, 608:
		return acd.Refused
	}
	return acd.Unreachable
}

// reoffered answers a re-INVITE: new media addresses, or hold. Hold by the
// operator's own key is hold of the call.
func (w *wire) reoffered(e *end, ev sipua.Reoffered) {
	s, err := sdp.Parse(ev.SDP)
	if err != nil || e.local == nil {
		e.sip.AnswerReoffer(nil)
		return
	}
	body, chosen, err := e.local.Answer(s)
	if err != nil {
		w.lines.cfg.Log.Info("re-INVITE is refused", "call", w.id, "err", err)
		e.sip.AnswerReoffer(nil)
		return
	}
	e.audio.SetRemote(chosen)
	e.sip.AnswerReoffer(body)
	if was := e.held; s.Held() != was && w.talker == phone(e) {
		e.held = s.Held()
		w.locked.Store(e.held)
		if e.held {
			w.tell(switchd.Held{Call: w.id})
		} else {
			w.tell(switchd.Resumed{Call: w.id})
		}
	}
}

var _ switchd.Phones = (*Lines)(nil)
