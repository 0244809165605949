package line

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/media"
	"switchboard/telephony/switchd"
)

// queued is what a buyer hears who waits.
type queued struct {
	directory.Wait
	alarm  *time.Timer
	spoken bool // to, now: an announcement is not begun over another
}

// Wait begins to tell a caller now and then where in the queue they are. Who
// still hears it ring is told nothing.
func (l *Lines) Wait(id, queue uuid.UUID) {
	l.on(id, func(w *wire) {
		w.queue = queue
		if !w.buyer.up || w.number == nil {
			return
		}
		w.unqueue()
		w.queued = &queued{Wait: l.cfg.Book().Voice(w.number.Shop.ID).Waits[queue]}
		w.wonder()
	})
}

// waits reports whether the buyer waits in a queue.
func (w *wire) waits() bool {
	return w.queued != nil && !w.over && w.talker == nil && w.robot == nil && w.message == nil
}

func (w *wire) unqueue() {
	if w.queued != nil && w.queued.alarm != nil {
		w.queued.alarm.Stop()
	}
	w.queued = nil
}

// wonder sets the alarm to the next announcement.
func (w *wire) wonder() {
	q := w.queued
	if q.Every <= 0 {
		return
	}
	q.alarm = time.AfterFunc(q.Every, func() {
		w.post(func() {
			if w.queued != q || !w.waits() {
				return
			}
			if !q.spoken {
				w.tell(switchd.Wondered{Call: w.id})
			}
			w.wonder()
		})
	})
}

// Tell says a caller their place, over the music, which then goes on.
func (l *Lines) Tell(id uuid.UUID, p switchd.Place) {
	l.on(id, func(w *wire) {
		q := w.queued
		if !w.waits() {
			return
		}
		shop := w.number.Shop
		w.aside(speakFor, func(ctx context.Context) func() {
			clips, err := l.cfg.Voice.Place(ctx, shop, Standing{p, q.Callback})
			if err != nil {
				l.cfg.Log.Warn("a caller is not told their place", "call", id, "err", err)
				return func() {} // the music goes on
			}
			return func() { w.announce(q, clips) }
		})
	})
}

func (w *wire) announce(q *queued, clips []*media.Clip) {
	if w.queued == q && w.waits() {
		q.spoken = true
		w.then(func() {
			q.spoken = false
			w.waitMusic()
		}, clips...)
	}
}
