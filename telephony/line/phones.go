package line

import (
	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/media"
	"switchboard/telephony/media/prompt"
	"switchboard/telephony/switchd"
)

const bySystem = call.System

// on posts do to the wire of the call, if it is still there.
func (l *Lines) on(id uuid.UUID, do func(*wire)) {
	if w := l.wire(id); w != nil {
		w.post(func() { do(w) })
	}
}

// Refuse turns a call away before it was answered.
func (l *Lines) Refuse(id uuid.UUID, code int, reason string) {
	l.on(id, func(w *wire) {
		w.lines.cfg.Log.Info("call is refused", "call", id, "code", code, "reason", reason)
		w.buyer.sip.Refuse(code, reason)
		w.finish(reason)
	})
}

// Announce answers, says why nobody will, and ends the call.
func (l *Lines) Announce(id uuid.UUID, c switchd.Clip) {
	l.on(id, func(w *wire) {
		if err := w.answer(); err != nil {
			w.fail(err)
			return
		}
		w.then(func() { w.tell(switchd.HungUp{Call: id, By: bySystem}) }, prompt.Clip(w.number.Shop.Language, prompt.Name(c)))
	})
}

// Greet answers and plays the greeting; music follows until somebody joins.
func (l *Lines) Greet(id uuid.UUID, record bool) {
	l.on(id, func(w *wire) {
		if err := w.answer(); err != nil {
			w.fail(err)
			return
		}
		clips := l.greeting(w.number.Shop)
		if record {
			clips = append(clips, prompt.Clip(w.number.Shop.Language, prompt.Recorded))
		}
		w.then(func() {
			if w.menu == nil {
				w.waitMusic()
			}
			w.tell(switchd.Greeted{Call: id})
		}, clips...)
	})
}

// greeting is the shop's own, or the stock one in its language.
func (l *Lines) greeting(s *directory.Shop) []*media.Clip {
	if own := l.cfg.Greeting(s); own != nil {
		return []*media.Clip{own}
	}
	return prompt.Clips(s.Language, prompt.Greeting)
}

// Ring lets the buyer hear that it rings.
func (l *Lines) Ring(id uuid.UUID) { l.on(id, func(w *wire) { w.decided = true; w.buyer.sip.Ring() }) }

// Offer rings an operator's telephone.
func (l *Lines) Offer(o switchd.Offer) { l.on(o.Call, func(w *wire) { w.ring(o) }) }

// Withdraw stops ringing, or lets go who answered too late.
func (l *Lines) Withdraw(id, leg uuid.UUID) {
	l.on(id, func(w *wire) { w.letGo(leg, "answered elsewhere") })
}

// Join lets buyer and operator talk.
func (l *Lines) Join(id, leg uuid.UUID, rec *switchd.Recording) {
	l.on(id, func(w *wire) { w.join(leg, rec) })
}

// Hold plays music to the buyer while the operator is away from them.
func (l *Lines) Hold(id uuid.UUID) { l.on(id, (*wire).hold) }

// Resume lets them talk on.
func (l *Lines) Resume(id uuid.UUID) { l.on(id, (*wire).resume) }

// Lose has the buyer wait for an operator whose connection is lost, or no
// longer.
func (l *Lines) Lose(id uuid.UUID, lost bool) { l.on(id, func(w *wire) { w.lose(lost) }) }

// Mute keeps the operator's voice from the buyer, or no longer.
func (l *Lines) Mute(id uuid.UUID, muted bool) { l.on(id, func(w *wire) { w.mute(muted) }) }

// Requeue plays music to a buyer whose operator is gone.
func (l *Lines) Requeue(id, leg uuid.UUID) { l.on(id, func(w *wire) { w.requeue(leg) }) }

// HeldByTelephone reports whether the telephone of the operator who talks has
// put the buyer on hold: nobody else can take them back.
func (l *Lines) HeldByTelephone(id uuid.UUID) bool {
	w := l.wire(id)
	return w != nil && w.locked.Load()
}

// End hangs up whatever is left of the call.
func (l *Lines) End(id uuid.UUID, reason string) { l.on(id, func(w *wire) { w.finish(reason) }) }
