// Package line is the wires of the calls: their SIP legs, what is heard on
// them, what is recorded. It carries out what the switch has decided, and tells
// the switch what happened. It decides nothing about whose turn it is.
package line

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/journal"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/mix"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/telephony/webleg"
)

// home is the country of numbers that come without one.
const home = e164.Russia

// Room is the switch, as the wires tell it things.
type Room interface {
	Arrive(switchd.Arrived) bool
	Tell(context.Context, switchd.Event)
	Ask(context.Context, func(chan<- error) switchd.Event) error
}

// Config is what Lines work with.
type Config struct {
	Ports      *media.Ports
	PhoneSRTP  sdp.Policy // of telephones of ours
	Node       string     // this one's name
	Recordings string     // directory
	Book       func() *directory.Directory
	Brief      func(Meeting) Brief
	Greeting   func(*directory.Shop) *media.Clip // a shop's own, if it is at hand, else nil; must not block
	Voice      Voice
	Traced     func(Traced) // told of every call that is over; must not block; nil: nobody wants to know
	Log        *slog.Logger

	Seek    func(Ask) error // the door by which a call goes to somebody else; may take a moment
	Network Network
	Summary Summary // nil: nobody speaks
	Gist    Gist
	Trouble func(error) // recordings cannot be written; nil: nobody asks. Must not block
}

// Lines are all wires of this node. They implement switchd.Phones.
type Lines struct {
	cfg      Config
	ua       *sipua.UA
	browsers *webleg.Hub
	room     Room
	player   *media.Player
	board    *mix.Board
	watch    *media.Watch
	ctx      context.Context
	stop     context.CancelFunc
	phones   *phonebook

	mu    sync.Mutex
	wires map[uuid.UUID]*wire
	heard map[uuid.UUID]media.Leg // SIP legs that have audio
	pages map[uuid.UUID]*wire     // of the legs of browsers
	desks map[netip.AddrPort]desk // operators' telephones that talk
	busy  sync.WaitGroup
}

// New returns Lines without telephones: Connect gives it those, and the room.
func New(cfg Config) *Lines {
	if cfg.Traced == nil {
		cfg.Traced = func(Traced) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Lines{
		cfg: cfg, player: media.NewPlayer(), board: mix.NewBoard(), watch: media.NewWatch(), ctx: ctx, stop: stop, phones: newPhonebook(),
		wires: map[uuid.UUID]*wire{}, heard: map[uuid.UUID]media.Leg{}, pages: map[uuid.UUID]*wire{}, desks: map[netip.AddrPort]desk{},
	}
}

// Connect joins the lines to telephones, browsers and the room, before any of
// them runs.
func (l *Lines) Connect(ua *sipua.UA, browsers *webleg.Hub, room Room) {
	l.ua, l.browsers, l.room = ua, browsers, room
}

// Close hangs up what is up and waits until the last recording is written.
func (l *Lines) Close() {
	for _, w := range l.all() {
		w.post(func() { w.finish("the service stops") })
	}
	l.busy.Wait()
	l.stop()
	l.watch.Close()
	l.player.Close()
	l.board.Close()
}

func (l *Lines) all() []*wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	ws := make([]*wire, 0, len(l.wires))
	for _, w := range l.wires {
		ws = append(ws, w)
	}
	return ws
}

// Invited takes a call that a trunk brings. It is called by the SIP side.
func (l *Lines) Invited(leg *sipua.Leg, in sipua.Invite) {
	if in.Desk != "" {
		l.called(leg, in)
		return
	}
	if in.Trunk == "" {
		leg.Refuse(403, "a telephone does not dial out by itself")
		return
	}
	w := l.open(leg, in)
	w.listen("buyer", in.Trunk, leg)
	if err := w.hear(in.SDP); err != nil {
		l.cfg.Log.Info("call has no audio of ours", "sip_call", in.CallID, "err", err)
		leg.Refuse(488, unspeakable(err))
		l.drop(w)
		return
	}
	if !l.room.Arrive(w.arrival(in)) {
		l.cfg.Log.Warn("call is refused: the switch is behind", "sip_call", in.CallID)
		leg.Refuse(503, "overloaded")
		l.drop(w)
		return
	}
	leg.Listen(func(ev sipua.Event) { w.post(func() { w.buyerEvent(ev) }) })
}

