package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"switchboard/bench/rig"
)

// steps are what the story of the demo must tell, in its order.
var steps = []string{"rang", "greeted", "queued", "offered", "joined", "ordered", "ended", "recorded", "rated", "exported"}

// tell runs a command to its end, and returns what it printed and said.
func tell(t *testing.T, cmd *exec.Cmd) (out, said string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	_ = cmd.Wait() // the code says it
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// TestDemoOnce: the whole story without a person, twice on the same data.
func TestDemoOnce(t *testing.T) {
	t.Parallel()
	setup := rig.Setup{Binary: program, Dir: folder(t), Env: []string{"RTP_FROM=0", "RTP_TO=0"}, Args: []string{"--once"}}
	for _, run := range []string{"first", "second"} {
		cmd, err := setup.Command()
		if err != nil {
			t.Fatal(err)
		}
		out, said, code := tell(t, cmd)
		if code != 0 {
			t.Fatalf("the %s run exits with %d: %s%s", run, code, out, said)
		}
		at := -1
		for _, step := range steps {
			i := strings.Index(out, "  "+step+" ")
			if i <= at {
				t.Errorf("the %s run does not tell %q in its place:\n%s", run, step, out)
			}
			at = max(at, i)
		}
	}
}

// TestPortInUse: one line names the address and the flag, and nothing is left running.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	phone, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	page, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	setup := rig.Setup{Binary: program, Dir: folder(t)}
	for taken, s := range map[string]rig.Setup{
		phone.LocalAddr().String(): {SIP: phone.LocalAddr().String()},
		page.Addr().String():       {HTTP: page.Addr().String()},
	} {
		setup.SIP, setup.HTTP = s.SIP, s.HTTP
		cmd, err := setup.Command()
		if err != nil {
			t.Fatal(err)
		}
		_, said, code := tell(t, cmd)
		var errors []string
		for line := range strings.Lines(said) {
			if strings.HasPrefix(line, "switchboard demo: ") {
				errors = append(errors, line)
			}
		}
		if code != 1 || len(errors) != 1 || !strings.Contains(errors[0], taken) || !strings.Contains(errors[0], "in use") {
			t.Errorf("with %s in use it exits with %d and says: %s", taken, code, said)
		}
	}
}

// TestWrongUsage: what is asked for wrongly is said to be wrong, with code 2.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"dmeo"}, {"demo", "--ones"}, {"demo", "--once", "--seed", "x.yaml"}, {"rate", "--csv"}} {
		if _, said, code := tell(t, exec.Command(program, args...)); code != 2 || said == "" {
			t.Errorf("%v exits with %d and says %q", args, code, said)
		}
	}
	out, _, code := tell(t, exec.Command(program, "--help"))
	if code != 0 || !strings.Contains(out, "demo") {
		t.Errorf("--help exits with %d: %s", code, out)
	}
	if _, said, code := tell(t, exec.Command(program, "demo", "--seed", fmt.Sprint(folder(t), "/none.yaml"))); code != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("a seed that is not there: %d, %q", code, said)
	}
}
