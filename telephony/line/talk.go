package line

import (
	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/media/prompt"
	"switchboard/telephony/switchd"
)

// join lets the buyer and the operator on leg talk, and records them.
func (w *wire) join(leg uuid.UUID, rec *switchd.Recording) {
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
	w.unguard()
	w.talker, w.voice = op, voice
	delete(w.rung, leg)
	if rec != nil {
		w.record(*rec)
	}
	w.connect()
}

// connect bridges the two, on tape if there is one.
func (w *wire) connect() {
	var tap media.Tap
	if w.tape != nil {
		tap = w.tape
	}
	w.bridge = media.Connect(w.buyer.audio, w.voice, tap)
	w.bridge.Mute(w.muted)
	w.guard(w.buyer)
	if e, is := w.talker.(*end); is {
		w.guard(e) // browsers are watched by those who know them
	}
}

// part takes the two apart without ending the call.
func (w *wire) part() {
	w.unguard()
	if w.bridge != nil {
		w.bridge.Close()
		w.bridge = nil
	}
}

func (w *wire) hold() {
	if w.talker == nil {
		return
	}
	w.part()
	w.music()
	w.talker.show(true)
}

// music is what the buyer hears while nobody talks to them.
func (w *wire) music() {
	w.silence()
	w.playing = w.lines.player.Loop(w.buyer.audio, prompt.Music())
	w.guard(w.buyer)
}

// requeue lets go of an operator who is gone, in the middle of the call or as it
// began. Before anybody answered, it goes on ringing.
func (w *wire) requeue(leg uuid.UUID) {
	w.letGo(leg, "gone")
	if w.talker == nil {
		return
	}
	w.part()
	w.talker.hangUp("gone")
	w.resumeTape("operator gone")
	w.talker, w.voice, w.muted = nil, nil, false
	w.locked.Store(false)
	w.music()
}

func (w *wire) mute(muted bool) {
	w.muted = muted
	if w.bridge != nil {
		w.bridge.Mute(muted)
	}
}

// pressed shows the operator a key of the buyer's: that there was one, while
// the recording stands still for what they must not keep.
func (w *wire) pressed(key byte) {
	if w.bridge == nil {
		return
	}
	if w.secret.on {
		key = maskedKey
	}
	w.talker.press(key)
}

func (w *wire) resume() {
	if w.talker == nil {
		return
	}
	w.unguard()
	w.silence()
	w.connect()
	w.talker.show(false)
}

// letGo hangs up an operator's leg that is not the talker's.
func (w *wire) letGo(leg uuid.UUID, reason string) {
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
	w.silence()
	w.part()
	for leg := range w.rung {
		w.letGo(leg, reason)
	}
	w.buyer.hangUp(reason)
	if w.talker != nil {
		w.talker.hangUp(reason)
	}
	w.endTape()
}
