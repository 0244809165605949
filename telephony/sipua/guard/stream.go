package guard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"switchboard/telephony/sipua/wire"
)

// writeWithin is how long a peer may refuse to read before the connection is
// given up: a stopped reader must not stop the calls of others.
const writeWithin = 5 * time.Second

// stream is one TCP or TLS connection. Read returns whole admitted messages only.
type stream struct {
	net.Conn
	of      *Streams
	peer    netip.AddrPort
	inbound bool // the peer opened it

	buf      []byte // read and not yet judged
	rest     []byte // admitted and not yet read by the stack
	last     time.Time
	patience time.Duration // after last
	head     wire.Head

	attached chan struct{} // closed when the stack first reads
	attach   sync.Once
	closing  sync.Once
}

var errMalformed = errors.New("the stream can't be cut into messages any more")

// Read hands out the next admitted message, in pieces if p is smaller.
func (st *stream) Read(p []byte) (int, error) {
	st.attach.Do(func() { close(st.attached) })
	if len(st.rest) == 0 {
		msg, err := st.next()
		if err != nil {
			return 0, err
		}
		st.rest = msg
	}
	n := copy(p, st.rest)
	st.rest = st.rest[n:]
	return n, nil
}

// wait returns when the stack reads from the connection.
func (st *stream) wait(ctx context.Context) error {
	select {
	case <-st.attached:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("connect to %s: %w", st.peer, ctx.Err())
	}
}

// next returns the next admitted message, which stays valid until it is called
// again.
func (st *stream) next() ([]byte, error) {
	for {
		raw, admitted, err := st.one()
		if err != nil || admitted {
			return raw, err
		}
	}
}

// one reads a whole message and has it judged.
func (st *stream) one() (raw []byte, admitted bool, err error) {
	for raw == nil {
		raw, err = st.whole()
		if err == nil && raw == nil {
			err = st.fill()
		}
		if err != nil {
			return nil, false, err
		}
	}
	st.last = time.Now()
	st.of.counts.Read.Add(1)
	if wire.Scan(raw, &st.head) != nil {
		st.of.counts.Unreadable.Add(1)
		return nil, false, errMalformed
	}
	return raw, st.of.rules.Admit(st.message(raw)), nil
}

func (st *stream) message(raw []byte) *Message {
	return &Message{Head: &st.head, Raw: raw, Source: st.peer, Stream: true, Secure: st.of.rules.Seal != nil, reply: st.send}
}

// send answers on the connection; where the Via would have it go is of no
// interest on a stream (RFC 3261, section 18.2.2).
func (st *stream) send(b []byte, _ netip.AddrPort) {
	if _, err := st.Write(b); err != nil {
		_ = st.Close()
	}
}

// whole cuts a whole message off the buffer, or returns nil if there is none
// yet.
func (st *stream) whole() ([]byte, error) {
	st.keepalive()
	end := bytes.Index(st.buf, []byte("\r\n\r\n"))
	if end < 0 {
		if len(st.buf) > Largest {
			return nil, errMalformed
		}
		return nil, nil
	}
	end += 4
	if err := wire.Scan(st.buf[:end], &st.head); err != nil {
		st.of.counts.Unreadable.Add(1)
		return nil, err
	}
	if st.head.Length < 0 || end+st.head.Length > Largest {
		st.of.counts.Oversize.Add(1)
		st.message(st.buf[:end]).Reply(wire.Answer{Code: 400, Reason: "Bad Content-Length", Tag: "guard"})
		return nil, errMalformed
	}
	total := end + st.head.Length
	if len(st.buf) < total {
		return nil, nil
	}
	raw := bytes.Clone(st.buf[:total])
	st.buf = append(st.buf[:0], st.buf[total:]...)
	return raw, nil
}

// keepalive drops line ends between messages and answers a ping, which is two
// of them, with one (RFC 5626, section 3.5.1).
func (st *stream) keepalive() {
	for bytes.HasPrefix(st.buf, []byte("\r\n")) {
		n := 2
		if bytes.HasPrefix(st.buf, []byte("\r\n\r\n")) {
			n = 4
			st.send([]byte("\r\n"), st.peer)
		}
		st.of.counts.Keepalives.Add(1)
		st.buf = append(st.buf[:0], st.buf[n:]...)
	}
}

// fill reads more bytes. Bytes alone don't prolong a connection's life, only
// whole messages do: a peer that drips is a peer that says nothing.
func (st *stream) fill() error {
	if err := st.SetReadDeadline(st.last.Add(st.patience)); err != nil {
		return err
	}
	if cap(st.buf)-len(st.buf) < 512 {
		st.buf = append(make([]byte, 0, 2*cap(st.buf)+2048), st.buf...)
	}
	n, err := st.Conn.Read(st.buf[len(st.buf):cap(st.buf)])
	st.buf = st.buf[:len(st.buf)+n]
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if len(st.buf) == 0 && st.of.rules.InUse(st.peer) {
			st.last = time.Now()
			return nil
		}
		st.of.counts.Idle.Add(1)
		_ = st.Close()
		return io.EOF
	}
	if n > 0 {
		return nil
	}
	return err
}

// Write gives the peer some time to read. What is broken off in the middle of
// a message, or of a TLS record, can't be gone on with.
func (st *stream) Write(b []byte) (int, error) {
	if err := st.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return 0, err
	}
	if st.of.rules.Sent != nil {
		st.of.rules.Sent(b, st.peer)
	}
	n, err := st.Conn.Write(b)
	if err != nil {
		_ = st.Close()
	}
	return n, err
}

// Close ends the connection, once.
func (st *stream) Close() (err error) {
	st.closing.Do(func() {
		s := st.of
		s.mu.Lock()
		delete(s.open, st.peer)
		if s.each[st.peer.Addr()]--; s.each[st.peer.Addr()] == 0 {
			delete(s.each, st.peer.Addr())
		}
		s.mu.Unlock()
		err = st.Conn.Close()
		s.rules.Closed(st.peer)
	})
	return err
}
