package line

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/switchd"
)

// message is one that the caller leaves.
type message struct {
	most   time.Time
	stop   func()       // of the sink and the alarm
	spoken atomic.Int64 // ms in which somebody was heard
	heard  atomic.Int64 // when last, as Unix ms
}

// hushed is the silence after which whoever speaks to a machine has done so.
const hushed = 5 * time.Second

// TakeMessage has the caller speak after a tone, on tape.
func (l *Lines) TakeMessage(id uuid.UUID, m switchd.Message) {
	l.on(id, func(w *wire) { w.then(func() { w.takeMessage(m) }, beep) })
}

// beep is the tone, after which it is silent at once.
var beep = media.NewClip(sine(880, 400*time.Millisecond))

func sine(frequency float64, d time.Duration) []int16 {
	const rate, amplitude = 8000, 8000
	pcm := make([]int16, rate*d.Milliseconds()/1000)
	for i := range pcm {
		pcm[i] = int16(amplitude * math.Sin(2*math.Pi*frequency*float64(i)/rate))
	}
	return pcm
}

func (w *wire) takeMessage(m switchd.Message) {
	w.silence()
	if m.Recording != nil { // there was a key for it
		w.record(*m.Recording)
	}
	x := &message{most: time.Now().Add(m.Most)}
	x.heard.Store(time.Now().UnixMilli())
	w.message = x
	tape := w.tape
	detach := w.buyer.audio.SetSink(func(p *media.Packet) {
		if tape != nil {
			tape.Hear(0, p)
		}
		x.hear(p)
	})
	end := make(chan struct{})
	x.stop = func() { detach(); close(end) }
	go func() {
		t := time.NewTicker(hushed / 20)
		defer t.Stop()
		for {
			select {
			case <-end:
				return
			case now := <-t.C:
				if now.After(x.most) || now.UnixMilli()-x.heard.Load() > hushed.Milliseconds() {
					w.post(w.messageOver)
					return
				}
			}
		}
	}()
}

// hear notes whether somebody speaks. It runs on the leg's goroutine.
func (x *message) hear(p *media.Packet) {
	const audible = 250 // mean of the samples' sizes: a voice has thousands, a quiet line some tens
	if p.Law == 0 || len(p.Payload) == 0 {
		return
	}
	sum := 0
	for _, s := range p.Law.Decode(p.Payload) {
		sum += max(int(s), -int(s))
	}
	if sum/len(p.Payload) > audible {
		x.spoken.Add(int64(len(p.Payload) / 8))
		x.heard.Store(p.At.UnixMilli())
	}
}

// messageOver ends the message, and with it the call.
func (w *wire) messageOver() {
	if w.message == nil {
		return
	}
	w.endMessage()
	w.tell(switchd.HungUp{Call: w.id, By: bySystem, SIPCode: 200})
}

// endMessage tells what the caller has said; before it is told that they are gone.
func (w *wire) endMessage() {
	x := w.message
	if x == nil {
		return
	}
	w.message = nil
	x.stop()
	w.endTape()
	w.tell(switchd.Messaged{Call: w.id, SpokenMS: x.spoken.Load()})
}
