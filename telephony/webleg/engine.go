package webleg

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"switchboard/telephony/media/g711"
)

const mimeEvent = "audio/telephone-event"

// engine makes PeerConnections that share one UDP port and one certificate.
type engine struct {
	api         *webrtc.API
	certificate webrtc.Certificate
	law         g711.Law
	mux         ice.UDPMux
	conn        net.PacketConn
	local       netip.AddrPort
}

var errAnyAddress = errors.New("an address that browsers can be told must be named")

// newEngine listens at an address. Browsers are told public, or that address
// itself, and no other.
func newEngine(at netip.AddrPort, public netip.Addr, law g711.Law, log *slog.Logger) (*engine, error) {
	if at.Addr().IsUnspecified() || !at.IsValid() {
		return nil, fmt.Errorf("listen for browsers' audio at %s: %w", at, errAnyAddress)
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("listen for browsers' audio: %w", err)
	}
	e := &engine{law: law, conn: conn, local: conn.LocalAddr().(*net.UDPAddr).AddrPort()}
	// Seconds of everybody's packets while we stall. A kernel that gives less
	// says nothing, and the rest is lost packets, which are counted.
	_, _ = conn.SetReadBuffer(socketBuffer), conn.SetWriteBuffer(socketBuffer)
	if err := e.build(conn, public, log); err != nil {
		conn.Close()
		return nil, err
	}
	return e, nil
}

const socketBuffer = 4 << 20

func (e *engine) build(conn net.PacketConn, public netip.Addr, log *slog.Logger) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key for browsers' audio: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return fmt.Errorf("make a certificate for browsers' audio: %w", err)
	}
	e.certificate = *certificate
	codecs, err := e.codecs()
	if err != nil {
		return fmt.Errorf("register codecs of browsers: %w", err)
	}
	loggers := &logging.DefaultLoggerFactory{
		Writer: slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer(), DefaultLogLevel: logging.LogLevelError,
	}
	e.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: loggers.NewLogger("mux")})
	settings, err := e.settings(public)
	if err != nil {
		return fmt.Errorf("tell browsers of %s: %w", public, err)
	}
	settings.LoggerFactory = loggers
	// Without interceptors: no reports, no retransmission, nothing per packet.
	e.api = webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	return nil
}

// codecs are the trunk's law alone, for with both a browser may send the one
// and be sent the other, and telephone events.
func (e *engine) codecs() (*webrtc.MediaEngine, error) {
	const eventType = 101 // ours; the page's offer decides
	m := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/" + e.law.String(), ClockRate: 8000}, PayloadType: webrtc.PayloadType(e.law.PayloadType())},
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 8000, SDPFmtpLine: "0-15"}, PayloadType: eventType},
	} {
		if err := m.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (e *engine) settings(public netip.Addr) (webrtc.SettingEngine, error) {
	const (
		disconnected = 5 * time.Second // browsers check each 2 to 3 s, and send 50 packets a second
		failed       = 10 * time.Second
		keepAlive    = 2 * time.Second
	)
	s := webrtc.SettingEngine{}
	// The page begins, and we choose the cipher. We could not begin: it checks
	// the way first.
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return s, err
	}
	s.SetLite(true)
	s.SetICEUDPMux(e.mux)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(e.local.Addr().IsLoopback())
	s.DisableActiveTCP(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	s.SetICETimeouts(disconnected, failed, keepAlive)
	s.SetReceiveMTU(1500)
	if !public.IsValid() || public == e.local.Addr() {
		return s, nil
	}
	return s, s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		External: []string{public.String()}, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
	})
}

// close ends the port. PeerConnections are to be closed before.
func (e *engine) close() error { return errors.Join(e.mux.Close(), ignoreClosed(e.conn.Close())) }

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
