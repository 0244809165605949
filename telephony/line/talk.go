package line

import (
	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/menu"
	"switchboard/telephony/switchd"
)

// join lets the buyer and the operator on leg talk, and records them.
func (w *wire) join(leg uuid.UUID, rec *switchd.Recording) {
	if w.calling != nil && w.calling.leg == leg {
		w.joinReached(rec)
		return
	}
	op := w.rung[leg]
	if op == nil || !op.answered() {
		return // hung up since: the switch hears of it
	}
	if err := w.answer(); err != nil {
		w.fail(err)
		return
	}
	voice := op.join()
	if voice == nil {
		return // the same
	}
	w.silence()
	w.sit(op)
	w.voice, w.talk, w.shown, w.outside = voice, talking, false, false
	delete(w.rung, leg)
	w.unqueue()
	if rec != nil {
		w.record(*rec)
	}
	w.connect()
}

func (w *wire) hold() {
	if w.talker == nil {
		return
	}
	w.talk = held
	w.connect()
	w.show()
}

func (w *wire) resume() {
	if w.talker == nil {
		return
	}
	w.talk = talking
	w.connect()
	w.show()
}

// lose is of the operator's connection: the buyer waits for it, whatever they
// were about.
func (w *wire) lose(lost bool) {
	if w.talker == nil {
		return
	}
	w.away = lost
	w.connect()
	w.show()
}

// show tells the operator whether the buyer hears music.
func (w *wire) show() {
	if hears := w.scene().music(party{role: theBuyer}); hears != w.shown {
		w.shown = hears
		w.talker.show(hears)
	}
}

// requeue lets go of an operator who is gone, in the middle of the call or as it
// began. Before anybody answered, it goes on ringing.
func (w *wire) requeue(leg uuid.UUID) {
	w.letGo(leg, "gone")
	if w.talker == nil {
		return
	}
	w.resumeTape("operator gone")
	gone := w.talker
	w.referred(200) // it waits where they wanted, or goes on without them
	w.dropSecond("gone")
	w.sit(nil)
	w.voice, w.muted, w.away = nil, false, false
	w.locked.Store(false)
	w.connect()
	gone.hangUp("gone")
}

func (w *wire) mute(muted bool) {
	w.muted = muted
	if w.talker != nil {
		w.connect()
	}
}

// pressed shows the operator a key of the buyer's: that there was one, while
// the recording stands still for what they must not keep.
func (w *wire) pressed(key byte) {
	if w.robot != nil {
		w.step(menu.Key{Key: key})
		return
	}
	if w.message != nil && key == '#' {
		w.messageOver()
		return
	}
	switch {
	case w.refuses(key):
		w.stopTape(call.Caller)
	case w.waits() && w.queued.Callback && key == '1':
		w.tell(switchd.Wished{Call: w.id})
	case w.served() && w.secret.on:
		w.talker.press(maskedKey)
	case w.served():
		w.talker.press(key)
	}
}

// letGo hangs up an operator's leg that is not the talker's.
func (w *wire) letGo(leg uuid.UUID, reason string) {
	defer w.dropGuest(leg, reason)
	if op := w.rung[leg]; op != nil {
		delete(w.rung, leg)
		op.hangUp(reason)
	}
}

// finish takes the whole wire down.
func (w *wire) finish(reason string) {
	if w.over {
		return
	}
	w.over = true
	w.uncall(reason)
	w.unqueue()
	w.endMessage()
	w.dismiss()
	w.silence()
	w.unguard()
	w.part()
	for leg := range w.rung {
		w.letGo(leg, reason)
	}
	if g := w.guest; g != nil {
		w.dropGuest(g.Leg, reason)
	}
	w.dropSecond(reason)
	w.buyer.hangUp(reason)
	if p := w.talker; p != nil {
		w.sit(nil)
		p.hangUp(reason)
	}
	for _, v := range w.watchers {
		if v.phone != nil {
			v.phone.hangUp(reason)
		}
	}
	w.account()
	w.endTape()
}
