package e2e

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
)

// The tones of the two sides.
const (
	buyersTone    = 400.0
	operatorsTone = 1000.0
)

// TestTonesBothWays: sipp rings, baresip answers as the operator, each hears the
// other's tone, the recording has both on their sides, and everybody agrees on
// how long it was.
func TestTonesBothWays(t *testing.T) {
	t.Parallel()
	s := stage(t, func(netip.AddrPort) string {
		return `  - {name: Anna, email: anna@floor.test, password: "e2e-Password-1", tier: order, shops: [tyres], phone: {user: op1, password: "digest-Secret-1"}, ready: true, wrap_up: 0s}`
	}, "RTP_ADDR="+audioHost)
	heardByOperator := s.baresip()
	wire := openTap(t, s.sip)
	s.sipp(wire, hangsUp)()

	owner := s.owner("tyres")
	one := s.callFrom(owner, buyer(1), "ended")
	long := wire.took().Seconds()
	if long < 5.5 {
		t.Fatalf("sipp talked for %.2f s", long)
	}
	s.agree(one, long)
	sound := s.recording(owner, one)
	if got := float64(len(sound.Channels[0])) / 8000; math.Abs(got-long) > 1+busy {
		t.Errorf("the recording is %.2f s of a call of %.2f s", got, long)
	}
	for what, got := range map[string]float64{
		"the buyer hears the operator":         secondsOf(wire.sound(), operatorsTone),
		"the operator hears the buyer":         secondsOf(heardByOperator(), buyersTone),
		"the recording has the buyer left":     secondsOf(sound.Channels[0], buyersTone),
		"the recording has the operator right": secondsOf(sound.Channels[1], operatorsTone),
	} {
		t.Logf("%s: %.2f s of %.2f s", what, got, long)
		if got < long/2 { // nearly all of it, on a machine of its own
			t.Errorf("%s for %.2f s of %.2f s only", what, got, long)
		}
	}
	if l, r := secondsOf(sound.Channels[0], operatorsTone), secondsOf(sound.Channels[1], buyersTone); l+r > 0 {
		t.Errorf("the operator is left for %.2f s, the buyer right for %.2f s", l, r)
	}
}

// agree compares what sipp saw with the API, the call's row, the journal and
// the charge.
func (s *scene) agree(one call, long float64) {
	s.t.Helper()
	rawMS, billedS := s.rated(one.ID)
	var rowMS, journalMS int64
	if err := s.look("select talk_ms + hold_ms from shop.call where id = $1", []any{one.ID}, &rowMS); err != nil {
		s.t.Fatal(err)
	}
	const instants = `select (select min(at_ms) from house.event where call_id = $1 and kind = 'hung-up') - (select max(at_ms) from house.event where call_id = $1 and kind = 'accepted')`
	if err := s.look(instants, []any{one.ID}, &journalMS); err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("sipp %.3f s, API %.3f s, row %d ms, journal %d ms, charge %d ms, billed %d s", long, one.TalkS, rowMS, journalMS, rawMS, billedS)
	for what, got := range map[string]float64{
		"the API": one.TalkS, "the call's row": float64(rowMS) / 1000, "the journal": float64(journalMS) / 1000,
		"the charge": float64(rawMS) / 1000,
	} {
		if math.Abs(got-long) > 1+busy {
			s.t.Errorf("%s says %.2f s, sipp talked for %.2f s", what, got, long)
		}
	}
	if billedS != (rawMS+999)/1000 {
		s.t.Errorf("%d ms are billed as %d s", rawMS, billedS)
	}
}

// baresip registers as operator op1, answers, and keeps what it hears.
func (s *scene) baresip() (heard func() []int16) {
	s.t.Helper()
	dir := folder(s.t)
	config, err := os.ReadFile("testdata/baresip.conf")
	if err != nil {
		s.t.Fatal(err)
	}
	for name, text := range map[string]string{
		"config":   strings.ReplaceAll(string(config), "%DIR%", dir),
		"accounts": fmt.Sprintf("<sip:op1@%s;transport=udp>;auth_user=op1;auth_pass=digest-Secret-1;answermode=auto;regint=60;audio_codecs=PCMA/8000/1\n", s.sip),
		"contacts": "",
		"tone.wav": string(pcm(tone.Sine(operatorsTone, 30*8000))),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	said := s.run(dir, "baresip", "-f", dir)
	s.await("baresip is registered", patience, func() bool { return strings.Contains(said(), "200 OK") })
	return func() []int16 {
		found, _ := filepath.Glob(filepath.Join(dir, "*-dec.wav"))
		if len(found) != 1 {
			s.t.Fatalf("baresip kept %v; it said: %s", found, said())
		}
		file, err := os.ReadFile(found[0])
		if err != nil {
			s.t.Fatal(err)
		}
		sound, err := wav.Read(file)
		if err != nil {
			s.t.Fatal(err)
		}
		return sound.Channels[0]
	}
}

// pcm is a WAV file of samples, in the only form that baresip plays.
func pcm(samples []int16) []byte {
	const header = 36 // after the first eight bytes
	b := []byte("RIFF")
	size := uint32(2 * len(samples))
	b = binary.LittleEndian.AppendUint32(b, header+size)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...) // PCM, mono
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 16000)
	b = append(b, "\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// run runs a program until the end of the test, and returns what it says.
func (s *scene) run(dir, name string, args ...string) (said func() string) {
	s.t.Helper()
	log := filepath.Join(dir, name+".log")
	out, err := os.Create(log)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	said = func() string {
		text, _ := os.ReadFile(log)
		return string(text)
	}
	s.t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was interrupted
		if s.t.Failed() {
			s.t.Logf("%s said: %s", name, said())
		}
	})
	return said
}
