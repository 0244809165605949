package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// Addresses of a site: its proxy, and the hosts of its nodes.
var (
	proxyHost = netip.MustParseAddr("127.60.0.1")
	nodeHosts = [2]netip.Addr{netip.MustParseAddr("127.50.0.1"), netip.MustParseAddr("127.50.0.2")}
)

// site is Switchboard as it runs in earnest: api, worker and two telephony nodes
// apart, Kamailio before the nodes, and a web proxy before their pages.
type site struct {
	*scene
	engines *rig.Engines
	proxy   *rig.Kamailio
	nodes   [2]*node
	pages   string // where pages find /rtc
}

// node is a telephony process and where it is.
type node struct {
	*rig.Process
	name         string
	env          []string
	sip          netip.AddrPort
	control, rtc netip.AddrPort
}

// site starts one; prepare is done before its nodes start, on the seeded database.
func openSite(t *testing.T, operators func(desks netip.AddrPort) string, pools [2]string, prepare ...func(*site)) *site {
	t.Helper()
	s := &site{scene: &scene{t: t, floor: &floor{manner: answers}}}
	var err error
	if s.callers, err = gen.Listen(everywhere, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.callers.Close)
	if s.desks, err = gen.Listen(desks, s.taken); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.desks.Close)
	s.setup = rig.Setup{Binary: program, Dir: folder(t), Seed: shopsSeed + operators(s.desks.Addr())}
	if s.engines, err = rig.StartEngines(t.Context(), s.setup); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.engines.Stop(); err != nil {
			t.Error(err)
		}
	})
	s.Switchboard = &rig.Switchboard{}
	s.Info.AdminURL = s.engines.Admin
	s.sip = s.free(proxyHost)
	for i, pool := range pools {
		s.nodes[i] = s.place(i, pool)
	}
	for _, do := range prepare {
		do(s)
	}
	s.startProxy(pools[0] != pools[1])
	for i := range s.nodes {
		s.run(i)
	}
	s.leads(0)
	if pools[0] != pools[1] {
		s.leads(1)
	}
	s.startRest()
	return s
}

