package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
)

// reportNow has a leg report, whatever time it is.
func reportNow(l *RTPLeg) {
	l.reports.Lock()
	l.reports.due = time.Time{}
	l.reports.Unlock()
	l.reportIfDue(time.Now())
}

// lose has the next n packets of a leg lost on their way.
func (l *RTPLeg) lose(n uint16) {
	l.tx.Lock()
	defer l.tx.Unlock()
	l.tx.stream.sequence += n
}

// TestReports: each side learns what the other hears, and how long the way is,
// in the clear and encrypted, beside the audio and with it.
func TestReports(t *testing.T) {
	t.Parallel()
	for _, suite := range []sdp.Suite{0, sdp.GCM, sdp.CM80} {
		for _, mux := range []bool{false, true} {
			keyA, keyB := sdp.Key{}, sdp.Key{}
			if suite != 0 {
				keyA, keyB = testKey(t, suite, 1), testKey(t, suite, 2)
			}
			e := newEnds(t, keyA, keyB)
			e.control(mux)
			e.say(30)
			e.a.lose(10)
			e.say(30)
			reportNow(e.a) // a sender's, so that b can say when it came
			waitFor(t, func() bool { e.b.reports.Lock(); defer e.b.reports.Unlock(); return e.b.reports.theirs.stamp != 0 }, "a sender's report")
			reportNow(e.b)
			waitFor(t, func() bool { return e.a.Quality().Told.Packets > 0 }, "a report of what is heard")
			told, heard := e.a.Quality(), e.b.Quality()
			if told.Told.Packets != 60 || told.Told.Lost != 10 || heard.Heard.Packets != 70 || heard.Heard.Lost != 10 {
				t.Errorf("%s: told %+v, heard %+v", suite, told.Told, heard.Heard)
			}
			if told.RTT <= 0 || told.RTT > 5*time.Second {
				t.Errorf("%s: there and back in %s", suite, told.RTT)
			}
			if told.Told.Score > 3.8 || told.Told.Score < 1.5 || heard.Heard.Worst > 3.8 || heard.Heard.Mean != heard.Heard.Score {
				t.Errorf("%s: a seventh is lost, and the score is %.2f and %.2f", suite, told.Told.Score, heard.Heard.Score)
			}
			if e.a.Stats().Forged+e.b.Stats().Forged+e.a.Stats().Foreign+e.b.Stats().Foreign != 0 {
				t.Errorf("%s: %+v, %+v", suite, e.a.Stats(), e.b.Stats())
			}
		}
	}
}

// control has both agree on where reports go.
func (e *ends) control(mux bool) {
	for _, pair := range [][2]*RTPLeg{{e.a, e.b}, {e.b, e.a}} {
		c := *pair[0].chosen.Load()
		to := pair[1].LocalAddr()
		if c.Mux = mux; !mux {
			to = netip.AddrPortFrom(to.Addr(), to.Port()+1)
		}
		c.RTCP = to
		pair[0].SetRemote(c)
	}
}

// TestReportsUnderAWrongKey are counted, and mean nothing.
func TestReportsUnderAWrongKey(t *testing.T) {
	t.Parallel()
	e := newEnds(t, testKey(t, sdp.GCM, 1), testKey(t, sdp.GCM, 2))
	e.control(false)
	e.say(30)
	c := *e.b.chosen.Load()
	c.Ours = testKey(t, sdp.GCM, 9)
	e.b.SetRemote(c)
	reportNow(e.b)
	waitFor(t, func() bool { return e.a.Stats().Forged == 1 }, "a report that no key proves")
	if q := e.a.Quality(); q.Told.Packets != 0 {
		t.Errorf("it was believed: %+v", q.Told)
	}
}

// TestGoodbye is the last thing that a party hears of a leg that spoke, and
// nothing comes from one that never did.
func TestGoodbye(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	for _, spoke := range []bool{true, false} {
		leg, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		c := chosenFor(deaf(t), g711.ALaw)
		c.RTCP = conn.LocalAddr().(*net.UDPAddr).AddrPort()
		leg.SetRemote(c)
		if spoke {
			leg.SendFrame(make([]byte, frame))
			reportNow(leg)
		}
		leg.Close()
		var got []rtcp.Packet
		b := make([]byte, maxDatagram)
		_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		for {
			n, err := conn.Read(b)
			if err != nil {
				break
			}
			packets, err := rtcp.Unmarshal(b[:n])
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, packets...)
		}
		if !spoke {
			if len(got) != 0 {
				t.Errorf("a leg that never spoke says %v", got)
			}
			continue
		}
		if len(got) != 5 {
			t.Fatalf("got %v", got)
		}
		sr, isSR := got[0].(*rtcp.SenderReport)
		_, isName := got[1].(*rtcp.SourceDescription)
		bye, isBye := got[4].(*rtcp.Goodbye)
		if !isSR || !isName || !isBye || sr.PacketCount != 1 || sr.OctetCount != frame || bye.Sources[0] != sr.SSRC {
			t.Errorf("got %v", got)
		}
	}
}

