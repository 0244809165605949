package media

import (
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

var suites = []sdp.Suite{sdp.GCM, sdp.CM80, sdp.CM32}

// testKey is a key as a description brings it.
func testKey(t testing.TB, suite sdp.Suite, fill byte) sdp.Key {
	t.Helper()
	size := 30
	if suite == sdp.GCM {
		size = 28
	}
	key := base64.StdEncoding.EncodeToString(slices.Repeat([]byte{fill}, size))
	s, err := sdp.Parse([]byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4 RTP/SAVP 8\r\na=crypto:1 " + suite.String() + " inline:" + key + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	local := sdp.NewLocal(s.Remote, g711.ALaw)
	local.SRTP = sdp.Required
	_, chosen, err := local.Answer(s)
	if err != nil {
		t.Fatal(err)
	}
	return chosen.Theirs
}

// ends is two legs that are each other's party, and what the second hears.
type ends struct {
	t    testing.TB
	a, b *RTPLeg
	mu   sync.Mutex
	got  []Packet
}

func newEnds(t testing.TB, keyA, keyB sdp.Key) *ends {
	t.Helper()
	ports := newTestPorts(t)
	e := &ends{t: t}
	for _, leg := range []**RTPLeg{&e.a, &e.b} {
		var err error
		if *leg, err = ports.Open(); err != nil {
			t.Fatal(err)
		}
	}
	e.agree(keyA, keyB)
	e.b.SetSink(func(p *Packet) {
		e.mu.Lock()
		defer e.mu.Unlock()
		q := *p
		q.Payload = slices.Clone(p.Payload)
		e.got = append(e.got, q)
	})
	return e
}

// agree has a send under one key and b under another.
func (e *ends) agree(keyA, keyB sdp.Key) {
	forA, forB := chosenFor(e.b.LocalAddr(), g711.ALaw), chosenFor(e.a.LocalAddr(), g711.ALaw)
	forA.Ours, forA.Theirs = keyA, keyB
	forB.Ours, forB.Theirs = keyB, keyA
	e.a.SetRemote(forA)
	e.b.SetRemote(forB)
}

// say has a send n frames of a tone, and waits until b has dealt with them.
func (e *ends) say(n int) {
	e.t.Helper()
	dealt := func() int64 { s := e.b.Stats(); return s.Received + s.Forged + s.Excess }
	before := dealt()
	for chunk := range slices.Chunk(g711.ALaw.Encode(tone.Sine(440, n*frame)), frame) {
		e.a.SendFrame(chunk)
	}
	waitFor(e.t, func() bool { return dealt() >= before+int64(n) }, "packets at the other end")
}

func (e *ends) heard() []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []int16
	for _, p := range e.got {
		all = append(all, p.Law.Decode(p.Payload)...)
	}
	e.got = nil
	return all
}

func TestSRTP(t *testing.T) {
	t.Parallel()
	for _, suite := range suites {
		e := newEnds(t, testKey(t, suite, 1), testKey(t, suite, 2))
		e.say(20)
		if heard := e.heard(); len(heard) != 20*frame || tone.Share(heard, 440) < 1 {
			t.Errorf("%s: the tone is heard in %.2f of %d samples", suite, tone.Share(heard, 440), len(heard))
		}
		if s := e.b.Stats(); s.Forged != 0 || s.Lost != 0 {
			t.Errorf("%s: %+v", suite, s)
		}
	}
}

// TestWrongKeyIsSilence: nothing of it comes through, and it is counted. The
// same for who does not encrypt where it was agreed.
func TestWrongKeyIsSilence(t *testing.T) {
	t.Parallel()
	for _, suite := range suites {
		for name, theirs := range map[string]sdp.Key{"wrong": testKey(t, suite, 3), "none": {}} {
			e := newEnds(t, theirs, testKey(t, suite, 2))
			right := chosenFor(e.a.LocalAddr(), g711.ALaw)
			right.Ours, right.Theirs = testKey(t, suite, 2), testKey(t, suite, 1)
			e.b.SetRemote(right)
			e.say(10)
			if s := e.b.Stats(); s.Forged != 10 || s.Received != 0 || len(e.heard()) != 0 || !e.b.LastPacket().IsZero() {
				t.Errorf("%s, %s key: %+v", suite, name, s)
			}
		}
	}
}

// TestAgreedKeysStayWhenCountsTurn: the roll-over count lives through a
// re-INVITE that says the same keys, and begins anew with new ones.
func TestAgreedKeysStayWhenCountsTurn(t *testing.T) {
	t.Parallel()
	for _, suite := range suites {
		e := newEnds(t, testKey(t, suite, 1), testKey(t, suite, 2))
		e.a.tx.stream.sequence = 65530 // it turns in the middle
		e.say(20)
		e.agree(testKey(t, suite, 1), testKey(t, suite, 2)) // a hold, say: the same keys again
		e.say(20)
		if heard := e.heard(); len(heard) != 40*frame || tone.Share(heard, 440) < 1 {
			t.Errorf("%s: after the turn and a re-INVITE the tone is heard in %.2f of %d samples", suite, tone.Share(heard, 440), len(heard))
		}
		e.agree(testKey(t, suite, 5), testKey(t, suite, 6)) // new ones
		e.say(20)
		if heard := e.heard(); len(heard) != 20*frame {
			t.Errorf("%s: with new keys %d samples are heard: %+v", suite, len(heard), e.b.Stats())
		}
	}
}

// TestRepeatedPacketIsHeardOnce, whoever repeats it, and changes no address.
func TestRepeatedPacketIsHeardOnce(t *testing.T) {
	t.Parallel()
	for _, suite := range suites {
		e := newEnds(t, testKey(t, suite, 1), testKey(t, suite, 2))
		s, err := newSealer(testKey(t, suite, 1))
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, headerSize+frame, maxDatagram)
		header{payloadType: 8, sequence: 7, ssrc: 9}.put(b)
		sealed, ok := s.seal(b, 7)
		if !ok {
			t.Fatal("not sealed")
		}
		now := time.Now()
		e.b.receive(slices.Clone(sealed), e.a.LocalAddr(), now)
		e.b.receive(slices.Clone(sealed), deaf(t), now)
		flipped := slices.Clone(sealed)
		flipped[20] ^= 1
		e.b.receive(flipped, e.a.LocalAddr(), now)
		e.b.receive(sealed[:20], e.a.LocalAddr(), now)
		if s := e.b.Stats(); s.Received != 1 || s.Forged != 3 || e.b.rx.latch.source != e.a.LocalAddr() {
			t.Errorf("%s: %+v, believed %s", suite, s, e.b.rx.latch.source)
		}
	}
}

