package e2e

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
)

// TestLinphone: as an operator's telephone it registers, answers, holds and
// takes back, presses keys and hangs up.
func TestLinphone(t *testing.T) {
	t.Parallel()
	s := stage(t, func(netip.AddrPort) string {
		return `  - {name: Anna, email: anna@floor.test, password: "e2e-Password-1", tier: order, shops: [tyres], phone: {user: op1, password: "digest-Secret-1"}, ready: true, wrap_up: 0s}`
	}, "RTP_ADDR="+audioHost, "SIP_PHONES_FROM=127.0.0.0/8")
	l := s.linphone()
	s.await("linphone is registered", patience, func() bool { return s.count("select count(*) from house.registration where sip_user = 'op1'") == 1 })
	wire := openTap(t, s.sip)
	ended := s.sipp(wire, stays)
	s.buyerHears(wire, operatorsTone)
	s.await("it has recorded what it heard for three seconds", patience, func() bool {
		info, err := os.Stat(filepath.Join(l.dir, "heard.wav"))
		return err == nil && info.Size() > 3*2*8000
	})
	l.types("pause")
	s.await("music for the buyer", patience, func() bool {
		last := wire.last(2400)
		return loud(last) && tone.Power(last, operatorsTone) < 0.1
	})
	l.types("resume")
	s.buyerHears(wire, operatorsTone)
	l.types("5")
	s.await("the buyer is told the key", patience, func() bool { return wire.pressed() == "5" })
	l.types("terminate")
	ended()
	one := s.callFrom(s.owner("tyres"), buyer(1), "ended")
	if one.EndedBy == nil || *one.EndedBy != "operator" {
		t.Errorf("the call is ended by %v", one.EndedBy)
	}
	l.types("quit")
	s.await("linphone has heard the buyer", patience, func() bool {
		file, err := os.ReadFile(filepath.Join(l.dir, "heard.wav"))
		if err != nil {
			return false
		}
		sound, err := wav.Read(file)
		return err == nil && secondsOf(sound.Channels[0], buyersTone) > 0.5
	})
}

// linphone is a console of Linphone's.
type linphone struct {
	s   *scene
	dir string
	in  io.Writer
}

// types enters a command.
func (l *linphone) types(command string) {
	l.s.t.Helper()
	if _, err := fmt.Fprintln(l.in, command); err != nil {
		l.s.t.Fatalf("tell linphone to %s: %v", command, err)
	}
}

const linphoneConfig = `[sip]
default_proxy=0
guess_hostname=0
sip_port=-1
sip_tcp_port=0
sip_tls_port=0
use_ipv6=0
[rtp]
audio_rtp_port=-1
[net]
firewall_policy=0
[proxy_0]
reg_proxy=<sip:%[1]s;transport=udp>
reg_identity=sip:op1@%[1]s
reg_expires=120
reg_sendregister=1
publish=0
[auth_info_0]
username=op1
passwd=digest-Secret-1
realm=switchboard
[audio_codec_0]
mime=PCMA
rate=8000
channels=1
enabled=1
`

// linphone starts one that registers as operator op1, answers by itself, says a
// tone and keeps what it hears.
func (s *scene) linphone() *linphone {
	s.t.Helper()
	l := &linphone{s: s, dir: folder(s.t)}
	for name, text := range map[string]string{
		"linphonerc": fmt.Sprintf(linphoneConfig, s.sip), "tone.wav": string(pcm(tone.Sine(operatorsTone, 60*8000))),
	} {
		if err := os.WriteFile(filepath.Join(l.dir, name), []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(l.dir, ".local/share/linphone"), 0o700); err != nil {
		s.t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(l.dir, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "linphonec", "-a", "-c", filepath.Join(l.dir, "linphonerc"))
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = l.dir, log, log, append(os.Environ(), "HOME="+l.dir)
	if l.in, err = cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was ended
		_ = log.Close()
		if said, err := os.ReadFile(log.Name()); err == nil && s.t.Failed() {
			s.t.Logf("linphone said: %s", strings.TrimSpace(string(said)))
		}
	})
	for _, command := range []string{"soundcard use files", "play " + filepath.Join(l.dir, "tone.wav"), "record " + filepath.Join(l.dir, "heard.wav")} {
		l.types(command)
	}
	return l
}
