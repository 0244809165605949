// Package sdp agrees on one audio stream between us and another side (RFC 3264).
package sdp

import (
	"errors"
	"net/netip"
	"time"

	"switchboard/telephony/media/g711"
)

// ErrUnacceptable is a description that is well formed but leaves nothing to
// talk over: no common codec, no audio, encryption, a host name for an address.
// It is answered with 488 Not Acceptable Here; any other error of Parse with 400.
var ErrUnacceptable = errors.New("not acceptable")

// Direction says in which ways audio flows, seen from the side that states it.
// The zero Direction is not stated.
type Direction uint8

// The directions of RFC 3264 section 5.1.
const (
	Inactive Direction = iota + 1
	RecvOnly
	SendOnly
	SendRecv
)

// String returns the direction's attribute name.
func (d Direction) String() string {
	switch d {
	case Inactive:
		return "inactive"
	case RecvOnly:
		return "recvonly"
	case SendOnly:
		return "sendonly"
	}
	return "sendrecv"
}

// Sends reports whether the side that states d sends audio.
func (d Direction) Sends() bool { return d == SendOnly || d == SendRecv }

// Receives reports whether the side that states d wants audio.
func (d Direction) Receives() bool { return d == RecvOnly || d == SendRecv }

// within returns what is left of d for one side when the other states theirs.
func (d Direction) within(theirs Direction) Direction {
	sends := d.Sends() && theirs.Receives()
	receives := d.Receives() && theirs.Sends()
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// Format is one way in which the other side can encode its audio.
type Format struct {
	PayloadType uint8
	Name        string // as registered, in upper case: PCMA, OPUS, TELEPHONE-EVENT
	Rate        int    // Hz
}

// Session is what the other side says about its audio.
type Session struct {
	Remote    netip.AddrPort // where it wants our audio; not valid when Declined or when its address is 0.0.0.0
	Declined  bool           // its port is 0: it wants no audio at all
	Direction Direction      // SendOnly and Inactive mean that it holds us
	Formats   []Format       // what it prefers comes first
	EventType uint8          // payload type of telephone-event/8000 (RFC 4733), 0 if it knows none
	PTime     time.Duration  // the packet length that it prefers, 0 if it names none
	Proto     string         // RTP/AVP, RTP/SAVP ...
	RTCP      netip.AddrPort // where it wants our reports; valid if Remote is
	Mux       bool           // it takes them at Remote, and may send its own from there (RFC 5761)

	crypto []crypto  // its keys that we can use
	lines  []line    // of all its media, for the answer
	audio  int       // index of the line that the rest is about
	others []Session // further audio streams, of which one may be taken instead
}

// line is an m= line, of which an answer has as many as the offer.
type line struct{ media, proto, format string }

// Held reports whether the other side wants no audio from us for now.
func (s Session) Held() bool { return !s.Direction.Receives() }

// Chosen is what both sides agreed on.
type Chosen struct {
	Remote      netip.AddrPort // where our audio goes; not valid while there is no address
	Law         g711.Law
	Wide        bool      // it is G.722 that goes over the wire; Law is what it is turned into and made of here
	PayloadType uint8     // of what goes over the wire
	EventType   uint8     // of telephone events that we send, 0 for none
	EventOurs   uint8     // of telephone events that we asked for; the other side may use either
	Direction   Direction // ours: what we may send and shall receive

	RTCP         netip.AddrPort // where our reports go; not valid while there is no address
	Mux          bool           // they go with the audio
	Ours, Theirs Key            // of what we send and of what we get; zero: in the clear
}

// Codec returns the name of what is sent, as SDP has it.
func (c Chosen) Codec() string {
	if c.Wide {
		return wideband.Name
	}
	return c.Law.String()
}

// Speaks reports whether an answer of one who speaks laws would leave anything
// to talk over.
func (s Session) Speaks(laws ...g711.Law) bool { return s.Suits(Off, laws...) == nil }

// Suits returns why an answer of one who speaks laws, and encrypts by a policy,
// would leave nothing to talk over; nil if it would.
func (s Session) Suits(p Policy, laws ...g711.Law) error {
	s = s.under(p)
	_, _, ok := s.choose(laws)
	return s.usable(p, ok)
}

// choose returns the first law of ours that s has, and its payload type.
func (s Session) choose(ours []g711.Law) (g711.Law, uint8, bool) {
	for _, law := range ours {
		for _, f := range s.Formats {
			if f.is(law) {
				return law, f.PayloadType, true
			}
		}
	}
	return 0, 0, false
}

// first returns the first of s's formats that is a law of ours.
func (s Session) first(ours []g711.Law) (g711.Law, uint8, bool) {
	for _, f := range s.Formats {
		for _, law := range ours {
			if f.is(law) {
				return law, f.PayloadType, true
			}
		}
	}
	return 0, 0, false
}

func (f Format) is(law g711.Law) bool { return f.Name == law.String() && f.Rate == 8000 }