// TestProvenPacketMovesTheLeg: a phone whose NAT gave it another port in the
// middle of the call is heard, and hears.
func TestProvenPacketMovesTheLeg(t *testing.T) {
	t.Parallel()
	e := newEnds(t, testKey(t, sdp.CM80, 1), testKey(t, sdp.CM80, 2))
	e.say(5)
	s := e.a.tx.sealer
	b := make([]byte, headerSize+frame, maxDatagram)
	e.a.tx.stream.sequence++
	header{payloadType: 8, sequence: e.a.tx.stream.sequence, ssrc: e.a.tx.stream.ssrc}.put(b)
	sealed, _ := s.seal(b, e.a.tx.stream.sequence)
	elsewhere := deaf(t)
	e.b.receive(sealed, elsewhere, time.Now())
	if e.b.Stats().Received != 6 || e.b.rx.latch.target() != elsewhere {
		t.Errorf("%+v, sends to %s", e.b.Stats(), e.b.rx.latch.target())
	}
}

// TestNoNumberIsSentTwice with different words, whatever comes in.
func TestNoNumberIsSentTwice(t *testing.T) {
	t.Parallel()
	var s sentPackets
	for _, c := range []struct {
		sequence uint16
		ok       bool
	}{
		{65530, true}, {65530, false}, {65532, true}, {65531, true}, {65531, false}, {2, true}, {1, true}, {2, false},
		{65530, false}, {100, true}, {40, true}, {40, false}, {36, false}, {3000, true}, {2999, true}, {101, false},
	} {
		if ok := s.take(c.sequence); ok != c.ok {
			t.Errorf("%d: %v", c.sequence, ok)
		}
	}
}

