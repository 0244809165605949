package line

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/mix"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/telephony/webleg"
)

// watcher is a supervisor at the call: rung, and there once they have a voice.
type watcher struct {
	switchd.Watch
	phone phone
	voice media.Leg
}

const (
	// watchRing is how long a supervisor's telephone rings. A page answers by
	// itself.
	watchRing = 30 * time.Second
	// watchGrace is how long a supervisor's page may be away: nobody waits for it.
	watchGrace = 5 * time.Second
)

// Watch has a supervisor hear the call, or do there what the mode says.
func (l *Lines) Watch(s switchd.Watch) { l.on(s.Call, func(w *wire) { w.supervise(s) }) }

// Unwatch lets a supervisor go. Their browser is free when it returns: another
// call may be next.
func (l *Lines) Unwatch(id, leg, supervisor uuid.UUID) {
	l.browsers.Hangup(supervisor, leg, "stopped")
	l.on(id, func(w *wire) { w.unwatch(leg, "stopped") })
}

func (w *wire) supervise(s switchd.Watch) {
	if v := w.watchers[s.Leg]; v != nil {
		v.Mode = s.Mode
		w.connect()
		return
	}
	v := &watcher{Watch: s}
	w.watchers[s.Leg] = v
	if s.Telephone || !w.watchInBrowser(v) {
		w.watchByTelephone(v)
	}
}

// Seize makes a supervisor who is there the call's operator.
func (l *Lines) Seize(id, leg uuid.UUID) { l.on(id, func(w *wire) { w.seize(leg) }) }

func (w *wire) seize(leg uuid.UUID) {
	v := w.watchers[leg]
	if v == nil || v.voice == nil {
		return // gone in the same moment: it is told
	}
	delete(w.watchers, leg)
	was := w.talker
	w.sit(v.phone)
	w.voice, w.talk, w.muted, w.away, w.shown, w.outside = v.voice, talking, false, false, false, false
	w.locked.Store(false)
	w.connect()
	if was != nil {
		was.hangUp("taken over")
	}
}

// reach is a card that a supervisor's page answers by itself.
type reach struct {
	Kind string            `json:"kind"`
	Mode command.Supervise `json:"mode"`
}

// watchInBrowser rings the supervisor's page, and reports false if there is none.
func (w *wire) watchInBrowser(v *watcher) bool {
	l := w.lines
	if !l.browsers.Reachable(v.Supervisor) {
		return false
	}
	card, err := json.Marshal(reach{"supervise", v.Mode})
	if err != nil {
		panic("card of a supervisor: " + err.Error()) // two words
	}
	v.phone = &browser{lines: l, operator: v.Supervisor, leg: v.Leg}
	l.list(v.Leg, w)
	err = l.browsers.Ring(v.Supervisor, webleg.Offer{Leg: v.Leg, Call: w.id, Until: time.Now().Add(watchRing), Grace: watchGrace, Card: card})
	if err != nil {
		l.cfg.Log.Info("supervisor's browser cannot be rung", "err", err)
		w.watchEnds(v, "busy")
	}
	return true
}

// watchEvent is what a supervisor did in the browser.
func (w *wire) watchEvent(v *watcher, ev webleg.Event) {
	switch ev.(type) {
	case webleg.Accepted:
		w.watched(v, nil)
	case webleg.Declined, webleg.HungUp:
		w.watchEnds(v, "hung up")
	case webleg.Lost:
		w.watchEnds(v, "connection lost")
	}
}

