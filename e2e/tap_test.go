package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
)

// tap is a wire between a telephone and Switchboard that keeps what passes. It
// stands in for the telephone: Switchboard knows its addresses only. Its host is
// as long as that of Switchboard's audio, so that it can be put in its place in
// an SDP without a new Content-Length.
type tap struct {
	sip           *net.UDPConn
	near, far     *net.UDPConn // audio: towards the telephone, and towards Switchboard
	switchboard   netip.AddrPort
	mu            sync.Mutex
	phone         netip.AddrPort // its SIP
	phoneAudio    netip.AddrPort
	farAudio      netip.AddrPort
	acked, hungUp time.Time
	heard         []byte // what the telephone hears: A-law
	keys          []byte // that it is told were pressed
	stamp         uint32 // of the last of them
	readers       sync.WaitGroup
}

const (
	tapHost   = "127.20.1.2"
	audioHost = "127.20.1.1" // of Switchboard
)

func openTap(t *testing.T, to netip.AddrPort) *tap {
	t.Helper()
	p := &tap{switchboard: to}
	for _, conn := range []**net.UDPConn{&p.sip, &p.near, &p.far} {
		var err error
		if *conn, err = net.ListenUDP("udp4", &net.UDPAddr{IP: netip.MustParseAddr(tapHost).AsSlice()}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(p.close)
	p.readers.Go(func() { read(p.sip, p.signal) })
	p.readers.Go(func() { read(p.near, p.spoke) })
	p.readers.Go(func() { read(p.far, p.hears) })
	return p
}

func (p *tap) close() {
	for _, c := range []*net.UDPConn{p.sip, p.near, p.far} {
		c.Close()
	}
	p.readers.Wait()
}

func read(c *net.UDPConn, each func([]byte, netip.AddrPort)) {
	b := make([]byte, 65536)
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		each(b[:n], from)
	}
}

func addrOf(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

var audioLine = regexp.MustCompile(`m=audio (\d{5})`)

// signal passes SIP on, and has the telephone send its audio through us.
func (p *tap) signal(b []byte, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if from != p.switchboard {
		p.phone = from
		p.note(b)
		_, _ = p.sip.WriteToUDPAddrPort(b, p.switchboard)
		return
	}
	head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	if m := audioLine.FindSubmatch(body); m != nil {
		p.farAudio = netip.MustParseAddrPort(audioHost + ":" + string(m[1]))
		body = bytes.ReplaceAll(body, []byte(audioHost), []byte(tapHost))
		body = audioLine.ReplaceAll(body, fmt.Appendf(nil, "m=audio %05d", addrOf(p.near).Port()))
	}
	_, _ = p.sip.WriteToUDPAddrPort(append(append(bytes.Clone(head), "\r\n\r\n"...), body...), p.phone)
}

// note keeps when the telephone began and ended to talk.
func (p *tap) note(b []byte) {
	if bytes.HasPrefix(b, []byte("ACK ")) && p.acked.IsZero() {
		p.acked = time.Now()
	}
	if bytes.HasPrefix(b, []byte("BYE ")) && p.hungUp.IsZero() {
		p.hungUp = time.Now()
	}
}

func (p *tap) spoke(b []byte, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phoneAudio = from
	if p.farAudio.IsValid() {
		_, _ = p.far.WriteToUDPAddrPort(b, p.farAudio)
	}
}

func (p *tap) hears(b []byte, _ netip.AddrPort) {
	const header = 12
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b) > header && b[1]&0x7f == g711.ALaw.PayloadType() {
		p.heard = append(p.heard, b[header:]...)
	}
	if len(b) >= header+4 && b[1]&0x7f == eventType {
		p.told(b)
	}
	if p.phoneAudio.IsValid() {
		_, _ = p.near.WriteToUDPAddrPort(b, p.phoneAudio)
	}
}

// eventType is the payload type of keys in the scenario's offer, and keys are
// those of RFC 4733.
const (
	eventType = 101
	keys      = "0123456789*#"
)

// told notes a key: the packets of one press have one timestamp.
func (p *tap) told(b []byte) {
	const header = 12
	if at := binary.BigEndian.Uint32(b[4:]); at != p.stamp && int(b[header]) < len(keys) {
		p.stamp = at
		p.keys = append(p.keys, keys[b[header]])
	}
}

// pressed is the keys that the telephone was told of.
func (p *tap) pressed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.keys)
}

// press has the telephone press a key, for 100 ms.
func (p *tap) press(key byte) {
	p.mu.Lock()
	to := p.farAudio
	p.mu.Unlock()
	const ssrc = 0x5eed
	stamp := uint32(time.Now().UnixMicro() / 125)
	for i := range 7 {
		b := make([]byte, 16)
		b[0], b[1] = 0x80, eventType
		binary.BigEndian.PutUint16(b[2:], uint16(i))
		binary.BigEndian.PutUint32(b[4:], stamp)
		binary.BigEndian.PutUint32(b[8:], ssrc)
		b[12], b[13] = byte(strings.IndexByte(keys, key)), 10
		if i >= 4 {
			b[13] |= 0x80 // the end, three times
		}
		binary.BigEndian.PutUint16(b[14:], uint16(160*min(i+1, 5)))
		_, _ = p.far.WriteToUDPAddrPort(b, to)
	}
}

// last returns the newest n samples that the telephone heard, nil while there
// are fewer.
func (p *tap) last(n int) []int16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.heard) < n {
		return nil
	}
	return g711.ALaw.Decode(p.heard[len(p.heard)-n:])
}

// took is how long the telephone talked, from its ACK to its BYE.
func (p *tap) took() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hungUp.Sub(p.acked)
}

// sound is what the telephone heard.
func (p *tap) sound() []int16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return g711.ALaw.Decode(p.heard)
}
