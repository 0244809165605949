// Package guard stands between the sockets and the SIP stack: it reads whole
// messages, asks whether they may come in, and keeps the rest from the stack,
// which never forgets an address it has seen.
package guard

import (
	"net/netip"
	"sync/atomic"

	"switchboard/telephony/sipua/wire"
)

// Largest is the size of the largest message: a UDP datagram can't be larger,
// and a stream's message need not be.
const Largest = 65535

// Message is one whole message, good until its judge returns.
type Message struct {
	Head   *wire.Head
	Raw    []byte
	Source netip.AddrPort
	Far    netip.AddrPort // who sent it, where Source is a proxy of ours that says so; the judge sets it
	Stream bool           // over TCP or TLS
	Secure bool           // over TLS
	reply  func(b []byte, to netip.AddrPort)
}

// Reply sends a response back the way the message came, and forgets it. A
// response that can't be sent is lost like any datagram.
func (m *Message) Reply(a wire.Answer) {
	if !m.Head.Answerable() {
		return
	}
	a.Source = m.Source
	m.reply(wire.Reply(m.Raw, m.Head, a), wire.ReturnTo(m.Head, m.Source))
}

// Counts is what was kept from the stack, and why. All only grow.
type Counts struct {
	Read       atomic.Int64 // messages read, whatever became of them
	Unreadable atomic.Int64 // not SIP at all
	Keepalives atomic.Int64 // empty lines that hold a NAT open
	ReadErrors atomic.Int64 // what the socket said instead of data
	Oversize   atomic.Int64
	Streams    atomic.Int64 // connections opened
	Unwelcome  atomic.Int64 // connections refused: from strangers or above a limit
	Idle       atomic.Int64 // connections closed because they brought no whole message
	Unsealed   atomic.Int64 // connections closed because they made no TLS of ours
}
