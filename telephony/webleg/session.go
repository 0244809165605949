package webleg

import (
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/sdp"
	"switchboard/telephony/webleg/lite"
)

// session is one operator's shift in the browser. Sockets, connections and
// pages come and go in it.
type session struct {
	hub      *Hub
	operator uuid.UUID
	route    atomic.Pointer[link] // where legs send
	live     atomic.Pointer[Leg]  // whom the page talks to

	mu      sync.Mutex // taken before the hub's
	token   string
	socket  *socket
	cut     time.Time // when the last socket went
	out     outbox
	heard   int64 // number of the newest message of the page
	pending *link // answered, not connected
	link    *link // connected
	call    *call
	rtp     *media.RTPLeg // whose stream the next leg continues
	ready   bool          // Ready was told
	ended   bool

	events  []Event
	telling bool
}

func newSession(h *Hub, operator uuid.UUID) *session {
	s := &session{hub: h, operator: operator}
	s.rtp = media.NewCarried(s, s.agreed(0))
	s.rtp.Close()
	return s
}

// agreed is what a leg may send and receive.
func (s *session) agreed(event uint8) sdp.Chosen {
	law := s.hub.cfg.Law
	return sdp.Chosen{Law: law, PayloadType: law.PayloadType(), EventType: event, EventOurs: event, Direction: sdp.SendRecv}
}

var errNoPage = errors.New("no page to send audio to")

// Carry implements media.Carrier.
func (s *session) Carry(datagram []byte) error {
	if l := s.route.Load(); l != nil {
		return l.Send(datagram)
	}
	return errNoPage
}

// CarryControl implements media.ControlCarrier.
func (s *session) CarryControl(datagram []byte) error {
	if l := s.route.Load(); l != nil {
		return l.SendControl(datagram)
	}
	return errNoPage
}

// do changes the session, and then tells what came of it. Who is told may call
// the hub again: what comes of that is told afterwards.
func (s *session) do(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	if s.telling {
		return
	}
	s.telling = true
	for len(s.events) > 0 {
		ev := s.events[0]
		s.events = s.events[1:]
		s.mu.Unlock()
		s.hub.cfg.Tell(ev)
		s.mu.Lock()
	}
	s.telling = false
}

func (s *session) tell(ev Event) { s.events = append(s.events, ev) }

// send numbers a message for the page and wakes the socket, if there is one.
func (s *session) send(m reply) {
	m.Ack = s.heard
	s.out.add(m)
	if s.socket != nil {
		s.socket.rouse()
	}
}

// reachable reports whether the page could ring and be heard.
func (s *session) reachable() bool { return !s.ended && s.socket != nil && s.link != nil }

// announce tells that the operator can be rung, once.
func (s *session) announce() {
	if s.reachable() && !s.ready {
		s.ready = true
		s.tell(Ready{s.operator})
	}
}

// attach gives the session another socket, by ticket with a fresh page, or by
// token with one that knows what it acknowledges.
func (s *session) attach(k *socket, m request) *welcome {
	if old := s.socket; old != nil {
		s.shut(old, map[bool]end{true: closeReplaced, false: closeYielded}[m.Token != ""])
	}
	resumed := false
	if m.Token != "" {
		_, resumed = s.out.after(m.Ack)
	}
	if m.Token == "" {
		s.rotate()
		s.out, s.heard = outbox{}, 0
	}
	s.out.ack(m.Ack)
	k.session, k.sent = s, s.out.newest
	if resumed {
		k.sent = m.Ack
	}
	s.socket, s.cut = k, time.Time{}
	s.announce()
	return s.welcome(resumed)
}

// rotate makes the tokens of pages before worthless.
func (s *session) rotate() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.tokens, s.token)
	s.token = rand.Text()
	s.hub.tokens[s.token] = s
}

func (s *session) welcome(resumed bool) *welcome {
	w := &welcome{
		Token: s.token, Resumed: resumed, Heard: s.heard, Law: s.hub.cfg.Law.String(), ICE: []ICEServer{},
		GraceMS: s.hub.cfg.Grace.Milliseconds(), Node: s.hub.cfg.Node,
	}
	if s.hub.cfg.ICE != nil {
		w.ICE = append(w.ICE, s.hub.cfg.ICE(s.operator)...)
	}
	if s.call != nil {
		w.State = s.call.shown(time.Now())
	}
	return w
}

// detach takes a socket away that ended, unless another has its place.
func (s *session) detach(k *socket) {
	if s.socket == k {
		s.socket, s.cut = nil, time.Now()
	}
}

// next returns the message that a socket has to send now, nil for none, and
// false if it fell behind what is kept. A socket that lost its place has
// nothing to send: who took it closes it.
func (s *session) next(k *socket) (message []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.socket != k {
		return nil, true
	}
	message, ok = s.out.after(k.sent)
	if message != nil {
		k.sent++
	}
	return message, ok
}

// linked follows the states of a connection.
func (s *session) linked(l *link, state lite.State) {
	s.do(func() {
		if state == lite.Connected {
			s.promote(l)
		} else {
			s.demote(l, state == lite.Failed)
		}
	})
}

// promote has all audio go over l.
func (s *session) promote(l *link) {
	if s.ended || l != s.pending && l != s.link {
		return // retired meanwhile
	}
	if s.link != l {
		s.retire(s.link)
	}
	if s.pending == l {
		s.pending = nil
	}
	s.link = l
	s.route.Store(l)
	s.rtp.Agree(s.agreed(l.EventType()))
	if g := s.live.Load(); g != nil {
		g.move(l)
	}
	s.media(true)
	s.announce()
}

// demote tells the page that l does not work, at the end for good.
func (s *session) demote(l *link, end bool) {
	if s.pending == l && end {
		s.pending = nil
		s.retire(l)
	}
	if s.link != l {
		return
	}
	if end {
		s.link = nil
		s.route.Store(nil)
		s.retire(l)
	}
	s.media(false)
}

func (s *session) media(up bool) { s.send(reply{Type: "media", Up: &up}) }

// replace makes l the connection that will be.
func (s *session) replace(l *link) {
	s.retire(s.pending)
	s.pending = l
	if s.ended {
		s.pending = nil
		s.retire(l)
	}
}

// retire closes a connection; nil is none.
func (s *session) retire(l *link) {
	if l != nil {
		l.Close()
	}
}

// leave ends the session for a reason of the operator's or of somebody else.
func (s *session) leave(why Why, e end) {
	if s.ended {
		return
	}
	if c := s.call; c != nil {
		s.lose(c)
	}
	s.tell(Gone{s.operator, why})
	s.end(e)
}

// end takes everything down and tells nobody.
func (s *session) end(e end) {
	if s.ended {
		return
	}
	s.ended = true
	if s.call != nil {
		s.over("the service stops")
	}
	s.forget()
	if s.socket != nil {
		s.shut(s.socket, e)
		s.socket = nil
	}
	s.retire(s.pending)
	s.retire(s.link)
	s.pending, s.link = nil, nil
	s.route.Store(nil)
}

func (s *session) forget() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.sessions, s.operator)
	delete(s.hub.tokens, s.token)
}

// shut closes a socket without waiting for the page's part in it.
func (s *session) shut(k *socket, e end) { s.hub.busy.Go(func() { k.close(e) }) }
