package lite_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/webleg/lite"
)

// TestMain lets the benchmark's far side be a process of its own, so that only
// one side is measured.
func TestMain(m *testing.M) {
	if n := os.Getenv("LITE_BROWSERS"); n != "" {
		browse(n)
		return
	}
	os.Exit(m.Run())
}

const (
	talks  = 50
	talked = 4 * time.Second
)

// browse is as many browsers as are asked for, which offer on standard output,
// are answered on standard input, and talk for a while.
func browse(n string) {
	var many int
	if _, err := fmt.Sscan(n, &many); err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	var all []*browser
	for range many {
		b, err := newBrowser()
		if err != nil {
			panic(err)
		}
		fmt.Println(base64.StdEncoding.EncodeToString([]byte(b.offer())))
		in.Scan()
		answer, err := base64.StdEncoding.DecodeString(in.Text())
		if err != nil {
			panic(err)
		}
		if err := b.connect(string(answer)); err != nil {
			panic(err)
		}
		all = append(all, b)
	}
	fmt.Println("connected")
	in.Scan()
	t := time.NewTicker(20 * time.Millisecond)
	end := time.Now().Add(talked)
	for now := range t.C {
		if now.After(end) {
			break
		}
		for _, b := range all {
			b.send(b.seal(make([]byte, 160)))
		}
	}
	time.Sleep(200 * time.Millisecond)
	heard := 0
	for _, b := range all {
		heard += len(b.got())
	}
	fmt.Println(heard)
}

// answerer is one of the two that are compared: it sends every packet back.
type answerer func(offer string) (answer string, err error)

// BenchmarkEcho is what browsers that talk cost of one process, by this package
// and by a general stack, in one run: CPU a packet, either way, and what a
// browser keeps in memory and in goroutines.
func BenchmarkEcho(b *testing.B) {
	for name, open := range map[string]func(testing.TB, *atomic.Int64) answerer{"lean": lean, "pion": general} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				measure(b, open)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func measure(b *testing.B, open func(testing.TB, *atomic.Int64) answerer) {
	var packets atomic.Int64
	answer := open(b, &packets)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()

	c := exec.CommandContext(b.Context(), os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), fmt.Sprint("LITE_BROWSERS=", talks)), os.Stderr
	in, out := pipes(b, c)
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	for out.Scan() && out.Text() != "connected" {
		offer, err := base64.StdEncoding.DecodeString(out.Text())
		if err != nil {
			b.Fatal(err)
		}
		text, err := answer(string(offer))
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(in, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/talks, "goroutines/leg")
	b.ReportMetric(float64(after.HeapAlloc+after.StackInuse-before.HeapAlloc-before.StackInuse)/talks/1024, "KiB/leg")
	used, mallocs := cpu(), after.Mallocs
	fmt.Fprintln(in, "talk")
	out.Scan()
	used = cpu() - used
	runtime.ReadMemStats(&after)
	if err := c.Wait(); err != nil {
		b.Fatal(err)
	}
	both := 2 * packets.Load()
	b.ReportMetric(float64(used.Microseconds())/float64(both), "cpu-us/packet")
	b.ReportMetric(float64(after.Mallocs-mallocs)/float64(both), "allocs/packet")
	b.ReportMetric(100*(1-float64(packets.Load())/(talks*talked.Seconds()*50)), "missing-%")
}

func pipes(b *testing.B, c *exec.Cmd) (io.Writer, *bufio.Scanner) {
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	s := bufio.NewScanner(out)
	s.Buffer(nil, 1<<20)
	return in, s
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func lean(t testing.TB, packets *atomic.Int64) answerer {
	port, err := lite.Listen(lite.Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Law: g711.ALaw, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	return func(offer string) (string, error) {
		var peer *lite.Peer
		peer, answer, err := port.Answer(offer, lite.Ears{
			Packet: func(b []byte, _ time.Time) {
				packets.Add(1)
				_ = peer.Send(b)
			},
			State: func(lite.State) {},
		})
		return answer, err
	}
}

// general is pion, set up as sparingly as it can be: ICE-lite on one port, no
// interceptors, AES-GCM.
func general(t testing.TB, packets *atomic.Int64) answerer {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	m := &webrtc.MediaEngine{}
	law := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: law, PayloadType: 8}, webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	s := webrtc.SettingEngine{}
	s.SetLite(true)
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		t.Fatal(err)
	}
	s.SetICEUDPMux(ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn}))
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(true)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	return func(offer string) (string, error) { return echo(t, api, offer, packets) }
}

func echo(t testing.TB, api *webrtc.API, offer string, packets *atomic.Int64) (string, error) {
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = pc.Close() })
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, "echo", "echo")
	if err != nil {
		return "", err
	}
	if _, err := pc.AddTrack(track); err != nil {
		return "", err
	}
	pc.OnTrack(func(from *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		b := make([]byte, 1500)
		for {
			n, _, err := from.Read(b)
			if err != nil {
				return
			}
			packets.Add(1)
			_, _ = track.Write(b[:n])
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-done
	return pc.LocalDescription().SDP, nil
}
