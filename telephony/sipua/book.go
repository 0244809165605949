package sipua

import (
	"net/netip"
	"sync"
	"time"

	"switchboard/telephony/sipua/wire"
)

// book is which legs there are and, for a while, which there were. Message
// readers look legs up in it; legs enter and leave themselves.
type book struct {
	limits Limits
	keep   time.Duration // how long a leg that is over is remembered

	mu       sync.RWMutex
	byTag    map[string]*Leg        // by our tag
	byInvite map[inviteID]*Leg      // called legs
	asks     map[string]int         // our tags of requests outside legs
	graves   map[string]*grave      // by our tag
	buried   map[inviteID]*grave    // called legs
	order    []*grave               // in the order of their ends
	inbound  map[netip.Addr]int     // called legs of each address
	called   int                    // called legs
	peers    map[netip.AddrPort]int // legs on each TCP connection
}

// inviteID is what all messages about one INVITE outside a dialog have in
// common.
type inviteID struct{ callID, fromTag string }

// grave is what is remembered of a leg that is over: enough to answer late
// retransmissions without doing anything.
type grave struct {
	tag, callID, remoteTag string
	invite                 inviteID
	seq                    uint32
	branch                 string // of an INVITE that we refused, whose ACK the stack waits for
	until                  time.Time
}

// mostGraves bounds them: half a minute of 1,500 calls a second.
const mostGraves = 100_000

func newBook(l Limits, keep time.Duration) *book {
	return &book{
		limits: l, keep: keep,
		byTag: map[string]*Leg{}, byInvite: map[inviteID]*Leg{}, asks: map[string]int{},
		graves: map[string]*grave{}, buried: map[inviteID]*grave{},
		inbound: map[netip.Addr]int{}, peers: map[netip.AddrPort]int{},
	}
}

// find returns the leg that a message about a dialog of ours belongs to.
func (b *book) find(tag, callID []byte) *Leg {
	if len(tag) == 0 {
		return nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if l := b.byTag[string(tag)]; l != nil && l.callID == string(callID) {
		return l
	}
	return nil
}

// known tells whether we have lately sent a request with the given tag.
func (b *book) known(tag []byte) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.byTag[string(tag)] != nil || b.asks[string(tag)] > 0 || b.graves[string(tag)] != nil
}

// grave returns what is remembered of the leg with our tag.
func (b *book) grave(tag, callID []byte) *grave {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if g := b.graves[string(tag)]; g != nil && g.callID == string(callID) {
		return g
	}
	return nil
}

// invited returns the leg, or what is left of the leg, that an INVITE outside a
// dialog began.
func (b *book) invited(h *wire.Head) (*Leg, *grave) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	id := inviteID{string(h.CallID), string(h.FromTag)}
	return b.byInvite[id], b.buried[id]
}

// room tells whether one more call of src may come in.
func (b *book) room(src netip.Addr) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.called < b.limits.Calls && b.inbound[src] < b.limits.CallsEach
}

// enter books a leg. It fails if the INVITE has one already.
func (b *book) enter(l *Leg) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.inbound {
		if g := b.buried[l.invite]; b.byInvite[l.invite] != nil || g != nil && g.seq >= l.inviteSeq {
			return false
		}
		b.byInvite[l.invite] = l
		b.inbound[l.source.Addr()]++
		b.called++
	}
	b.byTag[l.id] = l
	b.peers[l.source]++
	return true
}

// leave turns a leg into a grave.
func (b *book) leave(l *Leg, g *grave) {
	now := time.Now()
	g.until = now.Add(b.keep)
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.byTag, l.id)
	if l.inbound {
		delete(b.byInvite, l.invite)
		b.buried[l.invite] = g
		b.called--
		dec(b.inbound, l.source.Addr())
	}
	dec(b.peers, l.source)
	b.graves[l.id] = g
	b.order = append(b.order, g)
	b.clear(now)
}

// clear forgets graves whose time is over, and the oldest above the bound.
func (b *book) clear(now time.Time) {
	n := 0
	for n < len(b.order) && (now.After(b.order[n].until) || len(b.order)-n > mostGraves) {
		g := b.order[n]
		delete(b.graves, g.tag)
		if b.buried[g.invite] == g {
			delete(b.buried, g.invite)
		}
		n++
	}
	b.order = b.order[n:]
}

// sweep is clear for quiet times.
func (b *book) sweep() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear(time.Now())
}

// onto books where a leg that we called has its far end.
func (b *book) onto(l *Leg, peer netip.AddrPort) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.byTag[l.id] == l {
		dec(b.peers, l.source)
		l.source = peer
		b.peers[peer]++
	}
}

// source returns where a leg has its far end.
func (b *book) source(l *Leg) netip.AddrPort {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return l.source
}

// ask notes, and returns a function to forget, that responses with our tag are
// expected although no leg has it.
func (b *book) ask(tag string) (forget func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asks[tag]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		dec(b.asks, tag)
	}
}

func dec[K comparable](m map[K]int, k K) {
	if m[k]--; m[k] <= 0 {
		delete(m, k)
	}
}

// uses tells whether a leg hangs on the TCP connection with peer.
func (b *book) uses(peer netip.AddrPort) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.peers[peer] > 0
}

// active is the number of legs.
func (b *book) active() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.byTag)
}

// all returns the legs of now.
func (b *book) all() []*Leg {
	b.mu.RLock()
	defer b.mu.RUnlock()
	legs := make([]*Leg, 0, len(b.byTag))
	for _, l := range b.byTag {
		legs = append(legs, l)
	}
	return legs
}
