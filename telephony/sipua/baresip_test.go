package sipua

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBaresip is a soft phone of somebody else's: it registers with its
// password, is called, answers, and is hung up.
func TestBaresip(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			host := newHost() // its connections leave from 127.0.0.1 all the same
			r := start(t, "127.1.0.1", &world{phones: addrs(host, "127.0.0.1")}, calm, Limits{}, newSeals(t, "127.1.0.1").config("127.1.0.1"))
			stop := baresip(t, host, transport, r)
			_, at, _ := strings.Cut(r.world.wait(t, 1)[0], " at ")
			uri, source, _ := strings.Cut(at, " ")
			for range 3 {
				out := call{events: make(chan Event, 10)}
				leg, err := r.Dial(Target{
					URI: uri, Destination: source, FromUser: "89161234567", FromDisplay: "Анна",
					SDP: []byte(sdpOffer + "a=rtpmap:8 PCMA/8000\r\n"), Listen: func(ev Event) { out.events <- ev },
				})
				if err != nil {
					t.Fatal(err)
				}
				if ev := expect[Answered](t, out.events); !bytes.Contains(ev.SDP, []byte("PCMA")) {
					t.Errorf("answered with %s", ev.SDP)
				}
				leg.Hangup("done")
				expect[Ended](t, out.events)
			}
			r.empty()
			stop()
			if said := r.world.wait(t, 2); !strings.HasPrefix(said[len(said)-1], "op1 gone ") {
				t.Errorf("told %q", said)
			}
		})
	}
}

// baresip starts the phone of op1 and returns what ends it in good order.
func baresip(t *testing.T, host, transport string, r *rig) (stop func()) {
	t.Helper()
	dir := t.TempDir()
	port := freePort(t, host)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at, ca := r.Addr(), ""
	if transport == "tls" { // which the phone trusts because it was given our certificate
		at, ca = r.TLSAddr(), "sip_cafile "+filepath.Join(dir, "ca.pem")+"\nsip_verify_server yes\n"
		write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificateOf(t, r).Raw})))
	}
	write("config", ca+fmt.Sprintf("module_path /usr/lib/baresip/modules\nsip_listen %s:%d\nmodule g711.so\nmodule aubridge.so\nmodule_app account.so\nmodule_app menu.so\naudio_player aubridge,x\naudio_source aubridge,x\naudio_alert aubridge,y\nnet_interface %s\n", host, port, host))
	write("contacts", "")
	write("accounts", fmt.Sprintf("<sip:op1@%s;transport=%s>;auth_user=op1;auth_pass=secret-op1;answermode=auto;regint=120\n", at, transport))
	cmd := exec.Command("baresip", "-4", "-f", dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	kill := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
		kill.Stop()
		if t.Failed() {
			t.Log(out.String())
		}
	}
	t.Cleanup(stop)
	return stop
}
