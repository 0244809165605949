package rig

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Redis is a real server that keeps nothing on disk.
type Redis struct {
	*Process
	addr netip.AddrPort
}

// StartRedis runs it at a free port of loopback.
func StartRedis(ctx context.Context, dir string) (*Redis, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	r := &Redis{addr: netip.MustParseAddrPort(l.Addr().String())}
	l.Close()
	r.Process, err = start(dir, exec.Command("redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(int(r.addr.Port())), //nolint:gosec // our own arguments
		"--save", "", "--appendonly", "no", "--dir", dir), syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	if err := r.until(ctx, "answered PING", func() bool { return r.Ask("PING") == "+PONG" }); err != nil {
		r.Kill()
		return nil, err
	}
	return r, nil
}

// URL is what REDIS_URL takes.
func (r *Redis) URL() string { return "redis://" + r.addr.String() + "/0" }

// Ask sends a command and returns the line that answers it, "" if none does.
func (r *Redis) Ask(command string) string {
	conn, err := net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(r.addr)) // loopback: it is there or not
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "%s\r\n", command)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return ""
	}
	return strings.TrimSpace(line)
}
