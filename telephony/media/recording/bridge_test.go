package recording

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

// phone is a real telephone's RTP, facing a leg of ours.
type phone struct {
	conn      *net.UDPConn
	law       g711.Law
	to        net.Addr
	sequence  uint16
	timestamp uint32
}

func newPhone(leg *media.RTPLeg, law g711.Law) (*phone, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &phone{conn: conn, law: law, to: net.UDPAddrFromAddrPort(leg.LocalAddr()), timestamp: 77}, nil
}

func (p *phone) agreed() sdp.Chosen {
	return sdp.Chosen{
		Remote: p.conn.LocalAddr().(*net.UDPAddr).AddrPort(), Law: p.law, PayloadType: p.law.PayloadType(), Direction: sdp.SendRecv,
	}
}

func (p *phone) send(payload []byte) error {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, p.law.PayloadType()
	binary.BigEndian.PutUint16(b[2:], p.sequence)
	binary.BigEndian.PutUint32(b[4:], p.timestamp)
	binary.BigEndian.PutUint32(b[8:], 4711)
	p.sequence++
	p.timestamp += uint32(len(payload))
	_, err := p.conn.WriteTo(append(b, payload...), p.to)
	return err
}

// bridged is two phones that talk over a recorded bridge.
type bridged struct {
	ports    *media.Ports
	phones   [2]*phone
	recorder *Recorder
}

func newBridged(path string) (*bridged, error) {
	ports, err := media.NewPorts(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0, 0)
	if err != nil {
		return nil, err
	}
	b := &bridged{ports: ports}
	var legs [2]*media.RTPLeg
	for i, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		if legs[i], err = ports.Open(); err != nil {
			return nil, err
		}
		if b.phones[i], err = newPhone(legs[i], law); err != nil {
			return nil, err
		}
		legs[i].SetRemote(b.phones[i].agreed())
	}
	if b.recorder, err = Start(path); err != nil {
		return nil, err
	}
	media.Connect(legs[0], legs[1], b.recorder)
	return b, nil
}

// talk has both phones send frames at the pace of speech, for as many as sound
// says for each, and then does beside. The two frames of a moment leave one
// right after the other, however busy the machine is.
func (b *bridged) talk(frames int, sound func(phone, frame int) []byte, beside func(frame int)) error {
	began := time.Now()
	for n := range frames {
		<-time.After(time.Until(began.Add(time.Duration(n) * 20 * time.Millisecond)))
		said := [2][]byte{sound(0, n), sound(1, n)}
		for i, p := range b.phones {
			if err := p.send(said[i]); err != nil {
				return err
			}
		}
		beside(n)
	}
	return nil
}

// TestBridgeIsRecordedInTime has two phones utter a burst at the same moments:
// in the recording each is in its channel, and together within 20 ms; an
// attacker who sprays the buyer's leg meanwhile is not in it. Where the machine
// keeps a leg from reading when its packets come, the test is no witness, and tries
// again.
func TestBridgeIsRecordedInTime(t *testing.T) {
	t.Parallel()
	var apart int
	for range 6 {
		if apart = channelsApart(t); apart <= rate/50 {
			return
		}
	}
	t.Errorf("channels are %d samples apart", apart)
}

// channelsApart records such bursts, and returns by how many samples the channels
// differ at worst: all of it, if packets were lost.
func channelsApart(t *testing.T) (worst int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "call.wav")
	b, err := newBridged(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.ports.Close()
	attacker := *b.phones[0]
	if attacker.conn, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	freqs := [2]float64{700, 1300}
	injected := g711.ALaw.Encode(tone.Sine(1900, frame))
	spray := func(n int) {
		for range 200 {
			if err := attacker.send(injected); err != nil || n == 0 {
				break
			}
		}
	}
	err = b.talk(100, func(i, n int) []byte {
		if n%25 < 10 {
			return b.phones[i].law.Encode(make([]int16, frame))
		}
		return b.phones[i].law.Encode(tone.Sine(freqs[i], frame))
	}, spray)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // the last packets
	facts, err := b.recorder.Close()
	if err != nil {
		t.Fatal(err)
	}
	checkFacts(t, path, facts)
	s := read(t, path)
	var bursts [2][]int
	for c, samples := range s.Channels {
		bursts[c] = onsets(samples)
		if got := tone.Share(samples, freqs[c]); got < 0.4 || got > 0.65 {
			t.Logf("channel %d has its tone in %v of the time", c, got)
			worst = len(samples)
		}
		for _, other := range []float64{freqs[1-c], 1900} {
			if tone.Share(samples, other) != 0 || tone.Power(samples, other) > 0.01 {
				t.Errorf("channel %d has %v Hz in it: %v", c, other, tone.Power(samples, other))
			}
		}
	}
	if len(bursts[0]) != 4 || len(bursts[1]) != 4 {
		t.Logf("bursts at %v, want 4 each", bursts)
		return len(s.Channels[0])
	}
	for i := range 4 {
		apart := bursts[0][i] - bursts[1][i]
		worst = max(worst, apart, -apart)
	}
	return worst
}

// onsets returns where samples become loud after 100 ms of silence.
func onsets(samples []int16) []int {
	var all []int
	quiet := 0
	for i, s := range samples {
		if s > -500 && s < 500 {
			quiet++
			continue
		}
		if quiet > rate/10 {
			all = append(all, i)
		}
		quiet = 0
	}
	return all
}

// TestMain is also the process that TestKill kills.
func TestMain(m *testing.M) {
	path := os.Getenv("RECORD_UNTIL_KILLED")
	if path == "" {
		os.Exit(m.Run())
	}
	b, err := newBridged(path)
	if err == nil {
		fmt.Println("recording")
		err = b.talk(1<<30, func(i, _ int) []byte {
			return b.phones[i].law.Encode(tone.Sine([]float64{700, 1300}[i], frame))
		}, func(int) {})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestKill kills a process in mid-call with SIGKILL: repaired, its recording
// has everything up to a second before.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "call.wav")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RECORD_UNTIL_KILLED="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(out).Scan() {
		t.Fatal("the process records nothing")
	}
	began := time.Now()
	time.Sleep(2500 * time.Millisecond)
	talked := time.Since(began)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the process ended before it was killed")
	}
	facts, err := Repair(path)
	if err != nil {
		t.Fatal(err)
	}
	checkFacts(t, path, facts)
	if lost := talked.Milliseconds() - facts.DurationMS; lost > 2000 {
		t.Errorf("%d ms of %d are lost", lost, talked.Milliseconds())
	}
	for c, samples := range read(t, path).Channels {
		if got := tone.Share(samples, []float64{700, 1300}[c]); got < 0.9 {
			t.Errorf("channel %d has its tone in %v of the time", c, got)
		}
	}
}
