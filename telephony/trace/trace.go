// Package trace keeps the SIP messages of each call as they went over the wire,
// for whoever has to find out why a call went wrong.
package trace

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Message is one that went over the wire.
type Message struct {
	At    time.Time      `json:"at"`
	Out   bool           `json:"out"`   // sent by us
	Again bool           `json:"again"` // the same bytes went before: a retransmission
	Over  string         `json:"over"`  // udp or tcp; a sealed stream is a tcp that nobody else could read
	Peer  netip.AddrPort `json:"peer"`
	Raw   []byte         `json:"raw"`
}

// Bounds of one dialog. A call of an hour with session timers has some twenty
// messages; one with hundreds is broken, and its beginning and end say how.
const (
	most     = 96
	mostHead = 32 // of them the first ones, which are kept
	mostRaw  = 8 << 10
)

// Ring is the messages of one dialog.
type Ring struct {
	mu     sync.Mutex
	kept   []Message
	lost   int // messages between the first and the last ones
	closed time.Time
}

// Lost tells how many messages are not in All.
func (r *Ring) Lost() int {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// All returns the messages so far, in their order.
func (r *Ring) All() []Message {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Message(nil), r.kept...)
}

// note adds a message. It copies raw, but not that of a retransmission.
func (r *Ring) note(m Message, raw []byte) {
	raw = raw[:min(len(raw), mostRaw)]
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.kept) - 1; i >= 0 && !m.Again; i-- {
		if k := &r.kept[i]; k.Out == m.Out && bytes.Equal(k.Raw, raw) {
			m.Again, m.Raw = true, k.Raw
		}
	}
	if !m.Again {
		m.Raw = bytes.Clone(raw)
	}
	if len(r.kept) == most {
		r.lost++
		r.kept = append(r.kept[:mostHead], r.kept[mostHead+1:]...)
	}
	r.kept = append(r.kept, m)
}

// shards keeps the readers of many connections from waiting for one another.
const shards = 16

// Tracer is the rings of all dialogs that are up.
type Tracer struct {
	shard [shards]shard
}

type shard struct {
	mu   sync.RWMutex
	ring map[string]*Ring // by Call-ID
}

// New returns a Tracer without rings.
func New() *Tracer {
	t := &Tracer{}
	for i := range t.shard {
		t.shard[i].ring = map[string]*Ring{}
	}
	return t
}

// linger is how long a dialog that is over is still listened to: the response
// to a BYE and what is repeated belongs to it.
const linger = 4 * time.Second

func (t *Tracer) of(callID []byte) *shard {
	h := uint32(2166136261) // FNV-1a
	for _, c := range callID {
		h = (h ^ uint32(c)) * 16777619
	}
	return &t.shard[h%shards]
}

// Open returns the ring of a dialog, for as long as its leg lives.
func (t *Tracer) Open(callID string) *Ring {
	r := t.ring([]byte(callID), true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = time.Time{}
	return r
}

// ring returns the ring of a Call-ID, made if it may be.
func (t *Tracer) ring(callID []byte, may bool) *Ring {
	s := t.of(callID)
	s.mu.RLock()
	r := s.ring[string(callID)]
	s.mu.RUnlock()
	if r != nil || !may {
		return r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r = s.ring[string(callID)]; r == nil {
		r = &Ring{closed: time.Now()}
		s.ring[string(callID)] = r
	}
	return r
}

// Close lets a dialog go that is over.
func (t *Tracer) Close(callID string) {
	if r := t.ring([]byte(callID), false); r != nil {
		r.mu.Lock()
		r.closed = time.Now()
		r.mu.Unlock()
	}
}

// Begin notes a message that may begin a dialog.
func (t *Tracer) Begin(callID []byte, m Message, raw []byte) { t.ring(callID, true).note(m, raw) }

// Note notes a message of a dialog that is listened to, and tells whether it is.
func (t *Tracer) Note(callID []byte, m Message, raw []byte) bool {
	r := t.ring(callID, false)
	if r != nil {
		r.note(m, raw)
	}
	return r != nil
}

// Sweep forgets dialogs that are over, and those that never began.
func (t *Tracer) Sweep(now time.Time) {
	for i := range t.shard {
		s := &t.shard[i]
		s.mu.Lock()
		for id, r := range s.ring {
			r.mu.Lock()
			gone := !r.closed.IsZero() && now.Sub(r.closed) > linger
			r.mu.Unlock()
			if gone {
				delete(s.ring, id)
			}
		}
		s.mu.Unlock()
	}
}

// Len is how many dialogs are listened to.
func (t *Tracer) Len() (n int) {
	for i := range t.shard {
		t.shard[i].mu.RLock()
		n += len(t.shard[i].ring)
		t.shard[i].mu.RUnlock()
	}
	return n
}

// CallID finds the Call-ID of a message that we send; nil if it has none.
func CallID(raw []byte) []byte {
	for _, name := range [][]byte{[]byte("\nCall-ID:"), []byte("\ni:"), []byte("\nCall-Id:"), []byte("\ncall-id:")} {
		if i := bytes.Index(raw, name); i >= 0 {
			line, _, _ := bytes.Cut(raw[i+len(name):], []byte("\r"))
			return bytes.TrimSpace(line)
		}
	}
	return nil
}

// Label says what a message is: its method, or its status in words; and of a
// response to which request it is. Status is 0 for a request.
func Label(raw []byte) (label, of string, status int) {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(raw, "\r\n"), []byte("\r\n"))
	text, response := strings.CutPrefix(string(line), "SIP/2.0 ")
	if !response {
		method, _, _ := strings.Cut(text, " ")
		return strings.ToValidUTF8(method, "?"), "", 0
	}
	code, _, _ := strings.Cut(text, " ")
	status, _ = strconv.Atoi(code)
	for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(strings.TrimSpace(string(name)), "cseq") {
			return strings.ToValidUTF8(text, "?"), string(bytes.TrimSpace(value)), status
		}
	}
	return strings.ToValidUTF8(text, "?"), "", status
}