func (s *site) free(host netip.Addr) netip.AddrPort {
	s.t.Helper()
	at, err := rig.FreePort(host)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

func (s *site) freeStream(host netip.Addr) netip.AddrPort {
	s.t.Helper()
	at, err := rig.FreeStream(host)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

// place chooses a node's addresses.
func (s *site) place(i int, pool string) *node {
	n := &node{name: fmt.Sprintf("node%d", i+1), sip: s.free(nodeHosts[i]), control: s.freeStream(nodeHosts[i]), rtc: s.freeStream(nodeHosts[i])}
	n.env = []string{
		"LOG_LEVEL=info", "NODE=" + n.name, "POOL=" + pool, "SIP_ADDR=" + n.sip.String(), "CONTROL_ADDR=" + n.control.String(), "CONTROL_SECRET=e2e",
		"RTC_ADDR=" + n.rtc.String(), "SIP_PROXIES=127.60.0.0/16", "SIP_OUTBOUND=" + s.sip.String(), "SIP_PHONES_FROM=127.30.0.0/16",
		"RTP_FROM=0", "RTP_TO=0", "DRAIN_FOR=1m",
	}
	return n
}

// run starts a node, again if it was killed.
func (s *site) run(i int) {
	s.t.Helper()
	p, err := s.engines.Part(s.setup, "telephony", s.nodes[i].env...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.nodes[i].Process = p
	s.t.Cleanup(func() {
		p.Kill()
		if s.t.Failed() {
			s.t.Logf("%s said: %s", s.nodes[i].name, p.Log())
		}
	})
	if err := p.Listening(s.t.Context(), s.nodes[i].rtc); err != nil {
		s.t.Fatal(err)
	}
}

// leads waits until a node does.
func (s *site) leads(i int) {
	s.t.Helper()
	if err := s.nodes[i].Serving(s.t.Context(), "http://"+s.nodes[i].rtc.String()+"/readyz"); err != nil {
		s.t.Fatal(err)
	}
}

// startProxy runs Kamailio with the configuration that is for production.
func (s *site) startProxy(byNumber bool) {
	s.t.Helper()
	dir := folder(s.t)
	file, err := os.ReadFile("../deploy/kamailio/kamailio.cfg")
	if err != nil {
		s.t.Fatal(err)
	}
	second := 1
	route := "return;"
	if byNumber {
		second = 2
		route = `if ($rU == "` + greeted + `") $avp(pool) = 2;`
	}
	list := filepath.Join(dir, "dispatcher.list")
	for path, text := range map[string]string{
		filepath.Join(dir, "kamailio.cfg"): string(file),
		filepath.Join(dir, "local.cfg"):    fmt.Sprintf("listen=udp:%[1]s\nlisten=tcp:%[1]s\n#!define CHILDREN 2\n#!define CARRIERS \"127.20.0.0/16\"\n#!define DISPATCHER_LIST %[2]q\n", s.sip, list),
		filepath.Join(dir, "pool.cfg"):     "route[POOL] { " + route + " }\n",
		list:                               fmt.Sprintf("1 sip:%s 0 20\n%d sip:%s 0 10\n", s.nodes[0].sip, second, s.nodes[1].sip),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	if s.proxy, err = rig.StartProxy(s.t.Context(), filepath.Join(dir, "kamailio.cfg"), s.sip); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := s.proxy.Stop(); err != nil {
			s.t.Error(err)
		}
		if s.t.Failed() {
			s.t.Logf("kamailio said: %s", s.proxy.Log())
		}
	})
}

// startRest runs api, worker and the web proxy.
func (s *site) startRest() {
	s.t.Helper()
	web := s.freeStream(netip.MustParseAddr("127.0.0.1"))
	both := "CONTROL_NODES=" + s.nodes[0].control.String() + "," + s.nodes[1].control.String()
	for _, verb := range []string{"api", "worker"} {
		p, err := s.engines.Part(s.setup, verb, "HTTP_ADDR="+web.String(), both, "CONTROL_SECRET=e2e", "LOG_LEVEL=warn")
		if err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() {
			if err := p.Stop(); err != nil {
				s.t.Error(err)
			}
			if s.t.Failed() {
				s.t.Logf("%s said: %s", verb, p.Log())
			}
		})
		if verb == "api" {
			s.Process = p
			if err := p.Serving(s.t.Context(), "http://"+web.String()+"/readyz"); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	s.Info.HTTP, s.Info.API = "http://"+web.String(), "http://"+web.String()+"/api/v1"
	s.Info.RecordingsDir = filepath.Join(s.setup.Dir, "data", "recordings")
	pages := httptest.NewServer(http.HandlerFunc(s.page))
	s.t.Cleanup(pages.Close)
	s.pages = pages.URL
}

// page is what a web proxy does with /rtc: to the node that is named, else to
// the first that takes it.
func (s *site) page(w http.ResponseWriter, r *http.Request) {
	for _, n := range s.nodes {
		to := &url.URL{Scheme: "http", Host: n.rtc.String()}
		if at := r.URL.Query().Get("at"); at != "" && at != n.name {
			continue
		}
		if r.URL.Query().Get("at") == "" {
			res, err := http.Get(to.String() + "/readyz")
			if err != nil {
				continue
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				continue
			}
		}
		proxy := httputil.NewSingleHostReverseProxy(to)
		proxy.ServeHTTP(w, r)
		return
	}
	http.Error(w, "no node takes pages", http.StatusServiceUnavailable)
}

// login is a person's of the seed.
func login(email string) rig.Login { return rig.Login{Email: email, Password: "e2e-Password-1"} }

// seeded is an operator of the seed, signed in.
func (s *site) seeded(name string) *operator {
	s.t.Helper()
	o := &operator{s: s.scene, Client: s.enter(login(name + "@floor.test"))}
	return o
}

// change changes the database as nobody but its owner may.
func (s *site) change(query string) {
	s.t.Helper()
	var n int
	if err := s.look("with done as ("+query+" returning 1) select count(*) from done", nil, &n); err != nil || n == 0 {
		s.t.Fatalf("%s: %d rows, %v", query, n, err)
	}
}

// counter counts the calls that each operator's telephone has at one time.
type counter struct {
	mu   sync.Mutex
	has  map[string]int
	most int
}

// once is the manner of operators who answer and stay, and are counted.
func (k *counter) once(c *gen.Call) {
	k.count(c.Number, 1)
	answers(c)
	<-c.Ended()
	k.count(c.Number, -1)
}

func (k *counter) count(operator string, by int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.has[operator] += by
	k.most = max(k.most, k.has[operator])
}

// gone waits until a process has ended.
func (s *site) gone(n *node) {
	s.t.Helper()
	s.within(n.name+" ends", n.Done())
}

// ticketed opens a page of an operator's by the web proxy, as often as it takes.
func (s *site) ticketed(o *operator) *gen.Page {
	s.t.Helper()
	var page *gen.Page
	s.await("a page at the node that leads", patience, func() bool {
		var ticket struct{ Ticket string }
		if err := o.Do(s.t.Context(), "POST", "/desk/tickets", nil, &ticket); err != nil {
			s.t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
		defer cancel()
		p, err := gen.OpenPage(ctx, strings.Replace(s.pages, "127.0.0.1", "localhost", 1), ticket.Ticket)
		page = p
		return err == nil
	})
	s.t.Cleanup(page.Close)
	return page
}