// TestReportsOfStrangers change nothing; those of the party's host may come from
// any port of it, and are answered there.
func TestReportsOfStrangers(t *testing.T) {
	t.Parallel()
	e := newEnds(t, sdp.Key{}, sdp.Key{})
	e.say(30)
	lie, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: e.a.tx.stream.ssrc, FractionLost: 255}}}})
	if err != nil {
		t.Fatal(err)
	}
	e.a.hearReport(lie, netip.MustParseAddrPort("203.0.113.9:5005"), time.Now())
	if q := e.a.Quality(); q.Told.Packets != 0 || e.a.Stats().Foreign != 1 {
		t.Errorf("a stranger is believed: %+v", q.Told)
	}
	other := netip.AddrPortFrom(loopback, 9)
	e.a.hearReport(lie, other, time.Now())
	if q := e.a.Quality(); q.Told.Packets != 30 || e.a.reports.learned != other {
		t.Errorf("the party is not believed: %+v", q.Told)
	}
	lie[0], lie[3] = 0x9F, 200 // 31 blocks that are not there
	e.a.hearReport(lie, other, time.Now())
	if e.a.Stats().Unusable != 1 {
		t.Errorf("%+v", e.a.Stats())
	}
}

// FuzzReport feeds any bytes to a leg's RTCP.
func FuzzReport(f *testing.F) {
	seed, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 2}}}, &rtcp.Goodbye{Sources: []uint32{1}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	leg := newRTPLeg(time.Now())
	leg.carried = true
	leg.SetRemote(chosenFor(carried, g711.ALaw))
	f.Fuzz(func(t *testing.T, b []byte) {
		leg.receive(b, carried, time.Now())
		leg.hearReport(b, carried, time.Now())
		if q := leg.Quality(); q.Told.Lost < 0 || q.RTT < 0 || q.RTT > 10*time.Second {
			t.Fatalf("%+v", q)
		}
	})
}

// come tells a reception of a packet of a tone's 20 ms.
func (r *reception) come(sequence uint16, late int64) {
	stamp := uint32(sequence) * frame
	r.take(&Packet{Sequence: sequence, Timestamp: stamp, Law: g711.ALaw, SSRC: 1}, int64(stamp)+late)
}

func TestReception(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sequences []uint16
		want      tally
	}{
		"whole":         {[]uint16{5, 6, 7}, tally{highest: 1<<16 + 7, expected: 3, total: 3}},
		"a hole":        {[]uint16{5, 7, 9}, tally{highest: 1<<16 + 9, expected: 5, lost: 2, total: 5, missing: 2}},
		"out of order":  {[]uint16{5, 7, 6}, tally{highest: 1<<16 + 7, expected: 3, total: 3}},
		"twice":         {[]uint16{5, 6, 6, 6}, tally{highest: 1<<16 + 6, expected: 2, lost: -2, total: 2}},
		"over the turn": {[]uint16{65534, 65535, 0, 1}, tally{highest: 2<<16 + 1, expected: 4, total: 4}},
		"begun anew":    {[]uint16{5, 6, 9000, 9001}, tally{highest: 1<<16 + 9001, expected: 2, total: 4}},
	} {
		var r reception
		for _, s := range c.sequences {
			r.take(&Packet{Sequence: s, SSRC: 1}, 0)
		}
		c.want.ssrc = 1
		if got, ok := r.report(); !ok || got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestJitter is what A.8 of RFC 3550 comes to for packets that are late by
// turns.
func TestJitter(t *testing.T) {
	t.Parallel()
	var even, uneven reception
	for i := range uint16(500) {
		even.come(i, 80)
		uneven.come(i, int64(i%2)*80)
	}
	if got, _ := even.report(); got.jitter != 0 {
		t.Errorf("jitter of an even stream %d", got.jitter)
	}
	if got, _ := uneven.report(); got.jitter < 75 || got.jitter > 80 {
		t.Errorf("jitter %d, want nearly 80", got.jitter)
	}
}
