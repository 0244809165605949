package trunk_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
)

// kamailioCarrier asks who we are with each call, and gives what it takes to a
// telephone.
const kamailioCarrier = `
#!KAMAILIO
debug=0
log_stderror=yes
children=1
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
loadmodule "%[3]s/auth.so"
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
	if (!is_method("INVITE")) exit;
	if (!pv_proxy_authenticate("carrier", "sesame", "0") || $au != "acme") {
		proxy_challenge("carrier", "1");
		exit;
	}
	consume_credentials();
	record_route();
	$du = "sip:%[2]s";
	if (!t_relay()) sl_reply_error();
}
`

// kamailio runs one at host, before a telephone.
func kamailio(t *testing.T, o *office, host, telephone string) *stranger {
	t.Helper()
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("no modules of kamailio in /usr/lib/*/kamailio: install the package kamailio")
	}
	dir, at := t.TempDir(), net.JoinHostPort(host, strconv.Itoa(freePort(t, host)))
	config := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(config, fmt.Appendf(nil, kamailioCarrier, at, telephone, modules[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	k := start(t, at, "kamailio", "-DD", "-E", "-m", "32", "-M", "8", "-f", config, "-Y", dir, "-w", dir)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, _, err = o.ua.Ping(ctx, "sip:"+at, at)
		cancel()
		if err == nil {
			return k
		}
	}
	t.Fatalf("kamailio does not answer: %v", err)
	return nil
}

// TestKamailioAsks: a carrier that asks who calls takes the call of who knows
// the password. Who does not goes by another trunk.
func TestKamailioAsks(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.44.1")
	telephone := sipp(t, "127.30.44.3", "takes", 1)
	k := kamailio(t, o, "127.30.44.2", telephone.at)
	for i, password := range []string{"guess", "sesame"} {
		name, id := []string{"a-wrong", "b-right"}[i], uuid.New()
		o.trunk(name, k.at, "auth='digest'", "auth_user='acme'", "auth_secret="+o.sealed(id, password), "priority="+itoa(i))
		o.w.Admin(t, "update house.trunk set id = $1 where name = $2", id, name)
	}
	o.load()
	c := o.call()
	c.talked(t)
	c.trunks(t, "a-wrong", "b-right")
	telephone.content(t)
	o.keep()
	for _, name := range []string{"a-wrong", "b-right"} {
		o.healthy(name)
	}
}

// healthy waits until a trunk answers pings.
func (o *office) healthy(name string) {
	o.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, s := range o.Status() {
			if s.Trunk == o.now().Named(name).ID && s.Health == "up" {
				return
			}
		}
	}
	o.t.Errorf("trunk %s does not answer pings: %+v", name, o.Status())
}
