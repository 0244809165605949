package lite

import (
	"crypto"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"

	"switchboard/telephony/media/g711"
)

// offer is what an offer says that we care about.
type offer struct {
	mid    string
	finger fingerprint
	law    uint8 // payload type
	event  uint8 // payload type of telephone events; 0 for none
}

// What an offer may be refused for.
var (
	errLines       = errors.New("an offer of something else than one audio line")
	errLaw         = errors.New("an offer without the trunk's G.711")
	errMux         = errors.New("an offer with RTCP on a port of its own")
	errRole        = errors.New("an offer that leaves the handshake's first word to us")
	errNoPrint     = errors.New("an offer without a fingerprint that we know")
	errPortClosing = errors.New("the port is closed")
)

// Answer answers a browser's offer with a new peer. Candidates of the browser
// are not looked at: we never send to an address that was not proven by a check
// with the right password.
func (p *Port) Answer(text string, ears Ears) (*Peer, string, error) {
	o, err := parse(text, p.law)
	if err != nil {
		return nil, "", err
	}
	var source [4]byte
	_, _ = rand.Read(source[:]) // never fails
	e := &Peer{
		port: p, ears: ears, name: rand.Text()[:8], password: rand.Text(), finger: o.finger, event: o.event,
		source: binary.BigEndian.Uint32(source[:]), opened: time.Now(), flights: packetio.NewBuffer(),
	}
	e.flights.SetLimitCount(maxFlights)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, "", errPortClosing
	}
	p.names[e.name] = e
	return e, p.describe(e, o), nil
}

// maxFlights bounds the datagrams of a handshake that nobody has read yet.
const maxFlights = 64

func parse(text string, law g711.Law) (offer, error) {
	var d sdp.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return offer{}, fmt.Errorf("read a browser's offer: %w", err)
	}
	if len(d.MediaDescriptions) != 1 || d.MediaDescriptions[0].MediaName.Media != "audio" {
		return offer{}, errLines
	}
	m := d.MediaDescriptions[0]
	if _, ok := m.Attribute("rtcp-mux"); !ok {
		return offer{}, errMux
	}
	if role, _ := either(&d, m, "setup"); role != "actpass" && role != "active" {
		return offer{}, errRole
	}
	o := offer{}
	o.mid, _ = m.Attribute("mid")
	if err := o.speak(m, law); err != nil {
		return offer{}, err
	}
	return o, o.trust(append(d.Attributes, m.Attributes...))
}

// either returns an attribute of the line, or else of the session.
func either(d *sdp.SessionDescription, m *sdp.MediaDescription, key string) (string, bool) {
	if v, ok := m.Attribute(key); ok {
		return v, true
	}
	return d.Attribute(key)
}

// speak finds the payload types of the law and of telephone events.
func (o *offer) speak(m *sdp.MediaDescription, law g711.Law) error {
	known := false
	for _, a := range m.Attributes {
		number, codec, ok := strings.Cut(a.Value, " ")
		kind, err := strconv.ParseUint(number, 10, 7)
		if a.Key != "rtpmap" || !ok || err != nil {
			continue
		}
		switch {
		case strings.EqualFold(codec, law.String()+"/8000"), strings.EqualFold(codec, law.String()+"/8000/1"):
			o.law, known = uint8(kind), uint8(kind) == law.PayloadType()
		case strings.EqualFold(codec, "telephone-event/8000"):
			o.event = uint8(kind)
		}
	}
	if !known {
		return errLaw
	}
	return nil
}

var hashes = map[string]crypto.Hash{"sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512}

// trust takes the first fingerprint that is of a hash we know.
func (o *offer) trust(all []sdp.Attribute) error {
	for _, a := range all {
		name, sum, _ := strings.Cut(a.Value, " ")
		hash, known := hashes[strings.ToLower(name)]
		if a.Key != "fingerprint" || !known {
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(sum, ":", ""))
		if err == nil && len(b) == hash.Size() {
			o.finger = fingerprint{hash, b}
			return nil
		}
	}
	return errNoPrint
}

// describe writes the answer.
func (p *Port) describe(e *Peer, o offer) string {
	family := "IP4"
	if p.public.Addr().Is6() {
		family = "IP6"
	}
	kinds := strconv.Itoa(int(o.law))
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	if o.event != 0 {
		kinds += " " + strconv.Itoa(int(o.event))
	}
	line("v=0\r\no=- %d 1 IN %s %s\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE %s", e.opened.UnixNano(), family, p.public.Addr(), o.mid)
	line("m=audio %d UDP/TLS/RTP/SAVPF %s\r\nc=IN %s %s\r\na=mid:%s", p.public.Port(), kinds, family, p.public.Addr(), o.mid)
	line("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:%s\r\na=setup:passive", e.name, e.password, p.mark)
	line("a=sendrecv\r\na=rtcp-mux\r\na=ptime:20\r\na=rtpmap:%d %s/8000", o.law, p.law)
	if o.event != 0 {
		line("a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15", o.event, o.event)
	}
	line("a=msid:switchboard buyer\r\na=ssrc:%d cname:switchboard", e.source)
	line("a=candidate:1 1 udp 2130706431 %s %d typ host\r\na=end-of-candidates", p.public.Addr(), p.public.Port())
	return b.String()
}
