package rig

import (
	"maps"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestReadsAnswersOfRTPEngine(t *testing.T) {
	t.Parallel()
	got, err := bencode("17 d6:result2:ok7:createdi12e3:sdp34:c=IN IP4 127.0.0.1\r\nm=audio 30002 e")
	want := map[string]string{"result": "ok", "created": "12", "sdp": "c=IN IP4 127.0.0.1\r\nm=audio 30002 "}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("read %q, %v", got, err)
	}
	if at, err := audioOf(got["sdp"]); err != nil || at.String() != "127.0.0.1:30002" {
		t.Errorf("audio is at %v, %v", at, err)
	}
	for _, bad := range []string{"", "17 x", "17 d6:resu", "17 d6:result99:ok"} {
		if _, err := bencode(bad); err == nil {
			t.Errorf("%q passes for an answer", bad)
		}
	}
}

// TestCountsCPU: of a process that works, and of one whose child works for it.
func TestCountsCPU(t *testing.T) {
	t.Parallel()
	p, err := start(t.TempDir(), exec.Command("sh", "-c", "(n=0; while [ $n -lt 300000 ]; do n=$((n+1)); done) & wait; exec sleep 60"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	err = p.until(t.Context(), "worked", func() bool {
		used, err := TreeCPU(p.PID())
		return err == nil && used > 50*time.Millisecond
	})
	if err != nil {
		t.Fatal(err)
	}
	if own, err := CPU(p.PID()); err != nil || own > 50*time.Millisecond {
		t.Errorf("the shell that waits has used %s, %v", own, err)
	}
	if used, err := TreeCPU(os.Getpid()); err != nil || used < 50*time.Millisecond {
		t.Errorf("we and our child have used %s, %v", used, err)
	}
}

func TestTellsWhyAProgramEnds(t *testing.T) {
	t.Parallel()
	p, err := start(t.TempDir(), exec.Command("sh", "-c", "echo the reason; exit 3"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	err = p.until(t.Context(), "was ready", func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "the reason") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("it ended: %v", err)
	}
}
