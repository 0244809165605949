package webleg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// link is one PeerConnection: the audio of a page for as long as its network
// address holds.
type link struct {
	session *session
	pc      *webrtc.PeerConnection
	out     track
	newest  atomic.Uint32 // heardAny | sequence of the newest packet; 0 before the first
}

// heardAny marks a sequence number that is one.
const heardAny = 1 << 16

var errOffer = errors.New("an offer of something else than one audio line")

// tidy checks that an offer is for one line of audio, and takes the page's
// candidates out: we never send to an address that wasn't proven by a check
// with the right password.
func tidy(offer string) (string, error) {
	var kept strings.Builder
	media := 0
	for line := range strings.Lines(offer) {
		switch {
		case strings.HasPrefix(line, "m=audio "):
			media++
		case strings.HasPrefix(line, "m="):
			return "", errOffer
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
			continue
		}
		kept.WriteString(line)
	}
	if media != 1 {
		return "", errOffer
	}
	return kept.String(), nil
}

// open answers an offer of the session's page with a new PeerConnection.
func (s *session) open(offer string) (*link, string, error) {
	offer, err := tidy(offer)
	if err != nil {
		return nil, "", err
	}
	e := s.hub.engine
	pc, err := e.api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.certificate}})
	if err != nil {
		return nil, "", fmt.Errorf("make a connection for operator %s: %w", s.operator, err)
	}
	l := &link{session: s, pc: pc, out: track{law: e.law}}
	answer, err := l.answer(offer)
	if err != nil {
		l.close()
		return nil, "", fmt.Errorf("answer the offer of operator %s: %w", s.operator, err)
	}
	return l, answer, nil
}

func (l *link) answer(offer string) (string, error) {
	sender, err := l.pc.AddTrack(&l.out)
	if err != nil {
		return "", err
	}
	l.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		go drain(r.Read)
		l.read(t)
	})
	l.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { l.session.linked(l, state) })
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	go drain(sender.Read)
	<-gathered // one candidate that we know already
	return l.pc.LocalDescription().SDP, nil
}

// read gives what the page sends to the leg that is live, until the connection
// ends.
func (l *link) read(t *webrtc.TrackRemote) {
	var c clock
	b := make([]byte, 1500)
	for {
		n, _, err := t.Read(b)
		if err != nil {
			return
		}
		if n < rtpHeader {
			continue
		}
		now := time.Now()
		sent := c.sent(binary.BigEndian.Uint32(b[4:]), now)
		if g := l.session.live.Load(); g != nil {
			g.take(l, b[:n], sent, now)
		}
		l.note(binary.BigEndian.Uint16(b[2:]))
	}
}

// note remembers the newest sequence number; only the reader calls it.
func (l *link) note(sequence uint16) {
	last := l.newest.Load()
	if last == 0 || int16(sequence-uint16(last)) > 0 {
		l.newest.Store(heardAny | uint32(sequence))
	}
}

// close ends the connection. It waits for the reader, so that it must not be
// called by it, or with the session's lock.
func (l *link) close() {
	if err := l.pc.Close(); err != nil {
		l.session.hub.cfg.Log.Warn("browser's connection did not close", "operator", l.session.operator, "err", err)
	}
}

// drain throws RTCP away until the connection ends: unread, it would pile up.
func drain(read func([]byte) (int, interceptor.Attributes, error)) {
	b := make([]byte, 1500)
	for {
		if _, _, err := read(b); err != nil {
			return
		}
	}
}
