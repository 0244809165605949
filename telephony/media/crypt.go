package media

import (
	"fmt"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"switchboard/telephony/sdp"
)

const (
	// maxTag is by how much encryption lengthens a packet: GCM's tag.
	maxTag = 16
	// window is how far back a packet is still told from a repeated one, in
	// packets (RFC 3711, 3.3.2 wants 64): over a second of them.
	window = 64
	// mostSources bounds what is kept of the sources that one key has had: they
	// can all prove themselves, and yet nobody changes them that often.
	mostSources = 64
)

var profiles = map[sdp.Suite]srtp.ProtectionProfile{
	sdp.GCM:  srtp.ProtectionProfileAeadAes128Gcm,
	sdp.CM80: srtp.ProtectionProfileAes128CmHmacSha1_80,
	sdp.CM32: srtp.ProtectionProfileAes128CmHmacSha1_32,
}

// newContext returns the state of one direction under a key.
func newContext(k sdp.Key) (*srtp.Context, error) {
	options := []srtp.ContextOption{srtp.SRTPReplayProtection(window), srtp.SRTCPReplayProtection(window)}
	if mki := k.MKI(); mki != nil {
		options = append(options, srtp.MasterKeyIndicator(mki))
	}
	key, salt := k.Master()
	c, err := srtp.CreateContext(key, salt, profiles[k.Suite], options...)
	if err != nil {
		return nil, fmt.Errorf("use a key of %s: %w", k.Suite, err)
	}
	return c, nil
}

// opener decrypts what a party sends. It belongs to the goroutine that reads.
type opener struct {
	key     sdp.Key
	context *srtp.Context
	header  rtp.Header
	ssrc    uint32
	sources int // that came after one another
}

func newOpener(k sdp.Key) (*opener, error) {
	c, err := newContext(k)
	return &opener{key: k, context: c}, err
}

// open decrypts datagram in place and returns the packet, or false for one that
// the key does not prove, or that came before.
func (o *opener) open(datagram []byte) ([]byte, bool) {
	if o.context == nil {
		return nil, false
	}
	plain, err := o.context.DecryptRTP(datagram[:0], datagram, &o.header)
	if err != nil {
		return nil, false
	}
	if o.header.SSRC != o.ssrc {
		o.ssrc = o.header.SSRC
		if o.sources++; o.sources > mostSources {
			o.sources = 0
			o.context, _ = newContext(o.key) // it made one before
		}
	}
	return plain, true
}

// openControl decrypts RTCP.
func (o *opener) openControl(datagram []byte) ([]byte, bool) {
	if o.context == nil {
		return nil, false
	}
	plain, err := o.context.DecryptRTCP(nil, datagram, nil)
	return plain, err == nil
}

// sealer encrypts what we send. Its caller holds the leg's lock.
type sealer struct {
	key     sdp.Key
	context *srtp.Context
	header  rtp.Header
	sent    sentPackets
}

func newSealer(k sdp.Key) (*sealer, error) {
	c, err := newContext(k)
	return &sealer{key: k, context: c}, err
}

// seal encrypts packet in place, into the room behind it, and returns what is
// sent. It reports false for a packet that must not be sent: two with one number
// and different words in them would tell what both say (RFC 3711, 9.1).
func (s *sealer) seal(packet []byte, sequence uint16) ([]byte, bool) {
	if s.context == nil || !s.sent.take(sequence) {
		return nil, false
	}
	sealed, err := s.context.EncryptRTP(packet[:0], packet, &s.header)
	return sealed, err == nil
}

// sealControl encrypts RTCP.
func (s *sealer) sealControl(packet []byte) ([]byte, bool) {
	if s.context == nil {
		return nil, false
	}
	sealed, err := s.context.EncryptRTCP(nil, packet, nil)
	return sealed, err == nil
}

// sentPackets is which of the newest sequence numbers were sent.
type sentPackets struct {
	known  bool
	newest uint16
	before uint64 // bit n: newest-n was sent
}

// take notes a number, and reports false if it was sent before or is so old that
// nobody knows.
func (s *sentPackets) take(sequence uint16) bool {
	step := int(int16(sequence - s.newest))
	switch {
	case !s.known:
		*s = sentPackets{true, sequence, 1}
	case step >= window:
		s.newest, s.before = sequence, 1
	case step > 0:
		s.newest, s.before = sequence, s.before<<step|1
	case step <= -window || s.before&(1<<-step) != 0:
		return false
	default:
		s.before |= 1 << -step
	}
	return true
}
