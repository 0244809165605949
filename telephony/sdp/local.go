package sdp

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"

	pion "github.com/pion/sdp/v3"

	"switchboard/telephony/media/g711"
)

// ourEvent is the payload type of telephone events in our offers: 101 is what
// nearly everybody uses, and some look for no other.
const ourEvent = 101

// Local is our side of one dialog's audio. It belongs to one goroutine.
type Local struct {
	// Direction is what we want; SendOnly or Inactive put the other side on hold.
	Direction Direction
	// SRTP is whether audio is encrypted. It is set before the first description.
	SRTP Policy
	// Wide has us speak G.722 where the other side does, rather than any law. It
	// is set before the first description.
	Wide bool

	address netip.AddrPort
	laws    []g711.Law
	id      uint64
	version uint64

	keys   []crypto // ours, one a suite
	lines  []crypto // of our last offer
	agreed bool     // once
	suite  Suite    // that is in use; 0 in the clear
}

// NewLocal returns a side that listens at address and speaks laws, what it
// prefers first. The address is the one that the other side can reach.
func NewLocal(address netip.AddrPort, laws ...g711.Law) *Local {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	return &Local{Direction: SendRecv, address: address, laws: laws, id: uint64(binary.BigEndian.Uint32(id[:]))}
}

// Offer returns our offer: all our laws, and telephone events.
func (l *Local) Offer() []byte {
	formats := make([]Format, 0, len(l.laws)+2)
	if l.Wide {
		formats = append(formats, wideband)
	}
	for _, law := range l.laws {
		formats = append(formats, Format{PayloadType: law.PayloadType(), Name: law.String(), Rate: 8000})
	}
	formats = append(formats, event(ourEvent))
	l.lines = l.offered()
	proto := "RTP/AVP"
	if l.SRTP == Required {
		proto = "RTP/SAVP"
	}
	m := l.audio(proto, formats, l.Direction)
	for _, c := range l.lines {
		m.WithValueAttribute("crypto", c.line())
	}
	return l.describe([]*pion.MediaDescription{m})
}

// Answer returns our answer to offer, and what is thereby agreed: one law, the
// first of ours that the offer has. An offer that leaves nothing to talk over
// is ErrUnacceptable.
func (l *Local) Answer(offer Session) ([]byte, Chosen, error) {
	offer = offer.under(l.SRTP)
	law, number, ok := offer.choose(l.laws)
	wide, isWide := offer.wide(l)
	if isWide {
		law, number, ok = l.laws[0], wide.PayloadType, true
	}
	if err := offer.usable(l.SRTP, ok); err != nil {
		return nil, Chosen{}, fmt.Errorf("answer sdp: %w", err)
	}
	chosen := Chosen{
		Remote: offer.Remote, Law: law, PayloadType: number, Wide: isWide,
		EventType: offer.EventType, EventOurs: offer.EventType,
		Direction: l.Direction.within(offer.Direction), RTCP: offer.RTCP, Mux: offer.Mux,
	}
	formats := []Format{{PayloadType: number, Name: chosen.Codec(), Rate: 8000}}
	if chosen.EventType != 0 {
		formats = append(formats, event(chosen.EventType))
	}
	media := make([]*pion.MediaDescription, len(offer.lines))
	for i, m := range offer.lines {
		media[i] = declined(m)
	}
	m := l.audio(offer.Proto, formats, chosen.Direction)
	if c, ok := offer.best(l.SRTP); ok {
		chosen.Ours, chosen.Theirs = l.own(c.key.Suite), c.key
		m.WithValueAttribute("crypto", crypto{c.tag, chosen.Ours}.line())
	}
	if chosen.Mux {
		m.WithPropertyAttribute("rtcp-mux")
	}
	l.agreed, l.suite = true, chosen.Ours.Suite
	media[offer.audio] = m
	return l.describe(media), chosen, nil
}

