package media_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
)

// pigeon keeps what it carries.
type pigeon struct{ sent [][]byte }

func (p *pigeon) Carry(b []byte) error {
	p.sent = append(p.sent, slices.Clone(b))
	return nil
}

// TestNextLegContinuesTheStream: one source for the receiver, and nothing of
// the leg before comes out of it or goes into it.
func TestNextLegContinuesTheStream(t *testing.T) {
	t.Parallel()
	bird := &pigeon{}
	before := media.NewCarried(bird, sdp.Chosen{Law: g711.ALaw, PayloadType: 8, Direction: sdp.SendRecv})
	before.SendFrame(make([]byte, 160))
	after := before.Next()
	before.SendFrame(make([]byte, 160))
	after.SendFrame(make([]byte, 160))
	if len(bird.sent) != 2 {
		t.Fatalf("%d packets left, want one of each leg", len(bird.sent))
	}
	first, second := bird.sent[0], bird.sent[1]
	if string(first[8:12]) != string(second[8:12]) {
		t.Error("another source")
	}
	if step := binary.BigEndian.Uint16(second[2:]) - binary.BigEndian.Uint16(first[2:]); step != 1 {
		t.Errorf("the sequence goes on by %d", step)
	}
	if second[1]&0x80 == 0 {
		t.Error("no marker where the other buyer begins")
	}
	heard := 0
	after.SetSink(func(*media.Packet) { heard++ })
	before.Take(first, time.Now())
	after.Take(second, time.Now())
	if heard != 1 {
		t.Errorf("heard %d packets, want its own", heard)
	}
}
