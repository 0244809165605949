package apitest

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/trace"
	"switchboard/tenant/fault"
)

// Phones is a switch that remembers what it was asked: the real one needs
// telephones.
type Phones struct {
	mu     sync.Mutex
	desks  map[uuid.UUID]command.Desk
	orders []command.Order
	down   bool
	no     error
}

// NewPhones returns a switch where nobody is on duty.
func NewPhones() *Phones { return &Phones{desks: map[uuid.UUID]command.Desk{}} }

// Put makes a desk as it is to be.
func (p *Phones) Put(d command.Desk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.desks[d.Operator] = d
}

// SetDown makes the switch unreachable.
func (p *Phones) SetDown() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
}

// Refuse has the switch answer orders with err, until it is nil.
func (p *Phones) Refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.no = err
}

// Orders returns what was asked so far.
func (p *Phones) Orders() []command.Order {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]command.Order{}, p.orders...)
}

// Desk implements desk.Phones.
func (p *Phones) Desk(_ context.Context, operator uuid.UUID) (command.Desk, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return command.Desk{}, fmt.Errorf("ask telephony: %w", fault.Unavailable)
	}
	if d, ok := p.desks[operator]; ok {
		return d, nil
	}
	return command.Desk{Operator: operator, State: "away", Phone: "missing", Since: time.Unix(0, 0).UTC()}, nil
}

// Do implements desk.Phones.
func (p *Phones) Do(_ context.Context, o command.Order) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return fmt.Errorf("ask telephony: %w", fault.Unavailable)
	}
	if p.no != nil {
		return p.no
	}
	p.orders = append(p.orders, o)
	return nil
}

// Targets implements desk.Phones.
func (p *Phones) Targets(context.Context, uuid.UUID) (command.Targets, error) {
	return command.Targets{Email: "info@shop.test", ParkS: 120, Items: []command.Target{{Kind: "tier", Tier: "consultant", Free: true}}}, nil
}

// Supervise implements floor.Phones: as an order of the supervisor's.
func (p *Phones) Supervise(ctx context.Context, s command.Supervision) error {
	return p.Do(ctx, command.Order{Verb: command.Verb(s.Do), Operator: s.Supervisor, Call: s.Call})
}

// Floor implements floor.Phones.
func (p *Phones) Floor(context.Context) (command.Floor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := command.Floor{At: time.Unix(0, 0).UTC(), Pool: "main", Epoch: 1}
	for _, d := range p.desks {
		f.Operators = append(f.Operators, d)
		if d.Call != nil {
			f.Calls = append(f.Calls, *d.Call)
		}
	}
	return f, nil
}

// Speak implements voice.Phones: a beep of no length for every text.
func (p *Phones) Speak(_ context.Context, language, words string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return nil, fmt.Errorf("speak: %w", fault.Unavailable)
	}
	return []byte("RIFF " + language + " " + words), nil
}

// Security implements security.Phones: one address is banned.
func (p *Phones) Security(context.Context) ([]command.Security, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return nil, fmt.Errorf("ask telephony: %w", fault.Unavailable)
	}
	now := time.Now().UTC()
	return []command.Security{{
		Node: "node1", Since: now, Refused: map[string]int64{"stranger": 7, "scanner": 3, "rate": 0},
		Bans:  []command.Ban{{Address: Banned, Why: "scanner", Until: now.Add(time.Hour), Times: 2, Offences: 9, Seen: now}},
		Locks: []command.Lock{{Address: Banned, User: "op1", Failures: 12, Until: now.Add(time.Minute)}},
	}}, nil
}

// Banned is the address that the switch keeps out.
var Banned = netip.MustParseAddr("192.0.2.66")

// Pardon implements security.Phones.
func (p *Phones) Pardon(_ context.Context, who command.Pardon) error {
	if who.Address != Banned {
		return fault.NotFound
	}
	return nil
}

// Trace implements traces.Phones: no call is up.
func (p *Phones) Trace(context.Context, uuid.UUID) (trace.Call, error) {
	return trace.Call{}, fault.NotFound
}
