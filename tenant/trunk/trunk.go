// Package trunk is the carriers' connections: what is set about each, and how it
// does.
package trunk

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"switchboard/telephony/trunk/form"
	"switchboard/tenant/fault"
)

// Settings are what is set about a trunk. The columns of house.trunk say what
// each is for.
type Settings struct {
	Name      string
	ShopID    *uuid.UUID // whose own carrier it is; nil: everybody's
	From      []string   // networks that its requests come from
	Outbound  string     // SIP URI
	Transport string     // udp, tcp, tls, any
	SRTP      string     // off, optional, required
	CA        string     // who signs its TLS certificate, in PEM; empty: those whom we trust anyway
	Codecs    []string   // pcma, pcmu, and g722 beside them
	Auth      string     // ip, digest, register
	User      string
	Password  string // empty: as it was
	Domain    string
	ExpiresS  int // of a registration
	Challenge bool
	Priority  int
	Rates     []Rate
	MaxCalls  int
	MaxCPS    int
	NumberIn  form.Form
	NumberOut form.Form
	CallerIn  string // from, asserted, remote_party
	CallerOut string
	Reliable  bool
	Ping      bool
}

// mostPEM bounds the certificates that are trusted for one trunk: some dozens.
const mostPEM = 64 << 10

// Rate is what a minute to the numbers that begin with Prefix costs; it orders
// the trunks and bills nobody.
type Rate struct {
	Prefix string `json:"prefix" maxLength:"16" doc:"+7495; empty: all the world" example:"+7495"`
	Cost   int    `json:"cost" minimum:"0" doc:"Of a minute, in a unit that all trunks share"`
}

// Trunk is one with its settings and what was seen of it.
type Trunk struct {
	ID uuid.UUID
	Settings
	HasPassword bool
	State       string // open, draining, off
	CreatedAt   time.Time
	ChangedAt   *time.Time
	Seen        []Seen // by each process that runs
}

// Seen is what a telephony process sees of a trunk.
type Seen struct {
	Node            string
	Health          string // unknown, up, degraded, down
	RTTMS           int
	Calls, CPS      int
	Registration    string // "", trying, registered, refused
	RegisteredUntil *time.Time
	Trouble         string
	TroubleAt       *time.Time
	Machines        []Machine
	At              time.Time
}

// Machine is one of a trunk's.
type Machine struct {
	Address   string `json:"address" example:"192.0.2.10:5060"`
	Transport string `json:"transport"`
	Health    string `json:"health" enum:"unknown,up,degraded,down"`
	RTTMS     int    `json:"rtt_ms" doc:"Of the last OPTIONS, in milliseconds"`
}

// Filled returns the settings with what is left open as most carriers have it.
func (s Settings) Filled() Settings {
	or := func(v *string, def string) {
		if *v == "" {
			*v = def
		}
	}
	or(&s.Transport, "udp")
	or(&s.SRTP, "off")
	or(&s.Auth, "ip")
	or(&s.CallerIn, "from")
	or(&s.CallerOut, "from")
	if len(s.Codecs) == 0 {
		s.Codecs = []string{"pcma", "pcmu"}
	}
	if s.ExpiresS == 0 {
		s.ExpiresS = 300
	}
	if s.From == nil {
		s.From = []string{}
	}
	if s.Rates == nil {
		s.Rates = []Rate{}
	}
	return s
}

var (
	host   = `(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)`
	sipURI = regexp.MustCompile(`^sip:` + host + `(:[1-9][0-9]{0,4})?$`)
	domain = regexp.MustCompile(`^` + host + `$`)
	prefix = regexp.MustCompile(`^(\+[0-9]{0,15})?$`)
	user   = regexp.MustCompile(`^[A-Za-z0-9+*#._-]{0,64}$`)
)

const (
	mostName  = 64
	mostFrom  = 64
	mostRates = 500
	mostText  = 128
)

