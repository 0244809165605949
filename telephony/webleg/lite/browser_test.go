package lite_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/packetio"
)

// patience bounds what tests wait for.
const patience = 20 * time.Second

// browser is the far side of a peer: the full agent's part of ICE, the client's
// of DTLS. It is not what it tests: the one of webleg's tests is, and Chromium.
type browser struct {
	conn        *net.UDPConn
	certificate tls.Certificate
	to          netip.AddrPort
	name, pass  string // of the answer

	flights *packetio.Buffer
	checked chan *stun.Message // answers to checks
	dtls    *dtls.Conn

	mu      sync.Mutex
	in, out *srtp.Context
	heard   []rtp.Packet
	number  uint16
}

func newBrowser() (*browser, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := selfsign.SelfSign(key)
	if err != nil {
		return nil, err
	}
	b := &browser{certificate: certificate, flights: packetio.NewBuffer(), checked: make(chan *stun.Message, 64)}
	return b, b.move()
}

// move gives the browser another address.
func (b *browser) move() error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.conn = conn
	b.mu.Unlock()
	go b.read(conn)
	return nil
}

func (b *browser) close() {
	if b.dtls != nil {
		_ = b.dtls.Close()
	}
	_ = b.conn.Close()
}

const offerHead = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"

func (b *browser) offer() string {
	sum := sha256.Sum256(b.certificate.Certificate[0])
	return offerHead + "m=audio 9 UDP/TLS/RTP/SAVPF 8 126\r\na=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:page\r\na=ice-pwd:0123456789abcdef01234567\r\n" +
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:126 telephone-event/8000\r\na=sendrecv\r\na=fingerprint:sha-256 " + colons(sum[:]) + "\r\n"
}

func colons(sum []byte) string {
	pairs := make([]string, 0, len(sum))
	for _, b := range sum {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return strings.Join(pairs, ":")
}

// understand reads what the answer says of the way.
func (b *browser) understand(answer string) error {
	for l := range strings.Lines(answer) {
		key, value, _ := strings.Cut(strings.TrimSpace(l), ":")
		switch key {
		case "a=ice-ufrag":
			b.name = value
		case "a=ice-pwd":
			b.pass = value
		case "a=candidate":
			f := strings.Fields(value)
			at, err := netip.ParseAddrPort(f[4] + ":" + f[5])
			if err != nil {
				return err
			}
			b.to = at
		}
	}
	return nil
}

func (b *browser) read(conn *net.UDPConn) {
	buffer := make([]byte, 1500)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		switch d := buffer[:n]; {
		case n == 0:
		case d[0] < 4:
			m := &stun.Message{Raw: append([]byte(nil), d...)}
			if m.Decode() == nil {
				b.checked <- m
			}
		case d[0] < 64:
			_, _ = b.flights.Write(d)
		default:
			b.take(d)
		}
	}
}

func (b *browser) take(d []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.in == nil {
		return
	}
	clear, err := b.in.DecryptRTP(nil, d, nil)
	if err != nil {
		return
	}
	var p rtp.Packet
	if p.Unmarshal(clear) == nil {
		b.heard = append(b.heard, p)
	}
}

func (b *browser) got() []rtp.Packet {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]rtp.Packet(nil), b.heard...)
}

// check asks whether the way is open and returns the answer, nil for none
// within the time.
func (b *browser) check(password string, wait time.Duration, more ...stun.Setter) *stun.Message {
	set := append([]stun.Setter{stun.TransactionID, stun.BindingRequest, stun.NewUsername(b.name + ":page")}, more...)
	m, err := stun.Build(append(set, stun.NewShortTermIntegrity(password), stun.Fingerprint)...)
	if err != nil {
		panic(err)
	}
	_, _ = b.conn.WriteToUDPAddrPort(m.Raw, b.to)
	select {
	case a := <-b.checked:
		return a
	case <-time.After(wait):
		return nil
	}
}

// chosen is the attribute of a check that chooses the way.
type chosen struct{}

func (chosen) AddTo(m *stun.Message) error {
	m.Add(stun.AttrUseCandidate, nil)
	m.Add(stun.AttrICEControlling, make([]byte, 8))
	return nil
}

// connect opens the way and agrees on keys.
func (b *browser) connect(answer string) error {
	if err := b.understand(answer); err != nil {
		return err
	}
	if m := b.check(b.pass, patience, chosen{}); m == nil || m.Type != stun.BindingSuccess {
		return fmt.Errorf("check was answered with %v", m)
	}
	c, err := dtls.ClientWithOptions(flow{b}, net.UDPAddrFromAddrPort(b.to), dtls.WithCertificates(b.certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM))
	if err != nil {
		return err
	}
	if err := c.Handshake(); err != nil {
		return err
	}
	b.dtls = c
	state, _ := c.ConnectionState()
	const key, salt = 16, 12
	m, err := state.ExportKeyingMaterial("EXTRACTOR-dtls_srtp", nil, 2*(key+salt))
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.out, err = srtp.CreateContext(m[:key], m[2*key:2*key+salt], srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		return err
	}
	b.in, err = srtp.CreateContext(m[key:2*key], m[2*key+salt:], srtp.ProtectionProfileAeadAes128Gcm)
	return err
}

// seal returns the next packet of 20 ms as it goes over the wire.
func (b *browser) seal(payload []byte) []byte {
	b.number++
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: b.number, Timestamp: 160 * uint32(b.number), SSRC: 7}, Payload: payload}
	plain, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	d, err := b.out.EncryptRTP(nil, plain, nil)
	if err != nil {
		panic(err)
	}
	return d
}

func (b *browser) send(d []byte) { _, _ = b.conn.WriteToUDPAddrPort(d, b.to) }

// flow is the handshake's way.
type flow struct{ *browser }

func (f flow) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := f.flights.Read(b)
	return n, net.UDPAddrFromAddrPort(f.to), err
}
func (f flow) WriteTo(b []byte, _ net.Addr) (int, error) { return f.conn.WriteToUDPAddrPort(b, f.to) }
func (f flow) Close() error                              { return f.flights.Close() }
func (f flow) LocalAddr() net.Addr                       { return f.conn.LocalAddr() }
func (f flow) SetDeadline(t time.Time) error             { return f.flights.SetReadDeadline(t) }
func (f flow) SetReadDeadline(t time.Time) error         { return f.flights.SetReadDeadline(t) }
func (f flow) SetWriteDeadline(time.Time) error          { return nil }

// until polls for ok.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
