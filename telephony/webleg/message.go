package webleg

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

const (
	// version is that of the protocol.
	version = 1
	// maxMessage bounds what a page sends: an offer of all of a browser's codecs
	// is 8 KiB.
	maxMessage = 32 << 10
	// maxCard bounds what a ring carries: a card is a shop's name and a masked
	// number.
	maxCard = 16 << 10
	// maxKeys bounds keys in a message.
	maxKeys = 32
	// maxName bounds what a page calls its device.
	maxName = 64
)

// request is a message of the page; which fields count, its type says.
type request struct {
	V    int    `json:"v"`
	Type string `json:"type"`
	N    int64  `json:"n"`
	Ack  int64  `json:"ack"`

	Ticket string `json:"ticket"`
	Token  string `json:"token"`
	Device string `json:"device"`

	ID     int64     `json:"id"`
	SDP    string    `json:"sdp"`
	Leg    uuid.UUID `json:"leg"`
	Reason string    `json:"reason"`
	Keys   string    `json:"keys"`
	Quality
}

// Quality is what a page measured of the audio that it plays.
type Quality struct {
	Loss     float64 `json:"loss"` // share of packets, 0 to 1
	JitterMS float64 `json:"jitter_ms"`
	RTTMS    float64 `json:"rtt_ms"` // to us and back
}

// sane reports whether somebody can have measured q.
func (q Quality) sane() bool {
	const minute = 60_000
	return q.Loss >= 0 && q.Loss <= 1 && q.JitterMS >= 0 && q.JitterMS <= minute && q.RTTMS >= 0 && q.RTTMS <= minute
}

var errNotOurs = errors.New("not a message of this protocol")

// read reads a message of the page.
func read(b []byte) (request, error) {
	var m request
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%w: %w", errNotOurs, err)
	}
	if m.V != version || m.Type == "" || m.N < 0 || m.Ack < 0 {
		return m, fmt.Errorf("%w: version %d, type %.20q", errNotOurs, m.V, m.Type)
	}
	return m, nil
}

// reply is a message of ours; which fields it has, its type says.
type reply struct {
	V    int    `json:"v"`
	Type string `json:"type"`
	N    int64  `json:"n,omitempty"`
	Ack  int64  `json:"ack,omitempty"`

	*welcome
	Device   string          `json:"device,omitempty"`
	ID       int64           `json:"id,omitempty"`
	SDP      string          `json:"sdp,omitempty"`
	Up       *bool           `json:"up,omitempty"`
	Leg      *uuid.UUID      `json:"leg,omitempty"`
	Call     *uuid.UUID      `json:"call,omitempty"`
	ForMS    int64           `json:"for_ms,omitempty"`
	Card     json.RawMessage `json:"card,omitempty"`
	Held     *bool           `json:"held,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Keys     string          `json:"keys,omitempty"`
	Received int64           `json:"received,omitempty"`
	Lost     int64           `json:"lost,omitempty"`
	Code     string          `json:"code,omitempty"`
	Re       int64           `json:"re,omitempty"`
}

// welcome is where a page stands when its socket begins.
type welcome struct {
	Token   string      `json:"token"`
	Resumed bool        `json:"resumed"`
	Heard   int64       `json:"heard"`
	Law     string      `json:"law"`
	ICE     []ICEServer `json:"ice"`
	GraceMS int64       `json:"grace_ms"`
	Node    string      `json:"node,omitempty"` // who has the desk
	State   *shown      `json:"state,omitempty"`
}

// shown is the call that a page must show.
type shown struct {
	Phase phase           `json:"phase"`
	Leg   uuid.UUID       `json:"leg"`
	Call  uuid.UUID       `json:"call"`
	Held  bool            `json:"held"`
	Away  bool            `json:"away"`
	ForMS int64           `json:"for_ms,omitempty"`
	Card  json.RawMessage `json:"card,omitempty"`
}

// ICEServer is a STUN or TURN server that pages may use, in the words of
// RTCIceServer.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

func (m reply) encode() []byte {
	m.V = version
	b, err := json.Marshal(m)
	if err != nil {
		panic("encode " + m.Type + ": " + err.Error()) // the card was checked when it came
	}
	return b
}
