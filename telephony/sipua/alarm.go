package sipua

import (
	"time"

	"switchboard/telephony/sipua/life"
)

// alarm is one of the clocks of a leg.
type alarm int

const (
	alarmResend     alarm = iota // the 2xx is due again
	alarmUnacked                 // its ACK is overdue
	alarmRemind                  // the provisional response is due again
	alarmSilent                  // the peer has sent nothing at all
	alarmUnanswered              // it has rung long enough
	alarmRefresh                 // the session is ours to refresh
	alarmExpired                 // nobody refreshed it
	alarmRetry                   // our offer may be sent again
	alarmReply                   // the owner has not answered a re-INVITE
	alarmAgain                   // our answer to a re-INVITE is due again
	alarmLost                    // its ACK is overdue
	alarmHushed                  // nobody says what becomes of a REFER
	alarmCount
)

// alarms is all clocks of a leg on one timer.
type alarms struct {
	due    [alarmCount]time.Time
	timer  *time.Timer
	resend time.Duration // until the next repetition of the 2xx
	again  time.Duration // and of the answer to a re-INVITE
}

func (a *alarms) init() { a.timer = time.NewTimer(time.Hour) }

func (a *alarms) at(which alarm, t time.Time) { a.due[which] = t }

func (a *alarms) stop(which ...alarm) {
	for _, w := range which {
		a.due[w] = time.Time{}
	}
}

// clear stops the alarms of a state. Those of the session, of offers and of
// referrals outlive it.
func (a *alarms) clear() { clear(a.due[:alarmRefresh]) }

// set winds the timer for the earliest alarm.
func (a *alarms) set() {
	next := time.Time{}
	for _, t := range a.due {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if next.IsZero() {
		a.timer.Stop()
		return
	}
	a.timer.Reset(time.Until(next))
}

// take returns an alarm whose time has come, and stops it.
func (a *alarms) take(now time.Time) (alarm, bool) {
	for which, t := range a.due {
		if !t.IsZero() && !t.After(now) {
			a.due[which] = time.Time{}
			return alarm(which), true
		}
	}
	return 0, false
}

// ringAlarms does what is due.
func (l *Leg) ringAlarms() {
	now := time.Now()
	for l.state != life.Over {
		which, ok := l.alarms.take(now)
		if !ok {
			return
		}
		l.alarm(which, now)
	}
}

func (l *Leg) alarm(which alarm, now time.Time) {
	switch which {
	case alarmResend:
		l.alarms.resend = min(2*l.alarms.resend, l.ua.timing.t2)
		l.alarms.at(alarmResend, now.Add(l.alarms.resend))
		l.step(life.Resend)
	case alarmUnacked:
		l.unacknowledged()
	case alarmRemind:
		l.remind()
	case alarmSilent:
		l.unheard()
	case alarmUnanswered:
		l.words.code, l.words.reason = 480, "no answer"
		l.words.failed = Failed{Code: 408, Reason: "no answer"}
		l.words.ended = Ended{Code: 480, Reason: "no answer"}
		l.step(life.Unanswered)
	case alarmRefresh:
		l.refresh()
	case alarmHushed:
		l.hushed()
	case alarmExpired:
		l.expire("the session has expired")
	default:
		l.bargainAlarm(which, now)
	}
}

// unacknowledged ends a leg whose peer acknowledges nothing.
func (l *Leg) unacknowledged() {
	l.words.ended = Ended{Code: 408, Reason: "no ACK"}
	l.words.reason = "no ACK"
	if l.state.Unanswered() {
		l.words.code, l.words.reason = 504, "no PRACK"
		l.words.ended = Ended{Code: 504, Reason: "no PRACK"}
	}
	l.step(life.Unacked)
}

// giveUp ends a leg that waits for its peer.
func (l *Leg) giveUp() {
	if !l.state.Unsettled() {
		l.unacknowledged()
		return
	}
	l.words.failed = Failed{Code: 408, Reason: "no response"}
	l.step(life.Broken)
}

// expire ends a call whose peer is gone.
func (l *Leg) expire(reason string) {
	l.words.reason = reason
	l.words.ended = Ended{Code: 408, Reason: reason}
	l.step(life.Expired)
}