// open starts the wire of a call.
func (l *Lines) open(leg *sipua.Leg, in sipua.Invite) *wire {
	w := &wire{
		lines: l, id: uuid.New(), inbox: make(chan func(), wireInbox), rung: map[uuid.UUID]phone{}, watchers: map[uuid.UUID]*watcher{}, began: time.Now(),
		buyer: &end{lines: l, id: uuid.New(), sip: leg}, from: clean(in.From), display: clean(in.FromDisplay), laws: l.laws(in.Trunk),
	}
	w.buyer.srtp, w.trunk = l.encryption(in.Trunk), in.Trunk
	w.buyer.wide = l.wideband(in.Trunk)
	w.phone = e164.Number(w.from)
	if n, err := e164.Parse(in.From, home); err == nil {
		w.phone = n
	}
	if n, err := e164.Parse(in.To, home); err == nil {
		w.number = l.cfg.Book().Number(n)
	}
	if w.number != nil {
		w.queue, w.menu = w.number.Queue.ID, l.cfg.Voice.Menu(w.number)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wires[w.id] = w
	l.busy.Add(1)
	go w.run()
	return w
}

// drop ends a wire that never carried a call.
func (l *Lines) drop(w *wire) { w.post(func() { w.over = true }) }

// laws are the codecs of a trunk, in its order.
func (l *Lines) laws(trunk string) []g711.Law {
	for _, t := range l.cfg.Book().Trunks() {
		if t.Name != trunk {
			continue
		}
		laws := make([]g711.Law, 0, len(t.Codecs))
		for _, c := range t.Codecs {
			if law, is := map[string]g711.Law{"pcma": g711.ALaw, "pcmu": g711.MuLaw}[c]; is {
				laws = append(laws, law)
			}
		}
		return laws
	}
	return bothLaws
}

// bothLaws is what a telephone of ours is offered.
var bothLaws = []g711.Law{g711.ALaw, g711.MuLaw}

// wire returns the wire of a call, or nil.
func (l *Lines) wire(call uuid.UUID) *wire {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wires[call]
}

// forget removes a wire that is over.
func (l *Lines) forget(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.wires, w.id)
	l.busy.Done()
}

// Heard returns when each leg was last heard, for the journal.
func (l *Lines) Heard() []journal.Heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]journal.Heard, 0, len(l.heard))
	for id, leg := range l.heard {
		if at := leg.LastPacket(); !at.IsZero() {
			out = append(out, journal.Heard{ID: id, MediaAt: at.UTC()})
		}
	}
	return out
}

// Up returns how many wires there are.
func (l *Lines) Up() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.wires)
}

// arrival is what the switch learns of a new call.
func (w *wire) arrival(in sipua.Invite) switchd.Arrived {
	party := journal.Party{PhoneRaw: w.from, Display: w.display}
	if n, err := e164.Parse(in.From, home); err == nil {
		party.Phone = string(n)
	}
	a := switchd.Arrived{
		Call: w.id, Number: w.number, Open: true, Trunk: in.Trunk, Dialled: clean(in.To), Party: party,
		Dialog: w.buyer.sip.Dialog().JSON(), Leg: w.buyer.id,
	}
	if w.number != nil {
		a.Dialled = string(w.number.E164)
		a.Menu = w.menu
		a.Open = w.number.Queue.Hours.Open(time.Now().In(w.number.Shop.Zone))
	}
	return a
}

// clean makes what a stranger sent fit for a row and a screen: printable, and
// not longer than a name is.
func clean(s string) string {
	const most = 64
	out := make([]rune, 0, min(len(s), most))
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\uFFFD' || len(out) == most {
			continue
		}
		out = append(out, r)
	}
	return string(out)
}
