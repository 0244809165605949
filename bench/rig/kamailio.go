package rig

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Kamailio is a bare stateful proxy: what SIP costs with nobody deciding
// anything. It must be stopped, for killed it leaves its children behind.
type Kamailio struct {
	*Process
	Addr netip.AddrPort
}

const kamailioConfig = `
#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:%[1]s
loadmodule "%[3]s/tm.so"
loadmodule "%[3]s/sl.so"
loadmodule "%[3]s/rr.so"
loadmodule "%[3]s/pv.so"
loadmodule "%[3]s/textops.so"
loadmodule "%[3]s/siputils.so"
modparam("tm", "fr_timer", 30000)
request_route {
	if (has_totag()) {
		loose_route();
		if (is_method("ACK") && !t_check_trans() && $du == $null && uri == myself) exit;
		t_relay();
		exit;
	}
	if (is_method("CANCEL")) {
		if (t_check_trans()) t_relay();
		exit;
	}
	if (is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	record_route();
	$du = "sip:%[2]s";
	if (!t_relay()) sl_reply_error();
}
`

// StartKamailio runs it in dir, at an address, in front of telephones at to.
func StartKamailio(ctx context.Context, dir string, at, to netip.AddrPort) (*Kamailio, error) {
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules")
	if err != nil || len(modules) == 0 {
		return nil, fmt.Errorf("no modules of kamailio in /usr/lib/*/kamailio: install the package kamailio")
	}
	config := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(config, fmt.Appendf(nil, kamailioConfig, at, to, modules[0]), 0o600); err != nil {
		return nil, fmt.Errorf("configure kamailio: %w", err)
	}
	p, err := start(dir, exec.Command("kamailio", "-DD", "-E", "-m", "128", "-M", "16", "-f", config, "-Y", dir, "-w", dir), syscall.SIGTERM) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	k := &Kamailio{p, at}
	if err := p.until(ctx, "answered OPTIONS", func() bool { return Answers(at) }); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return k, nil
}
