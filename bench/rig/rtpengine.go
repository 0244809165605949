package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// RTPEngine is a bare relay in user space: what RTP costs with nobody recording.
type RTPEngine struct {
	*Process
	mu     sync.Mutex
	ng     *net.UDPConn
	cookie int
}

// StartRTPEngine runs it with its ports at an address.
func StartRTPEngine(ctx context.Context, dir string, at netip.Addr) (*RTPEngine, error) {
	control, err := FreePort(at)
	if err != nil {
		return nil, err
	}
	p, err := start(dir, exec.Command("rtpengine", "--foreground", "--log-stderr", "--log-level=3", "--table=-1", "--num-threads=2", //nolint:gosec // our own arguments
		"--interface="+at.String(), "--listen-ng="+control.String(), "--port-min=30000", "--port-max=40000", "--pidfile="+dir+"/rtpengine.pid"), syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	r := &RTPEngine{Process: p}
	if r.ng, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(control)); err != nil {
		p.Kill()
		return nil, fmt.Errorf("reach rtpengine: %w", err)
	}
	if err := p.until(ctx, "answered a ping", func() bool { _, err := r.ask("ping", nil); return err == nil }); err != nil {
		p.Kill()
		return nil, err
	}
	return r, nil
}

// Bridge has it relay between two telephones, and returns where each of them
// must send.
func (r *RTPEngine) Bridge(call string, a, b netip.AddrPort) (forA, forB netip.AddrPort, err error) {
	offer, err := r.ask("offer", [][2]string{{"call-id", call}, {"from-tag", "a"}, {"sdp", sdp(a)}})
	if err != nil {
		return forA, forB, err
	}
	answer, err := r.ask("answer", [][2]string{{"call-id", call}, {"from-tag", "a"}, {"to-tag", "b"}, {"sdp", sdp(b)}})
	if err != nil {
		return forA, forB, err
	}
	if forB, err = audioOf(offer); err != nil {
		return forA, forB, err
	}
	forA, err = audioOf(answer)
	return forA, forB, err
}

func sdp(at netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n", at.Addr(), at.Port())
}

// ask sends a command of the ng protocol, which is bencode over UDP, and
// returns the SDP of its answer.
func (r *RTPEngine) ask(command string, args [][2]string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cookie++
	var b strings.Builder
	fmt.Fprintf(&b, "%d d", r.cookie)
	for _, kv := range append([][2]string{{"command", command}}, args...) {
		fmt.Fprintf(&b, "%d:%s%d:%s", len(kv[0]), kv[0], len(kv[1]), kv[1])
	}
	b.WriteString("e")
	if _, err := r.ng.Write([]byte(b.String())); err != nil {
		return "", fmt.Errorf("ask rtpengine to %s: %w", command, err)
	}
	_ = r.ng.SetReadDeadline(time.Now().Add(2 * time.Second))
	in := make([]byte, 8192)
	n, err := r.ng.Read(in)
	if err != nil {
		return "", fmt.Errorf("ask rtpengine to %s: %w", command, err)
	}
	answer, err := bencode(string(in[:n]))
	if err != nil {
		return "", fmt.Errorf("ask rtpengine to %s: %w", command, err)
	}
	if answer["result"] != "ok" && answer["result"] != "pong" {
		return "", fmt.Errorf("ask rtpengine to %s: %v", command, answer)
	}
	return answer["sdp"], nil
}

var errAnswer = errors.New("an answer that is not bencode")

// bencode reads a cookie and a flat dictionary of strings and numbers.
func bencode(s string) (map[string]string, error) {
	_, s, ok := strings.Cut(s, " d")
	if !ok {
		return nil, errAnswer
	}
	out := map[string]string{}
	for s != "" && s[0] != 'e' {
		var key, value string
		var err error
		if key, s, err = item(s); err != nil {
			return nil, err
		}
		if value, s, err = item(s); err != nil {
			return nil, err
		}
		out[key] = value
	}
	return out, nil
}

// item takes the first value off s.
func item(s string) (value, rest string, err error) {
	if strings.HasPrefix(s, "i") {
		value, rest, _ = strings.Cut(s[1:], "e")
		return value, rest, nil
	}
	size, rest, _ := strings.Cut(s, ":")
	n, err := strconv.Atoi(size)
	if err != nil || n > len(rest) {
		return "", "", errAnswer
	}
	return rest[:n], rest[n:], nil
}

func audioOf(body string) (netip.AddrPort, error) {
	var host, port string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if h, ok := strings.CutPrefix(line, "c=IN IP4 "); ok {
			host = h
		}
		if m, ok := strings.CutPrefix(line, "m=audio "); ok {
			port, _, _ = strings.Cut(m, " ")
		}
	}
	return netip.ParseAddrPort(net.JoinHostPort(host, port))
}
