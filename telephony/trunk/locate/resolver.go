package locate

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// How long answers hold: by their TTL within these bounds. One that could not
// be renewed is used on for a while: a carrier is not gone because its name
// servers are.
const (
	shortest = 5 * time.Second
	longest  = time.Hour
	absent   = 30 * time.Second // a name that is not there
	stale    = 24 * time.Hour
)

// Bounds of asking.
const (
	mostCached = 10_000
	perServer  = time.Second
	mostAnswer = 64 << 10
)

// Resolver asks DNS servers and remembers what they say.
type Resolver struct {
	servers  []netip.AddrPort
	families []dnsmessage.Type
	now      func() time.Time

	mu    sync.Mutex
	cache map[question]answer
}

type question struct {
	name string
	kind dnsmessage.Type
}

// answer is what a question came to; no records is an answer too.
type answer struct {
	records []dnsmessage.Resource
	at      time.Time
	hold    time.Duration
}

// New returns a Resolver that asks servers, or those of the system if there are
// none, for addresses that can be reached from local.
func New(local netip.Addr, servers ...netip.AddrPort) *Resolver {
	r := &Resolver{servers: servers, now: time.Now, cache: map[question]answer{}}
	if len(servers) == 0 {
		r.servers = system()
	}
	if local = local.Unmap(); local.Is4() || local.IsUnspecified() {
		r.families = append(r.families, dnsmessage.TypeA)
	}
	if local.Is6() {
		r.families = append(r.families, dnsmessage.TypeAAAA)
	}
	return r
}

// system is what /etc/resolv.conf names; else this machine (resolv.conf(5)).
func system() (servers []netip.AddrPort) {
	f, err := os.Open("/etc/resolv.conf")
	if err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			fields := strings.Fields(s.Text())
			if len(fields) < 2 || fields[0] != "nameserver" {
				continue
			}
			if a, err := netip.ParseAddr(fields[1]); err == nil {
				servers = append(servers, netip.AddrPortFrom(a, 53))
			}
		}
	}
	if len(servers) == 0 {
		servers = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}
	}
	return servers
}

// ask answers a question, from memory while that holds.
func (r *Resolver) ask(ctx context.Context, name string, kind dnsmessage.Type) (answer, error) {
	q := question{strings.ToLower(name), kind}
	r.mu.Lock()
	known, have := r.cache[q]
	r.mu.Unlock()
	age := r.now().Sub(known.at)
	if have && age < known.hold {
		known.hold -= age
		return known, nil
	}
	fresh, err := r.query(ctx, q)
	if err != nil {
		if have && age < stale && len(known.records) > 0 {
			known.hold = shortest
			return known, nil
		}
		return answer{}, err
	}
	fresh.at = r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cache) >= mostCached {
		clear(r.cache)
	}
	r.cache[q] = fresh
	return fresh, nil
}

// query asks the servers in turn.
func (r *Resolver) query(ctx context.Context, q question) (answer, error) {
	msg, id, err := q.pack()
	if err != nil {
		return answer{}, err
	}
	var errs []error
	for _, server := range r.servers {
		a, err := exchange(ctx, server, "udp", msg, id)
		if errors.Is(err, errTruncated) {
			a, err = exchange(ctx, server, "tcp", msg, id)
		}
		if err == nil {
			return a, nil
		}
		errs = append(errs, fmt.Errorf("ask %v for %s: %w", server, q.name, err))
	}
	return answer{}, errors.Join(errs...)
}

func (q question) pack() ([]byte, uint16, error) {
	name, err := dnsmessage.NewName(strings.TrimSuffix(q.name, ".") + ".")
	if err != nil {
		return nil, 0, fmt.Errorf("ask for %q: %w", q.name, err)
	}
	id := uint16(rand.Uint32()) //nolint:gosec // with the kernel's random port enough against guessing
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: q.kind, Class: dnsmessage.ClassINET}},
	}
	msg, err := m.Pack()
	if err != nil {
		return nil, 0, fmt.Errorf("ask for %q: %w", q.name, err)
	}
	return msg, id, nil
}

var (
	errTruncated = errors.New("the answer does not fit a datagram")
	errServer    = errors.New("the server can't answer")
)

// exchange asks one server.
func exchange(ctx context.Context, server netip.AddrPort, network string, msg []byte, id uint16) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, perServer)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, server.String())
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		msg = append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...)
	}
	if _, err := conn.Write(msg); err != nil {
		return answer{}, err
	}
	for {
		b, err := receive(conn, network)
		if err != nil {
			return answer{}, err
		}
		a, ours, err := read(b, id)
		if ours || network == "tcp" { // a stranger's datagram is passed over
			return a, err
		}
	}
}

func receive(conn net.Conn, network string) ([]byte, error) {
	b := make([]byte, mostAnswer)
	if network == "udp" {
		n, err := conn.Read(b)
		return b[:n], err
	}
	if _, err := io.ReadFull(conn, b[:2]); err != nil {
		return nil, err
	}
	b = b[:binary.BigEndian.Uint16(b)]
	_, err := io.ReadFull(conn, b)
	return b, err
}

// read takes an answer apart. ours tells whether it is one to our question.
func read(b []byte, id uint16) (a answer, ours bool, err error) {
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil {
		return a, false, fmt.Errorf("read the answer: %w", err)
	}
	switch {
	case m.ID != id || !m.Response:
		return a, false, errors.New("an answer to somebody else")
	case m.Truncated:
		return a, true, errTruncated
	case m.RCode == dnsmessage.RCodeNameError:
		return answer{hold: absent}, true, nil
	case m.RCode != dnsmessage.RCodeSuccess:
		return a, true, fmt.Errorf("%v: %w", m.RCode, errServer)
	}
	a = answer{records: m.Answers, hold: absent}
	for i, rec := range m.Answers {
		ttl := min(max(time.Duration(rec.Header.TTL)*time.Second, shortest), longest)
		if i == 0 || ttl < a.hold {
			a.hold = ttl
		}
	}
	return a, true, nil
}
