package switchd

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/journal"
	"switchboard/telephony/menu"
)

// Machines is what the switch needs of the telephones where no person speaks.
// It is part of Phones.
type Machines interface {
	Ask(call uuid.UUID, a Ask)             // answer if need be, walk through the menu, and report Left
	TakeMessage(call uuid.UUID, m Message) // beep, record, report Messaged and HungUp by the system
	Wait(call, queue uuid.UUID)            // the caller waits in a queue, and may report Wondered
	Tell(call uuid.UUID, p Place)          // say where in it they are
	Farewell(call uuid.UUID)               // say that they will be called back, and report HungUp by the system

	Bridge(call, leg uuid.UUID, rec *Recording)                     // let buyer and the telephone outside talk, on tape unless nil
	Prepare(call uuid.UUID, n *directory.Number, buyer e164.Number) // make a wire without a buyer
	CallBack(o Outgoing)                                            // ring the buyer for the operator, report Calling, Reached or Unreached
}

// Ask is a menu for a caller.
type Ask struct {
	Menu *directory.Menu
	Open bool   // it is within the hours of the number's queue
	At   string // the node where it goes on; "": at its start
}

// Message is one that a caller shall leave.
type Message struct {
	Recording *Recording
	Most      time.Duration
}

// What a menu reports. Digits that a caller gives are personal: the journal has
// how many there were, a row that can be erased has them.
type (
	// Chosen: the caller pressed a key that leads somewhere.
	Chosen struct {
		Call uuid.UUID `json:"-"`
		Node string    `json:"node"`
		Key  string    `json:"key"`
	}
	// Entered: the caller typed digits.
	Entered struct {
		Call   uuid.UUID `json:"-"`
		Node   string    `json:"node"`
		Count  int       `json:"count"`
		Digits string    `json:"-"`
	}
	// Told: the caller heard what they rang for.
	Told struct {
		Call uuid.UUID `json:"-"`
		Node string    `json:"node"`
	}
	// Left: the menu is over.
	Left struct {
		Call    uuid.UUID `json:"-"`
		To      menu.Kind `json:"to"`
		Node    string    `json:"node,omitempty"` // empty for a person whom no node names
		Queue   string    `json:"queue,omitempty"`
		Minutes int       `json:"minutes,omitempty"`
		Else    string    `json:"else,omitempty"` // where it goes on, if nobody outside answers

		Rings []menu.Ring `json:"-"` // telephones outside
	}
)

// Messaged: the caller has spoken to the machine, for so long; 0: they said
// nothing.
type Messaged struct {
	Call     uuid.UUID `json:"-"`
	SpokenMS int64     `json:"spoken_ms"`
}

func (Messaged) kind() string { return "messaged" }

func (Chosen) kind() string  { return "chosen" }
func (Entered) kind() string { return "entered" }
func (Told) kind() string    { return "told" }
func (Left) kind() string    { return "left" }

// ask opens the menu.
func (f *floor) ask(l *live) {
	if !f.apply(l, call.Event{Kind: call.Ask}) {
		return
	}
	f.write(l, "ask", map[string]any{"menu": l.menu.ID, "version": l.menu.No})
	a := Ask{Menu: l.menu, Open: l.open}
	f.do(func(p Phones) { p.Ask(l.id, a) })
}

// asked returns the call if it is in its menu.
func (f *floor) asked(id uuid.UUID) *live {
	l := f.live(id)
	if l == nil || l.life.State != call.Menu {
		f.counts.Ignored++
		return nil
	}
	return l
}

// inMenu takes what a menu reports.
func (f *floor) inMenu(ev Event) {
	switch ev := ev.(type) {
	case Chosen:
		if l := f.asked(ev.Call); l != nil {
			f.log(l, ev)
		}
	case Entered:
		f.entered(ev)
	case Told:
		if l := f.asked(ev.Call); l != nil {
			f.log(l, ev)
			l.as = call.Served
		}
	case Left:
		f.left(ev)
	case Wondered:
		f.wondered(ev)
	case Messaged:
		if l := f.asked(ev.Call); l != nil {
			f.log(l, ev)
			if l.spokenMS = ev.SpokenMS; ev.SpokenMS >= leastMessage {
				l.as = call.Voicemail
			}
		}
	}
}

const (
	// leastMessage is what a message is at least, in ms: a breath, a click and a
	// hang-up are none.
	leastMessage = 700
	// usualMessage is how long one may be where the menu does not say.
	usualMessage = 3
)

// message has the caller speak to the machine.
func (f *floor) message(l *live, minutes int) {
	if l.taped {
		return
	}
	m := Message{Recording: f.openTape(l, "voicemail"), Most: time.Duration(cmp.Or(minutes, usualMessage)) * time.Minute}
	if m.Recording == nil { // it cannot be kept
		f.toQueue(l, "")
		return
	}
	f.do(func(p Phones) { p.TakeMessage(l.id, m) })
}

func (f *floor) entered(ev Entered) {
	l := f.asked(ev.Call)
	if l == nil {
		return
	}
	ev.Count = len(ev.Digits)
	f.log(l, ev)
	f.batch.Entries = append(f.batch.Entries, journal.Entry{
		ShopID: l.row.ShopID, CallID: l.id, Seq: f.seq, Node: ev.Node, Digits: ev.Digits, At: f.instant(),
	})
}

// left does what the menu led to.
func (f *floor) left(ev Left) {
	l := f.asked(ev.Call)
	if l == nil {
		return
	}
	f.log(l, ev)
	l.as = ""
	switch ev.To {
	case menu.HangUp:
		l.as = call.Served
		f.hungUp(HungUp{Call: l.id, By: call.System, SIPCode: 200})
	case menu.Callback:
		f.wanted(l)
	case menu.Voicemail:
		f.message(l, ev.Minutes)
	case menu.Overflow:
		l.hunt = &hunt{node: ev.Node, rings: ev.Rings, or: ev.Else}
		f.huntOn(l)
	default:
		f.toQueue(l, ev.Queue)
	}
	f.change(l)
}

// toQueue has a caller of a menu wait for a person: in the queue of that name,
// or in their number's own. One that is not served now tells them so.
func (f *floor) toQueue(l *live, name string) {
	l.queue = l.number.Queue
	if q := l.menu.Queue(name); q != nil {
		l.queue = q
	}
	if !l.queue.Hours.Open(f.instant().In(l.number.Shop.Zone)) {
		l.row.Reason, l.as, l.row.QueueID = outsideHours, call.Refused, &l.queue.ID
		f.do(func(p Phones) { p.Announce(l.id, ClipClosed) })
		return
	}
	f.enqueue(l)
}
