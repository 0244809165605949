// Package locate finds the machines behind a SIP domain (RFC 3263).
package locate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Any is the transport of a domain that says itself by what it is reached.
const Any = "any"

// Place is where one machine listens.
type Place struct {
	Addr             netip.AddrPort
	Transport        string // udp, tcp, tls
	Host             string // its name, which a certificate shows
	Priority, Weight int    // of SRV; zero where there is none
}

// Found is what a domain came to.
type Found struct {
	Places []Place       // by priority; of one priority in no order
	For    time.Duration // how long that holds
}

// Bounds of what a domain may come to: what is beyond is left out.
const (
	mostNames  = 8 // of SRV records
	mostPlaces = 16
)

// literal is how long an address that needs no asking holds.
const literal = time.Hour

// ErrNowhere is a domain that has no machine for SIP.
var ErrNowhere = errors.New("no machine for SIP")

// Locate returns where host is reached by transport. port is "" unless the URI
// names one.
func (r *Resolver) Locate(ctx context.Context, host, port, transport string) (Found, error) {
	bare := strings.Trim(host, "[]")
	if addr, err := netip.ParseAddr(bare); err == nil {
		p, err := portOf(port, transport)
		return Found{[]Place{{Addr: netip.AddrPortFrom(addr.Unmap(), p), Transport: spoken(transport), Host: bare}}, literal}, err
	}
	if port != "" {
		p, err := portOf(port, transport)
		if err != nil {
			return Found{}, err
		}
		return r.machines(ctx, []service{{name: bare, port: p, transport: spoken(transport)}}, longest)
	}
	services, hold, err := r.services(ctx, bare, transport)
	if err != nil {
		return Found{}, fmt.Errorf("locate %s: %w", host, err)
	}
	if len(services) == 0 {
		p, _ := portOf("", transport)
		services = []service{{name: bare, port: p, transport: spoken(transport)}}
	}
	found, err := r.machines(ctx, services, hold)
	if err != nil {
		return Found{}, fmt.Errorf("locate %s: %w", host, err)
	}
	return found, nil
}

// spoken is the transport where none is chosen (RFC 3263, 4.1).
func spoken(transport string) string {
	if transport == Any || transport == "" {
		return "udp"
	}
	return transport
}

func portOf(port, transport string) (uint16, error) {
	if port == "" && transport == "tls" {
		return 5061, nil
	}
	if port == "" {
		return 5060, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("port %q: not a port", port)
	}
	return uint16(n), nil
}

// service is one machine by name.
type service struct {
	name             string
	port             uint16
	transport        string
	priority, weight int
}

// labels are the SRV names of the transports (RFC 3263, 4.1 and 4.2).
var labels = []struct{ transport, label, naptr string }{
	{"udp", "_sip._udp.", "SIP+D2U"}, {"tcp", "_sip._tcp.", "SIP+D2T"}, {"tls", "_sips._tcp.", "SIPS+D2T"},
}

// services are the machines that a domain's SRV records name; none where it has
// no such record.
func (r *Resolver) services(ctx context.Context, host, transport string) ([]service, time.Duration, error) {
	if transport == Any {
		return r.anyServices(ctx, host)
	}
	for _, l := range labels {
		if l.transport == transport {
			return r.srv(ctx, l.label+host, transport)
		}
	}
	return nil, 0, fmt.Errorf("transport %q is not known", transport)
}

// anyServices asks the domain which transports it wants, by NAPTR, or tries them
// all.
func (r *Resolver) anyServices(ctx context.Context, host string) ([]service, time.Duration, error) {
	a, err := r.ask(ctx, host, typeNAPTR)
	if err != nil {
		return nil, 0, err
	}
	choices := naptrs(a)
	if len(choices) == 0 {
		for _, l := range labels {
			choices = append(choices, naptr{service: l.naptr, to: l.label + host})
		}
	}
	hold := a.hold
	var last error
	for _, c := range choices {
		for _, l := range labels {
			if !strings.EqualFold(l.naptr, c.service) {
				continue
			}
			s, h, err := r.srv(ctx, c.to, l.transport)
			hold = min(hold, h)
			if err == nil && len(s) > 0 {
				return s, hold, nil
			}
			last = cmp.Or(err, last)
		}
	}
	return nil, hold, last
}

// srv reads the SRV records of a name. A single record for "." says that there
// is no such service (RFC 2782).
func (r *Resolver) srv(ctx context.Context, name, transport string) ([]service, time.Duration, error) {
	a, err := r.ask(ctx, name, dnsmessage.TypeSRV)
	if err != nil {
		return nil, 0, err
	}
	var found []service
	for _, rec := range a.records {
		if body, ok := rec.Body.(*dnsmessage.SRVResource); ok {
			found = append(found, service{
				name: strings.TrimSuffix(body.Target.String(), "."), port: body.Port, transport: transport,
				priority: int(body.Priority), weight: int(body.Weight),
			})
		}
	}
	if len(found) == 1 && found[0].name == "" {
		return nil, a.hold, fmt.Errorf("%s: %w", name, ErrNowhere)
	}
	slices.SortStableFunc(found, func(a, b service) int { return cmp.Compare(a.priority, b.priority) })
	return found[:min(len(found), mostNames)], a.hold, nil
}

// machines finds the addresses of services. One that can't be found keeps none
// of the others from being called.
func (r *Resolver) machines(ctx context.Context, services []service, hold time.Duration) (Found, error) {
	f := Found{For: hold}
	var errs []error
	for _, s := range services {
		addrs, h, err := r.addresses(ctx, s.name)
		f.For = min(f.For, h)
		if err != nil {
			errs = append(errs, err)
		}
		for _, a := range addrs {
			f.Places = append(f.Places, Place{netip.AddrPortFrom(a, s.port), s.transport, s.name, s.priority, s.weight})
		}
	}
	f.Places = f.Places[:min(len(f.Places), mostPlaces)]
	if len(f.Places) == 0 {
		return Found{}, errors.Join(append(errs, ErrNowhere)...)
	}
	return f, nil
}

// addresses are those of a name, of the families that we can send from.
func (r *Resolver) addresses(ctx context.Context, name string) ([]netip.Addr, time.Duration, error) {
	if a, err := netip.ParseAddr(name); err == nil { // against RFC 2782, and seen
		return []netip.Addr{a.Unmap()}, literal, nil
	}
	hold := longest
	var addrs []netip.Addr
	var errs []error
	for _, family := range r.families {
		a, err := r.ask(ctx, name, family)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		hold = min(hold, a.hold)
		for _, rec := range a.records {
			switch body := rec.Body.(type) {
			case *dnsmessage.AResource:
				addrs = append(addrs, netip.AddrFrom4(body.A))
			case *dnsmessage.AAAAResource:
				addrs = append(addrs, netip.AddrFrom16(body.AAAA))
			}
		}
	}
	return addrs, hold, errors.Join(errs...)
}