// Accept returns what the answer to our last Offer agrees to.
func (l *Local) Accept(answer Session) (Chosen, error) {
	law, number, ok := answer.first(l.laws)
	wide, isWide := answer.wide(l)
	if isWide = isWide && answer.leads(wide); isWide {
		law, number, ok = l.laws[0], wide.PayloadType, true
	}
	if err := answer.usable(l.SRTP, ok); err != nil {
		return Chosen{}, fmt.Errorf("accept sdp: %w", err)
	}
	ours, theirs, err := l.accept(answer)
	if err != nil {
		return Chosen{}, fmt.Errorf("accept sdp: %w", err)
	}
	l.agreed, l.suite = true, ours.Suite
	return Chosen{
		Remote: answer.Remote, Law: law, PayloadType: number, Wide: isWide,
		EventType: answer.EventType, EventOurs: ourEvent,
		Direction: l.Direction.within(answer.Direction), RTCP: answer.RTCP, Ours: ours, Theirs: theirs,
	}, nil
}

// wideband is G.722, whose clock in RTP is that of half its samples (RFC 3551,
// 4.5.2).
var wideband = Format{PayloadType: 9, Name: "G722", Rate: 8000}

// Wide reports whether s speaks G.722.
func (s Session) Wide() bool {
	for _, f := range s.Formats {
		if f.Name == wideband.Name && f.Rate == wideband.Rate {
			return true
		}
	}
	return false
}

// wide returns the format of s that is G.722, if l speaks it.
func (s Session) wide(l *Local) (Format, bool) {
	if !l.Wide || len(l.laws) == 0 {
		return Format{}, false
	}
	for _, f := range s.Formats {
		if f.Name == wideband.Name && f.Rate == wideband.Rate {
			return f, true
		}
	}
	return Format{}, false
}

// leads reports whether f comes before every law in s.
func (s Session) leads(f Format) bool {
	for _, other := range s.Formats {
		switch {
		case other == f:
			return true
		case other.is(g711.ALaw) || other.is(g711.MuLaw):
			return false
		}
	}
	return false
}

// usable returns why s can't be talked over under a policy, common telling
// whether it has a law of ours.
func (s Session) usable(p Policy, common bool) error {
	switch {
	case s.Declined:
		return fmt.Errorf("audio is declined: %w", ErrUnacceptable)
	case s.permitted(p) != nil:
		return s.permitted(p)
	case !common:
		return fmt.Errorf("no common codec: %w", ErrUnacceptable)
	}
	return nil
}

func event(number uint8) Format {
	return Format{PayloadType: number, Name: "telephone-event", Rate: 8000}
}

// describe returns the whole description. Each has its own version, also one
// that says the same as before: RFC 3264 section 8 allows that.
func (l *Local) describe(media []*pion.MediaDescription) []byte {
	l.version++
	d := pion.SessionDescription{
		Origin: pion.Origin{
			Username: "-", SessionID: l.id, SessionVersion: l.version,
			NetworkType: "IN", AddressType: l.addressType(), UnicastAddress: l.address.Addr().String(),
		},
		SessionName: "-",
		ConnectionInformation: &pion.ConnectionInformation{
			NetworkType: "IN", AddressType: l.addressType(),
			Address: &pion.Address{Address: l.address.Addr().String()},
		},
		TimeDescriptions:  []pion.TimeDescription{{}},
		MediaDescriptions: media,
	}
	body, err := d.Marshal()
	if err != nil {
		panic(err) // pion's Marshal has no error to return
	}
	return body
}

func (l *Local) addressType() string {
	if l.address.Addr().Is4() {
		return "IP4"
	}
	return "IP6"
}

func (l *Local) audio(proto string, formats []Format, d Direction) *pion.MediaDescription {
	m := &pion.MediaDescription{MediaName: pion.MediaName{
		Media: "audio", Port: pion.RangedPort{Value: int(l.address.Port())}, Protos: []string{proto},
	}}
	for _, f := range formats {
		n := strconv.Itoa(int(f.PayloadType))
		m.MediaName.Formats = append(m.MediaName.Formats, n)
		m.WithValueAttribute("rtpmap", fmt.Sprintf("%s %s/%d", n, f.Name, f.Rate))
		if f.Name == event(0).Name {
			m.WithValueAttribute("fmtp", n+" 0-15")
		}
	}
	return m.WithValueAttribute("ptime", "20").WithPropertyAttribute(d.String())
}

// declined returns the answer to a medium that we don't want: port 0 (RFC 3264
// section 6), and no word of the offer but the names that the answer must have.
func declined(m line) *pion.MediaDescription {
	return &pion.MediaDescription{MediaName: pion.MediaName{
		Media: m.media, Protos: []string{m.proto}, Formats: []string{m.format},
	}}
}
