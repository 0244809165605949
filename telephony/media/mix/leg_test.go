package mix

import (
	"slices"
	"sync"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// voice is a leg without a network, for tests in which time is virtual: what it
// says is a tone, what it is sent is kept.
type voice struct {
	law  g711.Law
	tone []byte

	mu     sync.Mutex
	sink   *func(*media.Packet)
	frames []heard
	events []media.Event
	packet media.Packet
}

type heard struct {
	at  time.Time
	pcm []int16
}

func newVoice(law g711.Law, freq float64) *voice {
	v := &voice{law: law, packet: media.Packet{Law: law, SSRC: uint32(freq)}}
	v.tone = law.Encode(tone.Sine(freq, 500*frame))
	return v
}

func (v *voice) say() {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := &v.packet
	from := int(p.Timestamp) % len(v.tone)
	p.Payload, p.At = v.tone[from:from+frame], time.Now()
	if v.sink != nil {
		(*v.sink)(p)
	}
	p.Sequence++
	p.Timestamp += frame
}

// press sends one packet of a key.
func (v *voice) press(e media.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	b := []byte{e.Code, 10, byte(e.Duration >> 8), byte(e.Duration)}
	if e.End {
		b[1] |= 0x80
	}
	(*v.sink)(&media.Packet{Payload: b})
}

// take returns the samples that were sent since the last take.
func (v *voice) take() (pcm []int16) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, f := range v.frames {
		pcm = append(pcm, f.pcm...)
	}
	v.frames = nil
	return pcm
}

func (v *voice) pressed() []media.Event {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.events)
}

func (v *voice) SendFrame(payload []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.frames = append(v.frames, heard{time.Now(), v.law.Decode(payload)})
}

func (v *voice) SendEvent(e media.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.events = append(v.events, e)
}

func (v *voice) SetSink(sink func(*media.Packet)) func() {
	v.mu.Lock()
	defer v.mu.Unlock()
	mine := &sink
	v.sink = mine
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.sink == mine {
			v.sink = nil
		}
	}
}

func (v *voice) Law() g711.Law             { return v.law }
func (v *voice) PayloadType() uint8        { return v.law.PayloadType() }
func (v *voice) EventType() uint8          { return 101 }
func (v *voice) Send(*media.Packet)        {}
func (v *voice) OnDigit(func(media.Digit)) {}
func (v *voice) LastPacket() time.Time     { return time.Time{} }
func (v *voice) Stats() media.Stats        { return media.Stats{} }
func (v *voice) Close()                    {}

// reel is a tap that keeps what it hears.
type reel struct {
	mu       sync.Mutex
	channels [2][]int16
}

func (r *reel) Hear(channel int, p *media.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.channels[channel] = append(r.channels[channel], p.Law.Decode(p.Payload)...)
}

func (r *reel) heard(channel int) []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.channels[channel])
}
