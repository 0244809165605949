package directory

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/telephony/trunk/form"
	"switchboard/tenant"
)

// Trunk is a carrier's way in and out.
type Trunk struct {
	ID        uuid.UUID
	Name      string
	Shop      uuid.UUID // whose own carrier it is; uuid.Nil: everybody's
	Sources   []netip.Prefix
	Outbound  string         // SIP URI that takes our calls
	Transport string         // udp, tcp, tls
	SRTP      string         // off, optional, required
	Roots     *x509.CertPool // who signs its TLS certificate; nil: whom we trust anyway
	Codecs    []string
	Auth      string // ip, digest, register
	Login     Login
	Challenge bool // its calls have to show the password too
	Priority  int  // lower is tried first
	Rates     []Rate
	MaxCalls  int // at once; 0: any number
	MaxCPS    int // new ones a second; 0: any number
	Draining  bool
	In, Out   form.Form // how it writes numbers, and wants them
	CallerIn  string    // where the caller's number stands: from, asserted, remote_party
	CallerOut string    // and where it is put
	Reliable  bool      // its 100rel works
	Ping      bool      // it answers OPTIONS
}

// Login is what a carrier knows us by.
type Login struct {
	User    string
	Sealed  []byte        // the password (tenant/seal), in the context of the trunk's id
	Domain  string        // of From and of the registration; empty: the outbound URI's host
	Expires time.Duration // asked of its registrar
}

// Rate is what a minute to the numbers that begin with Prefix costs, in a unit
// that all trunks share; it orders the trunks and bills nobody.
type Rate struct {
	Prefix string `json:"prefix"`
	Cost   int    `json:"cost"`
}

// Trunk returns the trunk that may send from the address, or nil. The first
// by name wins where two overlap.
func (d *Directory) Trunk(src netip.Addr) *Trunk {
	src = src.Unmap()
	for _, t := range d.trunks {
		for _, p := range t.Sources {
			if p.Contains(src) {
				return t
			}
		}
	}
	return nil
}

// Roots returns who signs the TLS certificate of the trunk that is called at a
// host; nil for whom we trust anyway.
func (d *Directory) Roots(host string) *x509.CertPool {
	for _, t := range d.trunks {
		if t.Roots != nil && strings.EqualFold(hostOf(t.Outbound), host) {
			return t.Roots
		}
	}
	return nil
}

// hostOf is the host of a SIP URI.
func hostOf(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	if _, at, is := strings.Cut(rest, "@"); is {
		rest = at
	}
	rest, _, _ = strings.Cut(rest, ";")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		return host
	}
	return strings.Trim(rest, "[]")
}

// Trunks returns all trunks by name.
func (d *Directory) Trunks() []*Trunk { return d.trunks }

// Named returns the trunk of that name, or nil.
func (d *Directory) Named(trunk string) *Trunk {
	for _, t := range d.trunks {
		if t.Name == trunk {
			return t
		}
	}
	return nil
}

// FirstNumber returns the least number of a shop, or "".
func (d *Directory) FirstNumber(shop uuid.UUID) (first e164.Number) {
	for n, of := range d.numbers {
		if of.Shop.ID == shop && (first == "" || n < first) {
			first = n
		}
	}
	return first
}

// trunkRow is a row of house.trunk. Arrays are texts with commas.
type trunkRow struct {
	ID                                  uuid.UUID
	ShopID                              *uuid.UUID
	Name, Sources, Outbound, Transport  string
	Codecs, Srtp, Auth, AuthUser        string
	TLSCa                               string `gorm:"column:tls_ca"`
	AuthSecret                          []byte
	Domain                              string
	ExpiresS                            int64
	Priority, MaxCalls, MaxCps          int
	Rates, NumberIn, NumberOut          []byte
	CallerIn, CallerOut                 string
	Reliable, Ping, Challenge, Draining bool
}

func (d *Directory) loadTrunks(tx tenant.AcrossTx, log *slog.Logger) error {
	var rows []trunkRow
	err := tx.Query().Raw(`
		select id, shop_id, name, array_to_string(sources, ',') as sources, outbound, transport, array_to_string(codecs, ',') as codecs, srtp, tls_ca,
		       auth, auth_user, auth_secret, domain, expires_s, priority, max_calls, max_cps, rates, number_in, number_out, caller_in, caller_out,
		       reliable, ping, challenge, draining_at is not null as draining
		  from house.trunk where enabled`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read trunks: %w", err)
	}
	for _, r := range rows {
		t, err := r.trunk()
		if err != nil {
			log.Error("trunk is left out of the directory", "trunk", r.Name, "err", err)
			continue
		}
		d.trunks = append(d.trunks, t)
	}
	slices.SortFunc(d.trunks, func(a, b *Trunk) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

func (r *trunkRow) trunk() (*Trunk, error) {
	t := &Trunk{
		ID: r.ID, Name: r.Name, Outbound: r.Outbound, Transport: r.Transport, SRTP: r.Srtp, Codecs: strings.Split(r.Codecs, ","), Auth: r.Auth,
		Login:    Login{r.AuthUser, r.AuthSecret, r.Domain, time.Duration(r.ExpiresS) * time.Second},
		Priority: r.Priority, MaxCalls: r.MaxCalls, MaxCPS: r.MaxCps, Draining: r.Draining, CallerIn: r.CallerIn, CallerOut: r.CallerOut,
		Reliable: r.Reliable, Ping: r.Ping, Challenge: r.Challenge,
	}
	if r.TLSCa != "" {
		t.Roots = x509.NewCertPool()
		t.Roots.AppendCertsFromPEM([]byte(r.TLSCa))
	}
	if r.ShopID != nil {
		t.Shop = *r.ShopID
	}
	err := errors.Join(json.Unmarshal(r.Rates, &t.Rates), json.Unmarshal(r.NumberIn, &t.In), json.Unmarshal(r.NumberOut, &t.Out))
	if err != nil {
		return nil, fmt.Errorf("read rates and number formats: %w", err)
	}
	for s := range strings.SplitSeq(r.Sources, ",") {
		if s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("read sources: %w", err)
		}
		t.Sources = append(t.Sources, p.Masked())
	}
	return t, nil
}
