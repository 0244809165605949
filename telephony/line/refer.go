package line

import (
	"errors"
	"net/netip"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/tenant/fault"
)

// second is another call of the operator's own telephone, by which it asks a
// third before it hands the call over.
type second struct {
	*end
	offer  sdp.Session
	bridge *media.Bridge
}

// refuse says by which SIP answer a wish is turned down.
func refusal(err error) (int, string) {
	switch {
	case errors.Is(err, command.ErrBarred), errors.Is(err, fault.Forbidden):
		return 403, "here no transfer, offer the e-mail"
	case errors.Is(err, command.ErrNobodyFree):
		return 486, "nobody is free"
	case errors.Is(err, command.ErrNotNow):
		return 491, "not now"
	case errors.Is(err, fault.NotFound), errors.As(err, new(fault.Invalid)):
		return 404, "nobody of that name"
	}
	return 500, "it cannot be asked now"
}

// refer is a telephone's wish that the call goes to somebody else: blind, or in
// place of its second call.
func (w *wire) refer(e *end, ev sipua.Referred) {
	switch {
	case w.talker != phone(e) && (w.second == nil || w.second.end != e):
		e.sip.AnswerRefer(403, "this call is nobody's to hand over")
	case ev.Leg != nil:
		w.referTo(e, ev)
	case ev.Replaces != "":
		e.sip.AnswerRefer(403, "that call is none of ours")
	default:
		w.seek(Ask{Call: w.id, Operator: w.operator(), Leg: uuid.New(), To: command.To{Phone: ev.User}}, func(err error) {
			w.answerRefer(e, err)
		})
		w.referrer = e.sip
	}
}

// referTo is a REFER that names the telephone's other call: the third has the
// call.
func (w *wire) referTo(e *end, ev sipua.Referred) {
	other := w.second != nil && (w.second.sip == ev.Leg || w.second.end == e && isLeg(w.talker, ev.Leg))
	if !other {
		e.sip.AnswerRefer(403, "that call is none of this telephone")
		return
	}
	w.referrer = e.sip
	operator, id := w.operator(), w.id
	w.lines.busy.Go(func() {
		err := w.lines.room.Ask(w.lines.ctx, func(answer chan<- error) switchd.Event {
			return switchd.Moved{Call: id, Operator: operator, Do: switchd.Complete, Answer: answer}
		})
		w.post(func() { w.answerRefer(e, err) })
	})
}

func isLeg(p phone, leg *sipua.Leg) bool {
	e, is := p.(*end)
	return is && e.sip == leg
}

// answerRefer accepts the wish, or says why not. What it comes to is told by
// referred.
func (w *wire) answerRefer(e *end, err error) {
	if w.referrer != e.sip {
		return // it has come to something already
	}
	if err != nil {
		w.referrer = nil
		e.sip.AnswerRefer(refusal(err))
		return
	}
	w.consented = true
	e.sip.AnswerRefer(202, "")
}

// referred tells a telephone what its wish has come to.
func (w *wire) referred(code int) {
	leg := w.referrer
	if leg == nil {
		return
	}
	if !w.consented {
		leg.AnswerRefer(202, "")
	}
	w.referrer, w.consented = nil, false
	leg.ReportRefer(code, map[bool]string{true: "OK", false: "nobody took it"}[code < 300])
}

// seek asks the door, and does then with its answer.
func (w *wire) seek(a Ask, then func(error)) {
	w.lines.busy.Go(func() {
		err := w.lines.cfg.Seek(a)
		w.post(func() { then(err) })
	})
}

// operator is whose telephone talks.
func (w *wire) operator() uuid.UUID {
	switch p := w.talker.(type) {
	case *end:
		return p.operator
	case *browser:
		return p.operator
	}
	return uuid.Nil
}

// desk is an operator's telephone that talks with a buyer.
type desk struct {
	operator uuid.UUID
	w        *wire
}