// newSealedPair is newPair with keys on both legs: what the buyer sends is
// decrypted, and encrypted for the operator.
func newSealedPair(t testing.TB, suite sdp.Suite) (*pair, *sealer) {
	t.Helper()
	p := newPair(t, newTestPorts(t), g711.ALaw)
	in, out := chosenFor(p.from, g711.ALaw), *p.operator.chosen.Load()
	in.Ours, in.Theirs = testKey(t, suite, 1), testKey(t, suite, 2)
	out.Ours, out.Theirs = testKey(t, suite, 3), testKey(t, suite, 4)
	p.buyer.SetRemote(in)
	p.operator.SetRemote(out)
	s, err := newSealer(testKey(t, suite, 2))
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

// passSealed is pass for a packet that the buyer encrypts.
func (p *pair) passSealed(b []byte, s *sealer) {
	header{payloadType: 8, sequence: p.sequence, timestamp: p.timestamp, ssrc: 1}.put(b)
	sealed, _ := s.seal(b[:headerSize+frame], p.sequence)
	p.sequence++
	p.timestamp += frame
	p.now = p.now.Add(frameLength)
	p.buyer.receive(sealed, p.from, p.now)
}

// TestSealedRelayAllocatesNothing decrypts and encrypts in place. It is not
// parallel: what other goroutines allocate would count.
func TestSealedRelayAllocatesNothing(t *testing.T) {
	for _, suite := range suites {
		p, s := newSealedPair(t, suite)
		b := make([]byte, headerSize+frame, maxDatagram)
		p.passSealed(b, s) // the first of a source makes its state
		if n := testing.AllocsPerRun(1000, func() { p.passSealed(b, s) }); n != 0 {
			t.Errorf("%s: %v allocations for each packet", suite, n)
		}
		if st := p.operator.Stats(); st.Sent != 1002 || p.buyer.Stats().Forged != 0 {
			t.Errorf("%s: %+v, %+v", suite, st, p.buyer.Stats())
		}
	}
}

// BenchmarkSealed is BenchmarkRelay in the clear and with each suite on both
// legs. It includes what the sender's encryption costs, which is told apart.
func BenchmarkSealed(b *testing.B) {
	b.Run("clear", func(b *testing.B) {
		p := newPair(b, newTestPorts(b), g711.ALaw)
		datagram := make([]byte, headerSize+frame)
		b.ReportAllocs()
		for b.Loop() {
			p.pass(datagram, 8)
		}
	})
	for _, suite := range suites {
		b.Run(suite.String(), func(b *testing.B) {
			p, s := newSealedPair(b, suite)
			sealed := make([]byte, headerSize+frame, maxDatagram)
			b.ReportAllocs()
			for b.Loop() {
				p.passSealed(sealed, s)
			}
		})
		b.Run(fmt.Sprint("the sender alone, ", suite), func(b *testing.B) {
			_, s := newSealedPair(b, suite)
			sealed := make([]byte, headerSize+frame, maxDatagram)
			sequence := uint16(0)
			for b.Loop() {
				header{payloadType: 8, sequence: sequence, ssrc: 1}.put(sealed)
				s.seal(sealed[:headerSize+frame], sequence)
				sequence++
			}
		})
	}
}
