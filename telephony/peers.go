package telephony

import (
	"context"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/tenant/fault"
)

// peers tells the SIP side who may talk to it.
type peers struct{ n *Node }

func (p peers) Trunk(src netip.Addr) (string, bool) {
	if t := p.n.book.Now().Trunk(src); t != nil {
		return t.Name, true
	}
	registrar := p.n.trunks.From(src)
	return registrar, registrar != ""
}

func (p peers) Login(trunk string) (user, ha1 string, needed bool) { return p.n.trunks.Login(trunk) }

func (p peers) PhoneAllowed(src netip.Addr) bool {
	for _, net := range p.n.cfg.PhonesFrom {
		if net.Contains(src.Unmap()) {
			return true
		}
	}
	return false
}

func (p peers) Secret(user string) (string, bool) {
	op := p.n.book.Now().Phone(user)
	if op == nil {
		return "", false
	}
	return op.HA1, true
}

// Desk implements sipua.Desks.
func (p peers) Desk(src netip.AddrPort) (string, bool) { return p.n.lines.Desk(src) }

func (p peers) Registered(user string, c sipua.Contact) {
	p.n.lines.Registered(user, c)
	p.n.keepPlace(user, c)
	p.n.duty.review(nil)
}

// switchboard is the node as the control API sees it.
type switchboard struct{ n *Node }

// extension is how much longer one press makes the after-call work.
const extension = 30 * time.Second

func (s switchboard) Do(ctx context.Context, o command.Order) error {
	n := s.n
	op := n.book.Now().Operator(o.Operator)
	if !n.serves(op) {
		return command.ErrElsewhere
	}
	if op == nil {
		return fault.NotFound
	}
	switch o.Verb {
	case command.Ready:
		if !n.lines.Reachable(op, time.Now()) {
			return command.ErrNoPhone
		}
		n.duty.press(ctx, o.Operator, true, "")
		return nil
	case command.Pause:
		n.duty.press(ctx, o.Operator, false, o.Reason)
		return nil
	case command.Finish:
		n.room.Tell(ctx, switchd.Finished{Operator: o.Operator})
		return nil
	case command.Extend:
		n.room.Tell(ctx, switchd.Extended{Operator: o.Operator, ByMS: extension.Milliseconds()})
		return nil
	case command.Dial:
		return s.callBack(ctx, o)
	}
	return s.inCall(ctx, o)
}

// inCall is what an operator does to the call in hand.
func (s switchboard) inCall(ctx context.Context, o command.Order) error {
	if guest, err := s.leaves(ctx, o); guest || err != nil {
		return err
	}
	if err := s.n.room.InHand(ctx, o.Operator, o.Call); err != nil {
		return err
	}
	switch o.Verb {
	case command.Hangup:
		s.n.room.Tell(ctx, switchd.HungUp{Call: o.Call, By: "operator", Reason: "hung up at the desk"})
	case command.Hold:
		s.n.room.Tell(ctx, switchd.Held{Call: o.Call})
	case command.Resume:
		if s.n.lines.HeldByTelephone(o.Call) {
			return command.ErrHeldByPhone
		}
		s.n.room.Tell(ctx, switchd.Resumed{Call: o.Call})
	case command.Mute, command.Unmute:
		s.n.room.Tell(ctx, switchd.Muted{Call: o.Call, Muted: o.Verb == command.Mute})
	default:
		return s.onCall(ctx, o)
	}
	return nil
}

// onCall is what an operator does to the recording, or to who else is in the
// call.
func (s switchboard) onCall(ctx context.Context, o command.Order) error {
	switch o.Verb {
	case command.PauseTape, command.ResumeTape, command.StopTape:
		return s.onTape(o)
	}
	return s.moving(ctx, o)
}

// onTape acts at once and tells the switch after: a recording must stand still
// before anything is written.
func (s switchboard) onTape(o command.Order) error {
	switch o.Verb {
	case command.PauseTape:
		s.n.lines.PauseTape(o.Call)
	case command.ResumeTape:
		s.n.lines.ResumeTape(o.Call)
	case command.StopTape:
		s.n.lines.StopTape(o.Call, call.Operator)
	default:
		return fault.Invalid{Field: "verb", Problem: "is none that an operator may ask for"}
	}
	return nil
}

func (s switchboard) Desk(ctx context.Context, operator uuid.UUID) (command.Desk, error) {
	if op := s.n.book.Now().Operator(operator); !s.n.serves(op) {
		return command.Desk{}, command.ErrElsewhere
	}
	s.n.watched.look(operator, time.Now()) // before: what changes from now on is told
	d, err := s.n.room.Desk(ctx, operator)
	if err == nil {
		d.Phone = s.phone(operator)
	}
	return d, err
}

// Drain implements control.Switch.
func (s switchboard) Drain() { s.n.drain.Do(func() { close(s.n.drains) }) }

func (s switchboard) Floor(ctx context.Context) (command.Floor, error) {
	if !s.n.leads.Load() && s.n.stays.none() {
		return command.Floor{}, command.ErrElsewhere
	}
	f, err := s.n.room.Floor(ctx)
	for i := range f.Operators {
		f.Operators[i].Phone = s.phone(f.Operators[i].Operator)
	}
	for i := range f.Calls {
		f.Calls[i].Legs = s.n.parties(&f.Calls[i])
	}
	return f, err
}

func (s switchboard) Quality(call uuid.UUID) []command.LegQuality { return s.n.lines.Quality(call) }

// phone says what telephone an operator has.
func (s switchboard) phone(operator uuid.UUID) string {
	op := s.n.book.Now().Operator(operator)
	switch {
	case s.n.lines.InBrowser(op):
		return "browser"
	case !s.n.lines.AtTelephone(op, time.Now()):
		return "missing"
	case op.SIPURI != "":
		return "fixed"
	}
	return "registered"
}

// Supervise does what a supervisor wants of a call.
func (s switchboard) Supervise(ctx context.Context, o command.Supervision) error {
	n := s.n
	if !n.leads.Load() && !n.lines.Has(o.Call) {
		return command.ErrElsewhere
	}
	sup := n.book.Now().Supervisor(o.Supervisor)
	if sup == nil {
		return fault.NotFound
	}
	var ev switchd.Event
	switch o.Do {
	case command.Listen, command.Whisper, command.Barge:
		if !n.lines.Reachable(sup, time.Now()) || o.Telephone && !n.lines.AtTelephone(sup, time.Now()) {
			return command.ErrDeaf
		}
		ev = switchd.Supervised{
			Call: o.Call, Supervisor: o.Supervisor, Leg: uuid.New(), Mode: o.Do, Telephone: o.Telephone, Announced: n.lines.Announces(o.Call),
		}
	case command.StopIt:
		ev = switchd.Dismissed{Call: o.Call, Supervisor: o.Supervisor}
	case command.TakeOver:
		ev = switchd.Seized{Call: o.Call, Supervisor: o.Supervisor}
	default:
		return fault.Invalid{Field: "do", Problem: "is not one of listen, whisper, barge, take-over, stop"}
	}
	if err := n.room.Supervisable(ctx, ev); err != nil {
		return err
	}
	n.room.Tell(ctx, ev)
	return nil
}
