package telephony_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"switchboard/telephony"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/sipua/certificate"
	"switchboard/telephony/sipua/digest"
	"switchboard/tenant/tenanttest"
)

// sealed gives a node a certificate in files, which both ends are told to trust.
type sealed struct {
	cert, key string
	own       *tls.Certificate
}

func newSealed(t *testing.T) sealed {
	t.Helper()
	own, err := certificate.Own("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	s := sealed{filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem"), own}
	for name, b := range map[string]*pem.Block{s.cert: {Type: "CERTIFICATE", Bytes: own.Certificate[0]}, s.key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s sealed) settings() telephony.Seal {
	return telephony.Seal{TLSAddr: "127.0.0.1:0", Certificate: s.cert, Key: s.key, CA: s.cert, PhoneSRTP: "required"}
}

// voicing is how a phone sends its own.
type voicing struct{ encryption, codec, rate string }

// softPhone is baresip: it registers over TLS, answers by itself, and says a
// tone of 440 Hz. What it hears it writes to files.
type softPhone struct {
	dir  string
	stop func()
}

func newSoftPhone(t *testing.T, node *telephony.Node, s sealed, v voicing) *softPhone {
	t.Helper()
	p := &softPhone{dir: t.TempDir()}
	voice := filepath.Join(p.dir, "voice.wav")
	if out, err := exec.Command("sox", "-n", "-r", v.rate, "-c", "1", "-b", "16", voice, "synth", "60", "sine", "440", "vol", "0.4").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	config := fmt.Sprintf("sip_cafile %s\nsip_verify_server yes\nmodule_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:0\nmodule %s.so\nmodule srtp.so\n"+
		"module aufile.so\nmodule aubridge.so\nmodule sndfile.so\nsnd_path %s\nmodule_app account.so\nmodule_app menu.so\naudio_source aufile,%s\naudio_player aubridge,x\n"+
		"audio_alert aubridge,y\nnet_interface 127.0.0.1\n", s.cert, v.codec, p.dir, voice)
	account := fmt.Sprintf("<sip:anna@%s;transport=tls>;auth_user=anna;auth_pass=secret;answermode=auto;regint=120;mediaenc=%s\n", node.SIPS(), v.encryption)
	for name, text := range map[string]string{"config": config, "contacts": "", "accounts": account} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("baresip", "-4", "-f", p.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	stopped := false
	p.stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Log(out.String())
		}
	}
	t.Cleanup(p.stop)
	return p
}

// heard returns what the phone heard up to now, decoded from its own file.
func (p *softPhone) heard(t *testing.T) []int16 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "*dec*.wav"))
	if err != nil || len(files) > 1 {
		t.Fatalf("%q, %v", files, err)
	}
	if len(files) == 0 {
		return nil
	}
	b, err := exec.Command("sox", "--ignore-length", files[0], "-t", "raw", "-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer", "-L", "-").Output()
	if err != nil {
		return nil // it has no header yet
	}
	samples := make([]int16, len(b)/2)
	for i := range samples {
		samples[i] = int16(uint16(b[2*i]) | uint16(b[2*i+1])<<8)
	}
	return samples
}

// TestACallToAPhoneOverTLSAndSRTP: somebody else's telephone, both ways, and on
// the tape.
func TestACallToAPhoneOverTLSAndSRTP(t *testing.T) {
	t.Parallel()
	s := newSealed(t)
	h := openSealed(t, s)
	anna := h.w.AddOperator(t, "anna", h.w.A)
	h.w.Admin(t, "update house.operator set sip_user = 'anna', sip_ha1 = $2, always_on = true where id = $1", anna, digest.HA1("anna", "switchboard", "secret"))
	h.w.Admin(t, "update house.shop set greeting = 'none' where id = $1", h.w.A.ID.UUID())
	soft := newSoftPhone(t, h.node, s, voicing{"srtp-mand", "g711", "8000"})
	h.onDuty(1)
	call := h.carrier(s).ringSealed(h, sdp.Required)
	await[sipua.Answered](t, call)
	player := media.NewPlayer()
	defer player.Close()
	ear := earOf(call.audio)
	defer player.Loop(call.audio, media.NewClip(tone.Sine(800, 8000))).Stop()
	h.until("the call is talking", "select 1 from shop.call where state = 'talking' and operator_id = $1", anna)
	h.eventually("they hear each other", func() bool { return ear.frames(440) >= 50 && frames(soft.heard(t), 800) >= 50 })
	call.leg.Hangup("bye")
	h.until("the recording is ready", "select 1 from shop.recording where state = 'ready' and duration_ms > 500")
	soft.stop()
	h.tape(t, 800, 440)
	h.until("it is known how both legs sounded", `select 1 from shop.leg_quality b join shop.leg_quality o using (shop_id, call_id)
		where b.party = 'buyer' and b.trunk = 'carrier' and o.party = 'operator' and o.operator_id = $1 and b.encrypted and o.encrypted
		  and b.codec = 'PCMA' and b.heard_mean is not null and o.heard_mean is not null and b.heard_packets > 25 and b.node = 'test'`, anna)
}

// tape checks the tones of the buyer's and the operator's channel.
func (h *house) tape(t *testing.T, buyer, operator float64) {
	t.Helper()
	for c, samples := range h.sound().Channels {
		own, other := []float64{buyer, operator}[c], []float64{operator, buyer}[c]
		if n, foreign := frames(samples, own), frames(samples, other); n < 20 || foreign > 0 {
			t.Errorf("channel %d of the tape has its own tone in %d frames, the other's in %d", c, n, foreign)
		}
	}
}

