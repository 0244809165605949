package jitter

import (
	"math/rand/v2"
	"slices"
	"testing"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// arrival is a packet and when it comes, in samples of our clock.
type arrival struct {
	at int64
	p  media.Packet
}

// speech is n packets of a tone, as a party sends them: 20 ms each, on time.
func speech(n int) []arrival {
	samples := g711.ALaw.Encode(tone.Sine(440, n*Frame))
	all := make([]arrival, n)
	for i := range all {
		all[i] = arrival{int64(i * Frame), media.Packet{
			Law: g711.ALaw, Sequence: uint16(i), Timestamp: 0xFFFFFF00 + uint32(i*Frame), SSRC: 7,
			Payload: samples[i*Frame : (i+1)*Frame],
		}}
	}
	return all
}

// play has the packets come, and pops every 20 ms until all are out.
func play(b *Buffer, all []arrival) []int16 {
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	var heard []int16
	var frame [Frame]int16
	end := all[len(all)-1].at + 3*longest
	for now := int64(Frame / 3); now < end; now += Frame {
		for len(all) > 0 && all[0].at <= now {
			b.Push(&all[0].p)
			all = all[1:]
		}
		b.Pop(&frame)
		heard = append(heard, frame[:]...)
	}
	return heard
}

func TestOnTime(t *testing.T) {
	t.Parallel()
	b := New()
	heard := play(b, speech(50))
	want := g711.ALaw.Decode(g711.ALaw.Encode(tone.Sine(440, 50*Frame)))
	at := firstDelay - Frame // the first packet is there before the first Pop, which is at a third of it
	for at < len(heard) && heard[at+blend] != want[blend] {
		at++
	}
	if got := heard[at+blend : at+40*Frame]; !slices.Equal(got, want[blend:40*Frame]) {
		t.Errorf("what was said is not what is heard from sample %d on", at)
	}
	if s := b.Stats(); s.Received != 50 || s.Late != 0 || s.Concealed > 3 || s.Stretched != 0 || s.Delay != 0 {
		t.Errorf("%+v", s)
	}
}

func TestOutOfOrderIsPutInOrder(t *testing.T) {
	t.Parallel()
	b, all := New(), speech(100)
	for i := 1; i < 99; i += 2 {
		all[i].at += Frame + Frame/2 // after its successor
	}
	heard := play(b, all)
	if s := b.Stats(); s.Late != 0 || s.Concealed > 4 {
		t.Errorf("%+v", s)
	}
	if share := tone.Share(heard[4*Frame:96*Frame], 440); share < 0.97 {
		t.Errorf("the tone is heard in %.2f of the frames", share)
	}
}

func TestLossIsConcealed(t *testing.T) {
	t.Parallel()
	b, chance := New(), rand.New(rand.NewPCG(1, 2))
	all := slices.DeleteFunc(speech(1000), func(a arrival) bool { return a.at > 0 && chance.Float64() < 0.05 })
	lost := int64(1000 - len(all))
	heard := play(b, all)
	s := b.Stats()
	if s.Concealed < lost || s.Concealed > 2*lost+2 || s.Late != 0 {
		t.Errorf("%d lost: %+v", lost, s)
	}
	if share := tone.Share(heard[3*Frame:990*Frame], 440); share < 0.985 {
		t.Errorf("the tone is heard in %.3f of the frames", share)
	}
	if click := roughest(heard[3*Frame : 990*Frame]); click > 9000 {
		t.Errorf("a step of %d between two samples", click)
	}
}

// roughest is the largest step between neighbours; 440 Hz has steps to 4,000.
func roughest(samples []int16) (step int) {
	for i := range samples[1:] {
		step = max(step, int(samples[i+1])-int(samples[i]), int(samples[i])-int(samples[i+1]))
	}
	return step
}

func TestDelayFollowsTheNetwork(t *testing.T) {
	t.Parallel()
	b, chance := New(), rand.New(rand.NewPCG(3, 4))
	all := speech(3000)
	for i := 1; i < 1500; i++ { // 30 s of jitter up to 80 ms, and then none
		all[i].at += chance.Int64N(4 * Frame)
	}
	var early Stats
	rough := slices.Clone(all[:1500])
	play(b, rough)
	early = b.Stats()
	if early.Late > 15 || early.Delay > longest {
		t.Errorf("rough: %+v", early)
	}
	b = New()
	play(b, all)
	s := b.Stats()
	if s.Shortened == 0 || s.Stretched == 0 || s.Late > 15 {
		t.Errorf("rough, then smooth: %+v", s)
	}
}

func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	for _, millionths := range []int64{-300, 300} { // crystals are within 100
		b, all := New(), speech(15000) // 5 minutes
		for i := range all {
			all[i].at += all[i].at * millionths / 1_000_000
		}
		heard := play(b, all)
		s := b.Stats()
		drift := int64(15000*Frame) * 300 / 1_000_000
		if moved := s.Shortened + s.Stretched; moved < drift/2 || moved > 3*drift+longest {
			t.Errorf("%d ppm: %d samples apart: %+v", millionths, drift, s)
		}
		if s.Late > 8 || s.Concealed > 16 {
			t.Errorf("%d ppm: %+v", millionths, s)
		}
		if share := tone.Share(heard[3*Frame:14990*Frame], 440); share < 0.995 {
			t.Errorf("%d ppm: the tone is heard in %.4f of the frames", millionths, share)
		}
	}
}

