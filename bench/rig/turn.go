package rig

import (
	"context"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// TURN is a coturn: how pages get out of networks that let no UDP out.
type TURN struct {
	*Process
	At netip.AddrPort // UDP and TCP
}

// StartTURN runs it in dir with passwords that are made of a secret, at a free
// port of a host.
func StartTURN(ctx context.Context, dir string, host netip.Addr, secret string) (*TURN, error) {
	at, err := FreePort(host)
	if err != nil {
		return nil, err
	}
	p, err := start(dir, exec.Command("turnserver", "-n", "--listening-ip="+host.String(), "--listening-port="+strconv.Itoa(int(at.Port())), //nolint:gosec // our own arguments
		"--relay-ip="+host.String(), "--use-auth-secret", "--static-auth-secret="+secret, "--realm=switchboard", "--allow-loopback-peers",
		"--no-tls", "--no-dtls", "--no-cli", "--verbose", "--log-file=stdout", "--simple-log", "--pidfile="+filepath.Join(dir, "turn.pid"), "--db="+filepath.Join(dir, "turndb")), syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	t := &TURN{p, at}
	if err := p.Listening(ctx, at); err != nil {
		p.Kill()
		return nil, err
	}
	return t, nil
}
