package line

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/prompt"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/tenant/fault"
)

// Buyer is one who is to be rung.
type Buyer struct {
	Shop, Call, Operator uuid.UUID
	Number, Caller       e164.Number
	Timeout              time.Duration

	Offer  func(Terms) ([]byte, error) // the audio, for a trunk
	Tried  func(*sipua.Leg)            // told of each try, before anything else of it
	Listen func(sipua.Event)
}

// Terms are a trunk's, on which audio is offered.
type Terms struct {
	Trunk string     // its name
	Laws  []g711.Law // its codecs, in its order
	SRTP  sdp.Policy
	Wide  bool // it speaks G.722, too
}

// calling is a buyer who is rung, and the operator who waits for them.
type calling struct {
	leg     uuid.UUID // of the operator
	ringing *media.Playback
	drop    func(string) // ends what is rung; nil before
}

// Farewell says that they will be called back, and ends the call.
func (l *Lines) Farewell(id uuid.UUID) {
	l.on(id, func(w *wire) {
		w.unqueue()
		over := func() { w.tell(switchd.HungUp{Call: id, By: bySystem, SIPCode: 200}) }
		clip := l.cfg.Voice.Promise(w.number.Shop)
		if clip == nil || !w.buyer.up {
			over()
			return
		}
		w.then(over, clip)
	})
}

// Prepare makes the wire of a call to a buyer.
func (l *Lines) Prepare(id uuid.UUID, n *directory.Number, buyer e164.Number) {
	w := &wire{
		lines: l, id: id, inbox: make(chan func(), wireInbox), rung: map[uuid.UUID]phone{}, watchers: map[uuid.UUID]*watcher{}, began: time.Now(),
		buyer: &end{lines: l, id: uuid.New()}, from: string(buyer), phone: buyer, number: n, queue: n.Queue.ID, laws: bothLaws, outgoing: true,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wires[id] = w
	l.busy.Add(1)
	go w.run()
}

// CallBack rings the buyer, and lets the operator hear that.
func (l *Lines) CallBack(o switchd.Outgoing) { l.on(o.Call, func(w *wire) { w.callBack(o) }) }

func (w *wire) callBack(o switchd.Outgoing) {
	op := w.rung[o.Leg]
	if op == nil || !op.answered() {
		return // hung up since: the switch hears of it
	}
	voice := op.join()
	if voice == nil {
		return // the same
	}
	delete(w.rung, o.Leg)
	w.talker, w.voice = op, voice
	c := &calling{leg: o.Leg, ringing: w.lines.player.Loop(voice, ringback)}
	w.calling = c
	if err := w.open(w.buyer, w.laws); err != nil {
		w.unreached(503, err.Error())
		return
	}
	b := Buyer{
		Shop: w.number.Shop.ID, Call: w.id, Operator: o.Operator, Number: w.phone, Caller: w.number.E164, Timeout: o.For,
		Offer: func(t Terms) ([]byte, error) {
			local := sdp.NewLocal(w.buyer.audio.LocalAddr(), t.Laws...)
			local.SRTP, local.Wide = t.SRTP, t.Wide
			w.buyer.local, w.trunk = local, t.Trunk // nobody looks at them before an answer
			return local.Offer(), nil
		},
		Tried: func(leg *sipua.Leg) {
			w.listen("buyer", "", leg)
			w.post(func() {
				w.buyer.sip = leg
				w.tell(switchd.Calling{Call: w.id, Leg: w.buyer.id, Dialog: leg.Dialog().JSON()})
			})
		},
		Listen: func(ev sipua.Event) { w.post(func() { w.rungBuyer(ev) }) },
	}
	w.aside(o.For, func(ctx context.Context) func() { // rules are asked: that may take a moment
		drop, err := w.lines.cfg.Voice.Ring(ctx, b)
		return func() { w.placed(c, drop, err) }
	})
}

// placed is of a call to a buyer that was placed, or was not.
func (w *wire) placed(c *calling, drop func(string), err error) {
	switch {
	case err != nil && w.calling == c:
		w.lines.cfg.Log.Warn("a buyer is not called back", "call", w.id, "err", err)
		code := 503
		if errors.Is(err, fault.Forbidden) { // by the shop's limits of calls out
			code = 403
		}
		w.unreached(code, "no way out")
	case err == nil && w.over:
		drop("not needed")
	case err == nil:
		c.drop = drop
	}
}

// rungBuyer is what the buyer's telephone did.
func (w *wire) rungBuyer(ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Answered:
		w.buyerAnswered(ev)
	case sipua.Failed:
		w.unreached(ev.Code, ev.Reason)
	case sipua.Ended:
		w.ended(call.Caller, ev)
	default:
		w.buyerEvent(ev)
	}
}

func (w *wire) buyerAnswered(ev sipua.Answered) {
	if w.calling == nil || w.over {
		return
	}
	s, err := sdp.Parse(ev.SDP)
	if err == nil {
		var chosen sdp.Chosen
		if chosen, err = w.buyer.local.Accept(s); err == nil {
			w.buyer.audio.SetRemote(chosen)
		}
	}
	if err != nil {
		w.unreached(488, "G.711 only")
		return
	}
	w.buyer.up = true
	w.hearKeys()
	w.tell(switchd.Reached{Call: w.id, Leg: w.buyer.id, Dialog: w.buyer.sip.Dialog().JSON()})
}

// joinReached lets them talk.
func (w *wire) joinReached(rec *switchd.Recording) {
	w.uncall("")
	w.talk, w.shown = talking, false
	if rec == nil {
		w.connect()
		return
	}
	w.record(*rec)
	if w.number.Shop.Greeting == "none" {
		w.connect()
		return
	}
	w.notify()
}

// notify tells both that they are recorded, before they hear each other.
func (w *wire) notify() {
	notice := prompt.Clip(w.number.Shop.Language, prompt.Recorded)
	w.lines.player.Play(w.voice, notice)
	p := w.lines.player.Play(w.buyer.audio, notice)
	w.notice = p
	w.lines.busy.Go(func() {
		<-p.Done()
		w.post(func() {
			w.notice = nil
			if !w.over {
				w.connect()
			}
		})
	})
}

// unreached reports a buyer who can't be rung, or did not answer.
func (w *wire) unreached(code int, reason string) {
	if w.calling != nil && !w.buyer.up {
		w.uncall(reason)
		w.tell(switchd.Unreached{Call: w.id, SIPCode: code, Reason: reason})
	}
}

// uncall ends the ringing, for whoever hears it and, unless they answered, for
// whom it rings.
func (w *wire) uncall(reason string) {
	c := w.calling
	if c == nil {
		return
	}
	w.calling = nil
	c.ringing.Stop()
	if c.drop != nil && !w.buyer.up {
		c.drop(reason)
	}
}

// ringback is what is heard while somebody is rung: 425 Hz, a second of five.
var ringback = media.NewClip(append(sine(425, time.Second), make([]int16, 4*8000)...))
