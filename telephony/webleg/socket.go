package webleg

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// end is how a socket is closed: the page acts on the code.
type end struct {
	code   websocket.StatusCode
	reason string
}

var (
	closeStopping = end{websocket.StatusGoingAway, "the service stops"}
	closeLater    = end{websocket.StatusTryAgainLater, "later"}
	closeForeign  = end{4400, "not our protocol"}
	closeTicket   = end{4401, "ticket is no good"}
	closeSilent   = end{4408, "no hello"}
	closeYielded  = end{4409, "another page took the desk"}
	closeToken    = end{4410, "token is no good"}
	closeSlow     = end{4411, "too slow"}
	closeReplaced = end{4411, "this page came back"}
	closeDone     = end{4412, "the shift is over"}
	closeMoved    = end{4413, ""} // the reason may name the node that has the desk
	closeFlood    = end{4429, "too many messages"}
)

const (
	helloTime = 5 * time.Second
	writeTime = 5 * time.Second
	// takeTime is how long a second page may think about taking the desk.
	takeTime = 2 * time.Minute
	// pingEvery and pongTime bound how long a socket can be dead unnoticed.
	pingEvery = 5 * time.Second
	pongTime  = 5 * time.Second
)

// socket is one WebSocket of a page.
type socket struct {
	hub    *Hub
	conn   *websocket.Conn
	device string
	wake   chan struct{} // there may be something to send
	rate   rate

	// the session's lock guards these
	session *session
	sent    int64 // number of the newest message that was taken to be sent
}

// rouse has the socket look for something to send.
func (k *socket) rouse() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *socket) close(e end) { _ = k.conn.Close(e.code, e.reason) } // a page that is gone needs no farewell

// ServeHTTP takes a page's WebSocket.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.welcomes(r) {
		http.Error(w, "pages of this service only", http.StatusForbidden)
		return
	}
	if !h.enter() {
		http.Error(w, "too many browsers", http.StatusServiceUnavailable)
		return
	}
	defer h.exit()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"*"}}) // checked above, more strictly
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(maxMessage)
	k := &socket{hub: h, conn: conn, wake: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(h.ctx)
	defer cancel()
	e := k.serve(ctx)
	if h.ctx.Err() != nil {
		e = closeStopping
	}
	k.close(e)
}

// enter counts a socket in, unless there are too many.
func (h *Hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.sockets >= maxSockets {
		return false
	}
	h.sockets++
	h.busy.Add(1)
	return true
}

func (h *Hub) exit() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sockets--
	h.busy.Done()
}

// refusal is an error that says how to close.
type refusal struct{ end }

func (r refusal) Error() string { return r.reason }

// serve runs the socket until it ends, and returns how to close it.
func (k *socket) serve(ctx context.Context) end {
	s, err := k.greet(ctx)
	if err == nil {
		defer s.do(func() { s.detach(k) })
		err = k.converse(ctx, s)
	}
	var r refusal
	if errors.As(err, &r) {
		return r.end
	}
	return closeForeign // the page is gone, or sent what is not a message: then nobody reads this, or who should
}

// converse sends and receives until the socket ends.
func (k *socket) converse(ctx context.Context, s *session) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	k.hub.busy.Go(func() { k.pump(ctx, s) })
	k.hub.busy.Go(func() { k.ping(ctx) })
	for {
		m, err := k.read(ctx)
		if err != nil {
			return err
		}
		s.hear(k, m)
	}
}

// read waits for the page's next message.
func (k *socket) read(ctx context.Context) (request, error) {
	kind, b, err := k.conn.Read(ctx)
	if err != nil {
		return request{}, err
	}
	if !k.rate.spend(time.Now()) {
		return request{}, refusal{closeFlood}
	}
	if kind != websocket.MessageText {
		return request{}, refusal{closeForeign}
	}
	m, err := read(b)
	if err != nil {
		return m, refusal{closeForeign}
	}
	return m, nil
}

// pump sends what the session has for the page.
func (k *socket) pump(ctx context.Context, s *session) {
	for {
		m, ok := s.next(k)
		switch {
		case !ok:
			k.close(closeSlow)
			return
		case m != nil:
			if k.write(ctx, m) != nil {
				_ = k.conn.CloseNow() // the reader ends then
				return
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-k.wake:
		}
	}
}

func (k *socket) write(ctx context.Context, m []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, m)
}

// ping ends the socket of a page that no longer answers.
func (k *socket) ping(ctx context.Context) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		pong, cancel := context.WithTimeout(ctx, pongTime)
		err := k.conn.Ping(pong)
		cancel()
		if err != nil {
			_ = k.conn.CloseNow()
			return
		}
	}
}

// rate is the allowance of messages of one socket.
type rate struct {
	debt time.Duration
	at   time.Time
}

const (
	messagePrice = time.Second / 10
	maxDebt      = 40 * messagePrice
)

// spend reports whether a message that comes now is within the allowance.
func (r *rate) spend(now time.Time) bool {
	r.debt = max(r.debt-now.Sub(r.at), 0)
	r.at = now
	if r.debt >= maxDebt {
		return false
	}
	r.debt += messagePrice
	return true
}
