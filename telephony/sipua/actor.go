package sipua

import (
	"slices"
	"time"

	"switchboard/telephony/sipua/life"
)

// run is the leg's goroutine.
func (l *Leg) run(first func()) {
	defer close(l.gone)
	l.alarms.init()
	defer l.alarms.timer.Stop()
	l.guarded(first)
	l.alarms.set()
	for l.state != life.Over {
		select {
		case do := <-l.box:
			l.guarded(do)
		case <-l.alarms.timer.C:
			l.guarded(l.ringAlarms)
		}
		if l.overflow.Load() && l.state != life.Over {
			l.drown()
		}
		l.alarms.set()
	}
	l.guarded(l.bury)
	for { // what came when all was over has an answer too
		select {
		case do := <-l.box:
			l.guarded(do)
		default:
			return
		}
	}
}

// guarded does what it is given; a panic ends the leg and nothing else.
func (l *Leg) guarded(do func()) {
	done := false
	defer func() {
		if done {
			return
		}
		l.ua.caught(recover(), "leg", l.callID)
		if l.state != life.Over {
			l.abandon("an error of the switch")
		}
	}()
	do()
	done = true
}

// drown ends a leg whose mailbox was full: what it missed may have been the
// end.
func (l *Leg) drown() {
	l.ua.counts.overflows.Add(1)
	l.ua.log.Warn("leg is ended: it cannot keep up", "call", l.callID)
	l.overflow.Store(false)
	l.guarded(func() { l.hangup("overloaded") })
}

// abandon ends the leg after a panic, without trusting what it knows of itself.
func (l *Leg) abandon(reason string) {
	defer func() {
		if p := recover(); p != nil {
			l.ua.caught(p, "end of a leg", l.callID)
			l.state = life.Over
		}
	}()
	l.hangup(reason)
}

// step puts an event to the leg's life and does what follows from it. It
// returns false if the event means nothing where the leg is.
func (l *Leg) step(ev life.Event) bool {
	to, acts, ok := life.Step(l.state, ev)
	if !ok {
		l.ua.log.Debug("event means nothing to the leg", "call", l.callID, "state", l.state, "event", ev)
		return false
	}
	was := l.state
	l.state = to
	for _, a := range acts {
		l.do(a)
	}
	if to != was {
		l.moved()
	}
	return true
}

// do carries out one action. None of them waits for the peer.
func (l *Leg) do(a life.Action) {
	switch a {
	case life.SendProgress:
		l.sendProgress()
	case life.SendPledge:
		l.sendPledge()
	case life.SendKept:
		l.sendKept()
	case life.AcceptPrack:
		l.acceptPrack()
	case life.SendAnswer:
		l.sendAnswer()
	case life.SendRefusal:
		l.sendRefusal()
	case life.SendTerminated:
		l.refuse(l.serving, 487, "Request Terminated")
	case life.SendInvite:
		l.sendInvite()
	case life.SendElsewhere:
		l.sendElsewhere()
	case life.SendPrack:
		l.sendPrack()
	case life.SendCancel:
		l.sendCancel()
	case life.SendAck:
		l.sendAck()
	case life.SendBye:
		l.sendBye()
	case life.DropFork:
		l.ua.hangUpGhost(l.calling.heard, true)
	case life.AcceptBye:
		l.acceptBye()
	default:
		l.report(a)
	}
}

// report tells the leg's owner.
func (l *Leg) report(a life.Action) {
	switch a {
	case life.TellPledged:
		l.tellPledged()
	case life.TellRinging:
		res := l.calling.heard
		l.tell(Ringing{Code: res.StatusCode, SDP: bodyOf(res), Phone: string(tagOf(res.To().Params))})
	case life.TellAnswered:
		l.ua.counts.answered.Add(1)
		l.tell(Answered{SDP: l.calling.answer()})
	case life.TellConfirmed:
		l.ua.counts.answered.Add(1)
		l.tell(Confirmed{SDP: l.words.sdp})
	case life.TellFailed:
		l.tell(l.words.failed)
	case life.TellCancelled:
		l.tell(Cancelled{Reason: l.words.reason})
	case life.TellEnded:
		l.tell(l.words.ended)
	}
}

// tell hands an event to the listener, or keeps it for one. Early events are
// few: a leg without a listener rings out or is cancelled.
func (l *Leg) tell(ev Event) {
	const mostEarly = 16
	if l.listen != nil {
		l.hand(ev)
	} else if len(l.early) < mostEarly {
		l.early = append(l.early, ev)
	}
}

// hand calls the listener. One that panics is not called again: its leg is
// ended in good order, for nobody minds it any more.
func (l *Leg) hand(ev Event) {
	defer func() {
		if p := recover(); p != nil {
			l.ua.caught(p, "listener of a leg", l.callID)
			l.listen = func(Event) {}
			l.Hangup("an error of the switch")
		}
	}()
	l.listen(ev)
}

// moved sets the clocks that run in a state.
func (l *Leg) moved() {
	l.alarms.clear()
	now := time.Now()
	switch l.state {
	case life.Invited:
		l.alarms.at(alarmUnanswered, l.until)
		l.alarms.at(alarmRemind, now.Add(l.ua.timing.remind))
	case life.Pledged:
		l.alarms.at(alarmUnanswered, l.until)
		l.alarms.resend = l.ua.timing.t1
		l.alarms.at(alarmResend, now.Add(l.alarms.resend))
		l.alarms.at(alarmUnacked, now.Add(l.ua.timing.give()))
	case life.Due: // what is out goes on being repeated
		l.alarms.at(alarmUnanswered, l.until)
		l.alarms.at(alarmResend, now.Add(l.alarms.resend))
		l.alarms.at(alarmUnacked, now.Add(l.ua.timing.give()))
	case life.Answered:
		l.alarms.resend = l.ua.timing.t1
		l.alarms.at(alarmResend, now.Add(l.alarms.resend))
		l.alarms.at(alarmUnacked, now.Add(l.ua.timing.give()))
	case life.Leaving: // its 2xx goes on being repeated
		l.alarms.at(alarmResend, now.Add(l.alarms.resend))
		l.alarms.at(alarmUnacked, now.Add(l.ua.timing.give()))
	case life.Calling, life.Ringing, life.Withdrawn:
		l.calling.clocks(l, now)
	case life.Cancelling: // a peer that gives no final response has given up (9.1)
		l.alarms.at(alarmSilent, now.Add(l.ua.timing.give()))
	case life.Up:
		l.session.start(l, now)
	}
}

// bury takes the leg out of the book and lets go of what hangs on it.
func (l *Leg) bury() {
	g := &grave{tag: l.id, callID: l.callID, remoteTag: l.snapshot().RemoteTag, invite: l.invite, seq: l.inviteSeq}
	if l.final != nil && l.final.StatusCode >= 300 {
		g.branch = l.branch
	}
	l.ua.book.leave(l, g)
	l.ua.tracer.Close(l.callID)
	for _, s := range slices.Clone(l.open) {
		l.leaveOpen(s)
	}
	if l.calling != nil && !l.calling.final {
		l.calling.stop()
	}
	for _, f := range l.atEnd {
		f()
	}
}

// leaveOpen ends a request that the end of the leg overtook. Unless its 2xx is
// out, it is still owed a response (RFC 3261, 15.1.2).
func (l *Leg) leaveOpen(s *served) {
	switch {
	case s == l.serving && l.final != nil, s == l.bargain.theirs && l.bargain.reply != nil:
		l.release(s)
	case s.req.IsInvite():
		l.refuse(s, 487, "Request Terminated")
	default:
		l.refuse(s, 481, "Call Does Not Exist")
	}
}