// watchByTelephone rings the supervisor's telephone.
func (w *wire) watchByTelephone(v *watcher) {
	l := w.lines
	target, ok := l.phones.locate(l.cfg.Book().Supervisor(v.Supervisor), time.Now())
	e := &end{lines: l, id: v.Leg, operator: v.Supervisor, srtp: l.phoneEncryption(target.URI)}
	if !ok {
		w.watchEnds(v, "unreachable")
		return
	}
	if err := w.open(e, bothLaws); err != nil {
		l.cfg.Log.Error("supervisor cannot be rung", "supervisor", v.Supervisor, "err", err)
		w.watchEnds(v, "unreachable")
		return
	}
	target.FromUser, target.FromDisplay, target.SDP = "floor", string(v.Mode), e.local.Offer()
	target.Timeout, target.Silence = watchRing, deadAfter
	target.Listen = func(ev sipua.Event) { w.post(func() { w.watchHeard(v, e, ev) }) }
	leg, err := l.ua.Dial(target)
	if err != nil {
		l.cfg.Log.Warn("supervisor cannot be rung", "supervisor", v.Supervisor, "err", err)
		l.shut(e)
		w.watchEnds(v, "unreachable")
		return
	}
	e.sip, v.phone = leg, e
	w.listen("supervisor", "", leg)
	w.tell(switchd.Watching{Call: w.id, Leg: v.Leg, Dialog: leg.Dialog().JSON()})
}

// watchHeard is what a supervisor's telephone did.
func (w *wire) watchHeard(v *watcher, e *end, ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Answered:
		w.watchAnswered(v, e, ev)
	case sipua.Reoffered:
		w.reoffered(e, ev)
	case sipua.Failed:
		w.watchEnds(v, "not answered")
	case sipua.Ended:
		if w.talker == phone(e) {
			w.ended(call.Operator, ev)
			return
		}
		w.watchEnds(v, "hung up")
	}
}

func (w *wire) watchAnswered(v *watcher, e *end, ev sipua.Answered) {
	if w.watchers[v.Leg] != v {
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
		w.lines.cfg.Log.Warn("supervisor's telephone has no audio of ours", "supervisor", v.Supervisor, "err", err)
		w.watchEnds(v, "G.711 only")
		return
	}
	e.up = true
	w.watched(v, e.sip.Dialog().JSON())
}

// watched is of a supervisor who is there: they hear the call from now on.
func (w *wire) watched(v *watcher, dialog []byte) {
	if b, is := v.phone.(*browser); is {
		b.up = true
	}
	if v.voice = v.phone.join(); v.voice == nil {
		return // gone in the same moment: it is told
	}
	w.tell(switchd.Watching{Call: w.id, Leg: v.Leg, Up: true, Dialog: dialog})
	w.connect()
	if v.Announced {
		w.beep()
	}
}

// notice is the tone that tells of a supervisor: 1400 Hz for 0.2 s, as bridges
// of conferences have it.
var notice = tone.Sine(1400, 1600)

// beep has those who are in conversation hear that somebody listens.
func (w *wire) beep() {
	if m := w.bond.mixer; m != nil {
		for _, id := range []mix.ID{buyerSeat, operatorSeat, thirdSeat} {
			m.Play(id, notice)
		}
	}
}

// watchEnds is of a supervisor who left by themselves, or never came.
func (w *wire) watchEnds(v *watcher, reason string) {
	if w.watchers[v.Leg] != v {
		return // let go meanwhile
	}
	w.unwatch(v.Leg, reason)
	w.tell(switchd.Unwatched{Call: w.id, Leg: v.Leg, Reason: reason})
}

// unwatch lets a supervisor go.
func (w *wire) unwatch(leg uuid.UUID, reason string) {
	v := w.watchers[leg]
	if v == nil {
		return
	}
	delete(w.watchers, leg)
	w.connect() // first, so that nobody is sent to a leg that is closed
	if v.phone != nil {
		v.phone.hangUp(reason)
	}
}

// guardWatcher ends the supervision by a telephone that fell silent for good.
func (w *wire) guardWatcher(v *watcher) {
	e, is := v.phone.(*end)
	if !is || v.voice == nil {
		return
	}
	stop := w.lines.watch.Guard(e.audio, func() { w.post(func() { w.watchEnds(v, "no media") }) })
	w.guards = append(w.guards, stop)
}

// modeOf is a supervisor's mode as the table knows it.
var modeOf = map[command.Supervise]mode{command.Listen: listen, command.Whisper: whisper, command.Barge: barge}

// Announces reports whether those in a call are told of supervisors.
func (l *Lines) Announces(id uuid.UUID) bool {
	w := l.wire(id)
	return w != nil && w.number != nil && w.number.Shop.Announces
}

// Has reports whether a call is up here.
func (l *Lines) Has(id uuid.UUID) bool { return l.wire(id) != nil }
