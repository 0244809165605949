package webleg

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"switchboard/telephony/media/g711"
)

// track is what one PeerConnection sends to its page. It passes on what legs
// have numbered, without a copy on the way to the cipher.
type track struct {
	law g711.Law

	mu     sync.Mutex
	writer webrtc.TrackLocalWriter // nil before Bind and after Unbind
	header rtp.Header
	event  uint8 // payload type of telephone events, 0 for none
}

const rtpHeader = 12 // length of an RTP header without extras, as legs write it

var errNoPage = errors.New("no page to send audio to")

// carry encrypts and sends a leg's packet.
func (t *track) carry(b []byte) error {
	if len(b) < rtpHeader {
		return io.ErrShortBuffer
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.writer == nil {
		return errNoPage
	}
	t.header.Marker, t.header.PayloadType = b[1]&0x80 != 0, b[1]&0x7F
	t.header.SequenceNumber = binary.BigEndian.Uint16(b[2:])
	t.header.Timestamp = binary.BigEndian.Uint32(b[4:])
	_, err := t.writer.WriteRTP(&t.header, b[rtpHeader:])
	return err
}

// eventType returns the payload type of telephone events that was agreed.
func (t *track) eventType() uint8 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.event
}

var errNoLaw = errors.New("the page does not speak the trunk's G.711")

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var spoken *webrtc.RTPCodecParameters
	for _, p := range c.CodecParameters() {
		switch p.MimeType {
		case "audio/" + t.law.String():
			spoken = &p
		case mimeEvent:
			t.event = uint8(p.PayloadType)
		}
	}
	if spoken == nil {
		return webrtc.RTPCodecParameters{}, errNoLaw
	}
	t.writer = c.WriteStream()
	t.header = rtp.Header{Version: 2, SSRC: uint32(c.SSRC())}
	return *spoken, nil
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writer = nil
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *track) ID() string { return "buyer" }

// RID implements webrtc.TrackLocal.
func (t *track) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (t *track) StreamID() string { return "switchboard" }

// Kind implements webrtc.TrackLocal.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

var _ webrtc.TrackLocal = (*track)(nil)