func TestStallAndBurst(t *testing.T) {
	t.Parallel()
	b, all := New(), speech(500)
	for i := 100; i < 150; i++ {
		all[i].at = 150 * Frame // a second of nothing, and all at once
	}
	heard := play(b, all)
	if share := tone.Share(heard[160*Frame:490*Frame], 440); share < 0.95 {
		t.Errorf("after the stall the tone is heard in %.2f of the frames", share)
	}
	if s := b.Stats(); s.Shortened == 0 {
		t.Errorf("the delay of the stall stays: %+v", s)
	}
}

func TestSilenceIsNotConcealed(t *testing.T) {
	t.Parallel()
	b, all := New(), speech(200)
	all = append(all[:50], all[150:]...) // 2 s without a packet, as with comfort noise
	heard := play(b, all)
	for i, s := range heard[60*Frame : 140*Frame] {
		if s != 0 {
			t.Fatalf("sample %d of the silence is %d", i, s)
		}
	}
	if share := tone.Share(heard[155*Frame:195*Frame], 440); share < 0.95 {
		t.Errorf("after the silence the tone is heard in %.2f of the frames", share)
	}
	if s := b.Stats(); s.Late != 0 || s.Concealed > 6 {
		t.Errorf("%+v", s)
	}
}

// TestSenderWhoseClockStoodStill resumes where it stopped 2 s before.
func TestSenderWhoseClockStoodStill(t *testing.T) {
	t.Parallel()
	b, all := New(), speech(100)
	for i := 50; i < 100; i++ {
		all[i].at += 100 * Frame
	}
	heard := play(b, all)
	if share := tone.Share(heard[155*Frame:195*Frame], 440); share < 0.95 {
		t.Errorf("the tone is heard in %.2f of the frames", share)
	}
}

func TestAnotherSourceBeginsAnew(t *testing.T) {
	t.Parallel()
	b, all := New(), speech(100)
	for i := 50; i < 100; i++ {
		all[i].p.SSRC, all[i].p.Timestamp = 8, all[i].p.Timestamp+1<<30
	}
	heard := play(b, all)
	if share := tone.Share(heard[55*Frame:95*Frame], 440); share < 0.95 {
		t.Errorf("the tone is heard in %.2f of the frames", share)
	}
}

// TestAnyPacketsStayWithinBounds pushes what an enemy might.
func TestAnyPacketsStayWithinBounds(t *testing.T) {
	t.Parallel()
	b, chance := New(), rand.New(rand.NewPCG(5, 6))
	var frame [Frame]int16
	for range 20_000 {
		p := media.Packet{
			Law: g711.Law(chance.IntN(3)), SSRC: chance.Uint32N(2), Marker: chance.IntN(2) == 0,
			Timestamp: chance.Uint32N(1 << 14), Payload: make([]byte, chance.IntN(1500)),
		}
		if chance.IntN(10) == 0 {
			p.Timestamp = chance.Uint32()
		}
		b.Push(&p)
		if chance.IntN(3) == 0 {
			b.Pop(&frame)
		}
		if s := b.Stats(); s.Delay > 2*longest || b.play < -capacity {
			t.Fatalf("%+v, playing at %d", s, b.play)
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	buffer, all := New(), speech(1)
	var frame [Frame]int16
	b.ReportAllocs()
	for b.Loop() {
		buffer.Push(&all[0].p)
		all[0].p.Timestamp += Frame
		buffer.Pop(&frame)
	}
}