// Check returns everything that is wrong with the settings. A trunk that is new
// has no password yet.
func (s Settings) Check(isNew bool) error {
	var p fault.Problems
	no := func(field, format string, args ...any) {
		p = append(p, fault.Invalid{Field: field, Problem: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(s.Name)); n == 0 || n > mostName {
		no("name", "give it a name of at most %d characters", mostName)
	}
	s.checkPlace(no)
	s.checkLogin(no, isNew)
	s.checkOrder(no)
	s.checkNumbers(no)
	return p.Err()
}

func oneOf(no func(string, string, ...any), field, value string, all ...string) {
	if !slices.Contains(all, value) {
		no(field, "%q is none of %s", value, strings.Join(all, ", "))
	}
}

func (s Settings) checkPlace(no func(string, string, ...any)) {
	if len(s.From) == 0 && s.Auth != "register" {
		no("from", "name at least one network, such as 192.0.2.0/24: from elsewhere nothing is answered")
	}
	if len(s.From) > mostFrom {
		no("from", "at most %d networks", mostFrom)
	}
	for i, n := range s.From {
		switch net, err := netip.ParsePrefix(n); {
		case err != nil:
			no(fmt.Sprintf("from[%d]", i), "%q is no network: write 192.0.2.10/32 or 2001:db8::/64", n)
		case net.Masked() != net:
			no(fmt.Sprintf("from[%d]", i), "%q has bits behind its mask: write %v", n, net.Masked())
		}
	}
	if !sipURI.MatchString(s.Outbound) {
		no("outbound", "%q is no SIP address: write sip:host or sip:host:port", s.Outbound)
	}
	oneOf(no, "transport", s.Transport, "udp", "tcp", "tls", "any")
	oneOf(no, "srtp", s.SRTP, "off", "optional", "required")
	if s.CA != "" && (len(s.CA) > mostPEM || !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA))) {
		no("ca", "holds no certificate in PEM, or is longer than 64 KiB")
	}
	if len(s.Codecs) == 0 || slices.Equal(s.Codecs, []string{"g722"}) {
		no("codecs", "name at least one of pcma, pcmu")
	}
	for i, c := range s.Codecs {
		if c != "pcma" && c != "pcmu" && c != "g722" || slices.Contains(s.Codecs[:i], c) {
			no(fmt.Sprintf("codecs[%d]", i), "%q is none of pcma, pcmu and g722, or there twice", c)
		}
	}
}

func (s Settings) checkLogin(no func(string, string, ...any), isNew bool) {
	oneOf(no, "auth", s.Auth, "ip", "digest", "register")
	if s.Auth != "ip" && s.User == "" {
		no("user", "name the account that the carrier gave us")
	}
	if !user.MatchString(s.User) {
		no("user", "letters, digits and . _ - + * # only")
	}
	if s.Auth != "ip" && s.Password == "" && isNew {
		no("password", "give the password that the carrier gave us")
	}
	if len(s.Password) > mostText {
		no("password", "at most %d bytes", mostText)
	}
	if s.Domain != "" && (!domain.MatchString(s.Domain) || len(s.Domain) > mostText) {
		no("domain", "%q is no domain", s.Domain)
	}
	if s.ExpiresS < 30 || s.ExpiresS > 86400 {
		no("expires_s", "30 to 86400 seconds")
	}
	if s.Challenge && s.Auth == "ip" {
		no("challenge", "there is no password to ask for: choose digest or register")
	}
}

func (s Settings) checkOrder(no func(string, string, ...any)) {
	bounded := func(field string, n, least, most int) {
		if n < least || n > most {
			no(field, "%d to %d", least, most)
		}
	}
	bounded("priority", s.Priority, -1000, 1000)
	bounded("max_calls", s.MaxCalls, 0, 100_000)
	bounded("max_cps", s.MaxCPS, 0, 10_000)
	if len(s.Rates) > mostRates {
		no("rates", "at most %d", mostRates)
	}
	seen := map[string]bool{}
	for i, r := range s.Rates {
		switch at := fmt.Sprintf("rates[%d]", i); {
		case !prefix.MatchString(r.Prefix):
			no(at+".prefix", "%q is no beginning of a number: write +7495, or nothing for all the world", r.Prefix)
		case seen[r.Prefix]:
			no(at+".prefix", "%q is there twice", r.Prefix)
		case r.Cost < 0 || r.Cost > 1_000_000_000:
			no(at+".cost", "0 to 1,000,000,000")
		}
		seen[r.Prefix] = true
	}
}

func (s Settings) checkNumbers(no func(string, string, ...any)) {
	if err := s.NumberIn.Check(); err != nil {
		no("number_in", "%v", err)
	}
	if err := s.NumberOut.Check(); err != nil {
		no("number_out", "%v", err)
	}
	if s.NumberOut.Style == form.Any {
		no("number_out", "choose how numbers are written: e164, digits or national")
	}
	oneOf(no, "caller_in", s.CallerIn, "from", "asserted", "remote_party")
	oneOf(no, "caller_out", s.CallerOut, "from", "asserted", "remote_party")
}