// Desk returns whose telephone at src may call us: only one with a buyer on the
// line, to ask somebody about them.
func (l *Lines) Desk(src netip.AddrPort) (operator string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.desks[src]
	if !ok {
		return "", false
	}
	return d.operator.String(), true
}

// atDesk notes that the telephone e talks on a wire; nil: on none any more.
func (l *Lines) atDesk(e *end, w *wire) {
	if e.operator == uuid.Nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if w == nil {
		delete(l.desks, e.sip.Source())
		return
	}
	l.desks[e.sip.Source()] = desk{e.operator, w}
}

// called is a second call of an operator's telephone.
func (l *Lines) called(leg *sipua.Leg, in sipua.Invite) {
	l.mu.Lock()
	d, ok := l.desks[in.Source]
	l.mu.Unlock()
	if !ok {
		leg.Refuse(403, "a telephone does not dial out by itself")
		return
	}
	d.w.post(func() { d.w.calledBy(d.operator, leg, in) })
}

func (w *wire) calledBy(operator uuid.UUID, leg *sipua.Leg, in sipua.Invite) {
	s, err := sdp.Parse(in.SDP)
	if w.second != nil || w.guest != nil || w.operator() != operator {
		leg.Refuse(486, "one at a time")
		return
	}
	e := &end{lines: w.lines, id: uuid.New(), sip: leg, operator: operator}
	if first, is := w.talker.(*end); is {
		e.srtp = first.srtp
	}
	if err == nil {
		err = s.Suits(e.srtp, bothLaws...)
	}
	if err == nil {
		err = w.open(e, bothLaws)
	}
	if err != nil {
		w.lines.cfg.Log.Info("second call of a telephone has no audio of ours", "err", err)
		leg.Refuse(488, unspeakable(err))
		return
	}
	w.second = &second{end: e, offer: s}
	leg.Listen(func(ev sipua.Event) { w.post(func() { w.secondEvent(e, ev) }) })
	leg.Ring()
	w.seek(Ask{Call: w.id, Operator: operator, Leg: uuid.New(), To: command.To{Phone: in.To}, First: true, Own: true}, func(err error) {
		if err != nil && w.second != nil && w.second.end == e {
			w.second = nil
			w.lines.shut(e)
			leg.Refuse(refusal(err))
		}
	})
}

// secondEvent is what the telephone did with its second call.
func (w *wire) secondEvent(e *end, ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Reoffered:
		w.reoffered(e, ev)
	case sipua.Referred:
		w.refer(e, ev)
	case sipua.Cancelled, sipua.Failed, sipua.Ended:
		if w.second == nil || w.second.end != e {
			return
		}
		w.dropSecond("hung up")
		w.tell(switchd.Moved{Call: w.id, Operator: w.operator(), Do: switchd.GoBack})
	}
}

// shapeSecond joins the second call and the third: the telephone itself says
// which of its two calls it hears, or lets all three hear each other.
func (w *wire) shapeSecond(s switchd.Shape) {
	if w.third != nil && !w.second.up {
		w.answerSecond()
	}
	w.talk = talking
	if s.Aside {
		w.talk = held
	}
	w.connect()
	if w.third != nil && w.second != nil && w.second.bridge == nil {
		w.second.bridge = media.Connect(w.third, w.second.audio, nil)
	}
}

func (w *wire) answerSecond() {
	body, chosen, err := w.second.local.Answer(w.second.offer)
	if err != nil {
		w.lines.cfg.Log.Warn("second call of a telephone cannot be answered", "err", err)
		w.second.sip.Refuse(488, unspeakable(err))
		return
	}
	w.second.audio.SetRemote(chosen)
	w.second.sip.AllowRefer()
	w.second.sip.Answer(body)
	w.second.up = true
}

// dropSecond ends the telephone's second call.
func (w *wire) dropSecond(reason string) {
	s := w.second
	if s == nil {
		return
	}
	w.second = nil
	if s.bridge != nil {
		s.bridge.Close()
	}
	s.hangUp(reason)
}
