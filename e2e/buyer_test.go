package e2e

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"switchboard/bench/rig"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// How a call of sipp's ends: after six seconds by the buyer, or by the shop.
const (
	hangsUp = `<pause milliseconds="6000"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
From: "Buyer" <sip:[from]@[local_ip]>;tag=[pid]t[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>`
	// A switch that took over from a dead one does not know whether it had answered.
	stays = `<recv response="503" optional="true"/>
<recv request="BYE" timeout="90000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`
)

// sipp rings the tyre shop through the tap, and talks until the end. It is over
// when ended returns.
func (s *scene) sipp(wire *tap, end string) (ended func()) {
	s.t.Helper()
	dir := folder(s.t)
	sound := filepath.Join(dir, "tone.al")
	if err := os.WriteFile(sound, g711.ALaw.Encode(tone.Sine(buyersTone, 8000)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	scenario, err := os.ReadFile("testdata/call.xml")
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(dir, "call.xml")
	text := strings.NewReplacer("%SOUND%", sound, "%END%", end).Replace(string(scenario))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	at, err := rig.FreePort(netip.MustParseAddr("127.20.0.2"))
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "sipp", addrOf(wire.sip).String(), "-sf", file, "-s", tyres, "-i", at.Addr().String(), "-p", fmt.Sprint(at.Port()),
		"-mi", at.Addr().String(), "-key", "from", buyer(1), "-key", "tap", addrOf(wire.sip).String(), "-key", "hears", tapHost,
		"-key", "port", fmt.Sprint(addrOf(wire.far).Port()), "-m", "1", "-nostdin", "-timeout", "110s", "-timeout_error", "-trace_err")
	cmd.Dir = dir
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(cancel)
	return func() {
		s.t.Helper()
		if err := cmd.Wait(); err != nil {
			errors, _ := filepath.Glob(filepath.Join(dir, "*_errors.log"))
			for _, f := range errors {
				said, _ := os.ReadFile(f)
				s.t.Logf("sipp said: %s", said)
			}
			s.t.Fatalf("sipp: %v: %s", err, out.String())
		}
	}
}