// openSealed is open on a node that serves TLS, with a carrier that requires it
// and SRTP.
func openSealed(t *testing.T, s sealed) *house {
	t.Helper()
	h := &house{t: t, w: tenanttest.Open(t), recordings: t.TempDir()}
	h.w.Admin(t, `insert into house.trunk (id, name, sources, outbound, transport, srtp, codecs, created_at)
		values (gen_random_uuid(), 'carrier', '{127.0.0.1/32}', 'sip:127.0.0.1:5090;transport=tls', 'tls', 'required', '{pcma,pcmu}', now())`)
	n, stop := lead(t, h.w, telephony.Config{RecordingsDir: h.recordings, Node: "test", Seal: s.settings()})
	h.node = n
	t.Cleanup(stop)
	return h
}

// carrier is a telephone beyond the trunk, over TLS.
func (h *house) carrier(s sealed) *phone {
	h.t.Helper()
	ports, err := media.NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &phone{ports: ports, rings: make(chan *ringing, 8)}
	roots := x509.NewCertPool()
	roots.AddCert(s.own.Leaf)
	p.ua, err = sipua.New(sipua.Config{
		Addr: "127.0.0.1:0", TLSAddr: "127.0.0.1:0", Certificate: certificate.Always(s.own), Roots: func(string) *x509.CertPool { return roots },
		Logger: slog.New(slog.DiscardHandler),
	}, anyone{}, func(l *sipua.Leg, in sipua.Invite) {
		r := &ringing{leg: l, in: in, over: make(chan sipua.Event, 16)}
		l.Listen(func(ev sipua.Event) { r.over <- ev })
		p.rings <- r
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.ua.Run(ctx) }()
	h.t.Cleanup(func() { stop(); <-done; ports.Close() })
	return p
}

// ringSealed is ring over TLS, under a policy.
func (p *phone) ringSealed(h *house, policy sdp.Policy, change ...func(*sdp.Local)) *ringing {
	h.t.Helper()
	r := &ringing{over: make(chan sipua.Event, 16)}
	var err error
	if r.audio, err = p.ports.Open(); err != nil {
		h.t.Fatal(err)
	}
	r.local = sdp.NewLocal(r.audio.LocalAddr(), g711.ALaw)
	r.local.SRTP = policy
	for _, f := range change {
		f(r.local)
	}
	r.leg, err = p.ua.Dial(sipua.Target{
		URI: fmt.Sprintf("sips:84950000001@%s", h.node.SIPS()), FromUser: "89215550144", SDP: r.local.Offer(),
		Listen: func(ev sipua.Event) {
			if a, ok := ev.(sipua.Answered); ok {
				s, err := sdp.Parse(a.SDP)
				if err != nil {
					h.t.Error(err)
				}
				chosen, err := r.local.Accept(s)
				if err != nil || chosen.Ours.Suite == 0 {
					h.t.Errorf("agreed on %v, %v", chosen, err)
				}
				r.audio.SetRemote(chosen)
			}
			r.over <- ev
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// TestATrunkThatRequiresSRTP refuses what is not encrypted, and says why.
func TestATrunkThatRequiresSRTP(t *testing.T) {
	t.Parallel()
	s := newSealed(t)
	h := openSealed(t, s)
	if ev := await[sipua.Failed](t, h.carrier(s).ringSealed(h, sdp.Off)); ev.Code != 488 || ev.Reason != "SRTP Required" {
		t.Errorf("answered %d %s", ev.Code, ev.Reason)
	}
}

// TestWidebandCall: a buyer and somebody else's telephone that both speak G.722
// are given it as it comes, encrypted on both legs; the tape hears both.
func TestWidebandCall(t *testing.T) {
	t.Parallel()
	s := newSealed(t)
	h := openSealed(t, s)
	h.w.Admin(t, "update house.trunk set codecs = '{g722,pcma}'")
	anna := h.w.AddOperator(t, "anna", h.w.A)
	h.w.Admin(t, "update house.operator set sip_user = 'anna', sip_ha1 = $2, always_on = true where id = $1", anna, digest.HA1("anna", "switchboard", "secret"))
	h.w.Admin(t, "update house.shop set greeting = 'none' where id = $1", h.w.A.ID.UUID())
	soft := newSoftPhone(t, h.node, s, voicing{"srtp-mand", "g722", "16000"})
	h.onDuty(1)
	call := h.carrier(s).ringSealed(h, sdp.Required, func(l *sdp.Local) { l.Wide = true })
	await[sipua.Answered](t, call)
	player := media.NewPlayer()
	defer player.Close()
	ear := earOf(call.audio)
	defer player.Loop(call.audio, media.NewClip(tone.Sine(800, 8000))).Stop()
	h.until("the call is talking", "select 1 from shop.call where state = 'talking' and operator_id = $1", anna)
	h.eventually("they hear each other", func() bool { return ear.frames(440) >= 50 && frames(soft.heard(t), 800) >= 50 })
	call.leg.Hangup("bye")
	h.until("the recording is ready", "select 1 from shop.recording where state = 'ready' and duration_ms > 500")
	soft.stop()
	h.tape(t, 800, 440)
	h.until("both legs spoke G.722", "select 1 from shop.leg_quality having count(*) filter (where codec = 'G722') = 2")
}
