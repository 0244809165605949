package lite

import (
	"bytes"
	"context"
	"crypto"
	_ "crypto/sha256" // that fingerprints may be of
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/srtp/v3"
)

// fingerprint is what the offer says of the browser's certificate (RFC 8122).
type fingerprint struct {
	hash crypto.Hash
	sum  []byte
}

var errFingerprint = errors.New("the certificate is not the one of the offer")

// of checks the certificate of the handshake.
func (f fingerprint) of(chain [][]byte, _ [][]*x509.Certificate) error {
	if len(chain) == 0 {
		return errFingerprint
	}
	h := f.hash.New()
	_, _ = h.Write(chain[0]) // never fails
	if !bytes.Equal(h.Sum(nil), f.sum) {
		return errFingerprint
	}
	return nil
}

// mark writes the fingerprint of a certificate as SDP does.
func mark(certificate []byte) string {
	h := crypto.SHA256.New()
	_, _ = h.Write(certificate)
	var pairs []string
	for _, b := range h.Sum(nil) {
		pairs = append(pairs, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return "sha-256 " + strings.Join(pairs, ":")
}

// shake takes in a datagram of the handshake.
func (e *Peer) shake(b []byte) { _, _ = e.flights.Write(b) } // one too many is lost, and sent again

// secure agrees on keys, and waits for the browser's goodbye.
func (e *Peer) secure() {
	c, err := e.handshake()
	if err != nil {
		if !e.closed.Load() {
			e.port.log.Info("browser's audio has no keys", "from", e.remote.Load(), "err", err)
			e.tell(Failed)
		}
		return
	}
	defer c.Close()
	e.tell(Connected)
	nothing := make([]byte, maxDatagram)
	for {
		if _, err := c.Read(nothing); err != nil {
			e.tell(Failed)
			return
		}
	}
}

// handshakeTime is how long a browser may take once it was reached.
const handshakeTime = 10 * time.Second

func (e *Peer) handshake() (*dtls.Conn, error) {
	c, err := dtls.ServerWithOptions(flow{e}, net.UDPAddrFromAddrPort(*e.remote.Load()),
		dtls.WithCertificates(e.port.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithInsecureSkipVerify(true), // of a chain: browsers sign their own, and the fingerprint is checked
		dtls.WithVerifyPeerCertificate(e.finger.of),
		dtls.WithFlightInterval(200*time.Millisecond), // doubled each time
		dtls.WithLoggerFactory(loggers(e.port.log)),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare for the handshake: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTime)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	if err := e.agree(c); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

var errNoProfile = errors.New("no cipher for audio was agreed")

// replayWindow is how many packets late one may be (RFC 3711, 3.3.2).
const replayWindow = 128

// agree derives the keys of both directions from the handshake (RFC 5764, 4.2).
func (e *Peer) agree(c *dtls.Conn) error {
	state, known := c.ConnectionState()
	selected, agreed := c.SelectedSRTPProtectionProfile()
	if !known || !agreed {
		return errNoProfile
	}
	profile := srtp.ProtectionProfile(selected)
	keyLen, err := profile.KeyLen()
	if err != nil {
		return err
	}
	saltLen, err := profile.SaltLen()
	if err != nil {
		return err
	}
	m, err := state.ExportKeyingMaterial("EXTRACTOR-dtls_srtp", nil, 2*(keyLen+saltLen))
	if err != nil {
		return fmt.Errorf("derive keys: %w", err)
	}
	theirs, ours, salts := m[:keyLen], m[keyLen:2*keyLen], m[2*keyLen:]
	var k keys
	if k.in, err = srtp.CreateContext(theirs, salts[:saltLen], profile, srtp.SRTPReplayProtection(replayWindow)); err != nil {
		return err
	}
	if k.out, err = srtp.CreateContext(ours, salts[saltLen:], profile); err != nil {
		return err
	}
	e.keys.Store(&k)
	return nil
}

// flow is the handshake's way through the port.
type flow struct{ *Peer }

func (f flow) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := f.flights.Read(b)
	return n, net.UDPAddrFromAddrPort(*f.remote.Load()), err
}

func (f flow) WriteTo(b []byte, _ net.Addr) (int, error) {
	return f.port.conn.WriteToUDPAddrPort(b, *f.remote.Load())
}

func (f flow) Close() error                      { return f.flights.Close() }
func (f flow) LocalAddr() net.Addr               { return f.port.conn.LocalAddr() }
func (f flow) SetDeadline(t time.Time) error     { return f.flights.SetReadDeadline(t) }
func (f flow) SetReadDeadline(t time.Time) error { return f.flights.SetReadDeadline(t) }
func (f flow) SetWriteDeadline(time.Time) error  { return nil }

func loggers(log *slog.Logger) logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{Writer: slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer(), DefaultLogLevel: logging.LogLevelError}
}
