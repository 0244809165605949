package webleg

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"switchboard/telephony/webleg/lite"
)

// link is one connection of audio: that of a page for as long as its network
// address holds.
type link struct {
	*lite.Peer
	session *session
	clock   clock         // of the port's reader alone
	newest  atomic.Uint32 // heardAny | sequence of the newest packet; 0 before the first
}

// heardAny marks a sequence number that is one.
const heardAny = 1 << 16

// open answers an offer of the session's page with a new connection.
func (s *session) open(offer string) (*link, string, error) {
	l := &link{session: s}
	peer, answer, err := s.hub.port.Answer(offer, lite.Ears{Packet: l.hear, Control: l.report, State: l.changed})
	if err != nil {
		return nil, "", fmt.Errorf("answer the offer of operator %s: %w", s.operator, err)
	}
	l.Peer = peer
	return l, answer, nil
}

func (l *link) changed(state lite.State) { l.session.linked(l, state) }

// hear gives what the page sends to the leg that is live.
func (l *link) hear(b []byte, now time.Time) {
	sent := l.clock.sent(binary.BigEndian.Uint32(b[4:]), now)
	if g := l.session.live.Load(); g != nil {
		g.take(l, b, sent, now)
	}
	l.note(binary.BigEndian.Uint16(b[2:]))
}

// report gives what the page says of our audio to the leg that is live.
func (l *link) report(b []byte, now time.Time) {
	if g := l.session.live.Load(); g != nil {
		g.report(l, b, now)
	}
}

// note remembers the newest sequence number.
func (l *link) note(sequence uint16) {
	last := l.newest.Load()
	if last == 0 || int16(sequence-uint16(last)) > 0 {
		l.newest.Store(heardAny | uint32(sequence))
	}
}
