// Package seed makes shops, people, numbers, trunks and plans from a YAML file:
// the demo's data, a load test's thousand operators, a first installation.
package seed

import (
	"encoding/json"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"

	"switchboard/billing/plan"
	"switchboard/telephony/trunk/form"
	"switchboard/tenant/trunk"
)

// File is a seed file, read and expanded.
type File struct {
	Plans     []plan.Plan `yaml:"plans"`
	Trunks    []Trunk     `yaml:"trunks"`
	Shops     []Shop      `yaml:"shops"`
	Operators []Operator  `yaml:"operators"`
	Staff     []Staff     `yaml:"staff"`
	Pay       *Pay        `yaml:"pay"`
}

// Trunk is a carrier's way in and out. All but the first five may be left out;
// tenant/trunk says what they are.
type Trunk struct {
	Name      string       `yaml:"name"`
	From      []string     `yaml:"from"`      // networks that its requests come from
	Outbound  string       `yaml:"outbound"`  // SIP URI
	Transport string       `yaml:"transport"` // udp (also if empty), tcp, tls, any
	Codecs    []string     `yaml:"codecs"`    // pcma, pcmu, and g722 beside them; empty: the first two
	Shop      string       `yaml:"shop"`      // slug of whose own carrier it is; empty: everybody's
	SRTP      string       `yaml:"srtp"`      // off (also if empty), optional, required
	Auth      string       `yaml:"auth"`      // ip (also if empty), digest, register
	User      string       `yaml:"user"`
	Password  string       `yaml:"password"`
	Domain    string       `yaml:"domain"`
	Expires   Duration     `yaml:"expires"` // of a registration; 5m if absent
	Challenge bool         `yaml:"challenge"`
	Priority  int          `yaml:"priority"`
	Rates     []trunk.Rate `yaml:"rates"`
	MaxCalls  int          `yaml:"max_calls"`
	MaxCPS    int          `yaml:"max_cps"`
	NumberIn  form.Form    `yaml:"number_in"`
	NumberOut form.Form    `yaml:"number_out"`
	CallerIn  string       `yaml:"caller_in"`  // from (also if empty), asserted, remote_party
	CallerOut string       `yaml:"caller_out"` // the same
	Reliable  *Switch      `yaml:"reliable"`   // on (also if absent): its 100rel works
	Ping      *Switch      `yaml:"ping"`       // on (also if absent): it answers OPTIONS
}

// settings are those of a trunk, but for whose it is.
func (t Trunk) settings() trunk.Settings {
	on := func(s *Switch) bool { return s == nil || bool(*s) }
	return trunk.Settings{
		Name: t.Name, From: t.From, Outbound: t.Outbound, Transport: t.Transport, SRTP: t.SRTP, Codecs: t.Codecs, Auth: t.Auth, User: t.User, Password: t.Password,
		Domain: t.Domain, ExpiresS: int(time.Duration(t.Expires) / time.Second), Challenge: t.Challenge, Priority: t.Priority, Rates: t.Rates,
		MaxCalls: t.MaxCalls, MaxCPS: t.MaxCPS, NumberIn: t.NumberIn, NumberOut: t.NumberOut, CallerIn: t.CallerIn, CallerOut: t.CallerOut,
		Reliable: on(t.Reliable), Ping: on(t.Ping),
	}.Filled()
}

// Text is the same in both languages.
type Text struct {
	RU string `yaml:"ru"`
	EN string `yaml:"en"`
}

// Shop is a tenant with all that it needs to take a first call.
type Shop struct {
	Slug      string     `yaml:"slug"`
	Name      Text       `yaml:"name"`
	Spoken    Text       `yaml:"spoken"` // as the operator says it; empty: the name
	Timezone  string     `yaml:"timezone"`
	Language  string     `yaml:"language"`
	Colour    string     `yaml:"colour"`
	Plan      string     `yaml:"plan"`
	Owner     Person     `yaml:"owner"`
	Members   []Member   `yaml:"members"`
	Queues    []Queue    `yaml:"queues"`
	Numbers   []Number   `yaml:"numbers"`
	Greeting  string     `yaml:"greeting"`      // standard (also if empty), none
	Greets    string     `yaml:"greeting_text"` // the greeting in the shop's own words, in its language; a voice speaks them
	Watched   string     `yaml:"supervision"`   // announced (also if absent): a tone tells those in a call of a supervisor; silent
	Recording *Switch    `yaml:"recording"`     // on (also if absent), off
	Away      Duration   `yaml:"away"`          // how long a buyer hears music while the operator's browser is gone; 60 s if absent
	Status    string     `yaml:"status"`        // open (also if empty), suspended, closed
	Script    string     `yaml:"script"`        // file, relative to the seed's
	Catalogue *Catalogue `yaml:"catalogue"`
	Outgoing  *Outgoing  `yaml:"outgoing"`    // whom it may call
	Pool      string     `yaml:"pool"`        // of operators that serves it; main if absent
	Refusal   string     `yaml:"refusal_key"` // by which a buyer says that they do not want to be recorded; none if absent
	Transfers *Transfers `yaml:"transfers"`   // to whom its calls may be handed
}

// Person is a login.
type Person struct {
	Email    string `yaml:"email"`
	Password string `yaml:"password"`
	Name     string `yaml:"name"`
}

// Member is a person of a shop's.
type Member struct {
	Person `yaml:",inline"`
	Role   string `yaml:"role"`
}

// Queue is where calls wait, and what is promised about it.
type Queue struct {
	Name    string  `yaml:"name"`
	Tier    string  `yaml:"tier"`
	Promise Promise `yaml:"promise"`
	Hours   Hours   `yaml:"hours"`
}

// Promise is the share of calls answered within a time.
type Promise struct {
	Share  float64  `yaml:"share"`
	Within Duration `yaml:"within"`
}

// Number is a telephone number of the shop's.
type Number struct {
	E164   string `yaml:"e164"`
	Source string `yaml:"source"`
	Queue  string `yaml:"queue"`
	Menu   string `yaml:"menu"` // YAML of the menu that its callers meet, written here; none if absent
}

// Catalogue is the shop's feed.
type Catalogue struct {
	Format string `yaml:"format"`
	Path   string `yaml:"path"` // file, relative to the seed's, or an http(s) URL
	URL    string `yaml:"url"`
}

// Operator is one of the pool. With a Template it is many: "a{001..400}" names
// a001 to a400, and {name} in the other fields is each one's name.
type Operator struct {
	Name     string   `yaml:"name"`
	Template string   `yaml:"template"`
	Email    string   `yaml:"email"`
	Password string   `yaml:"password"`
	Tier     string   `yaml:"tier"`
	Shops    []string `yaml:"shops"`
	Pool     string   `yaml:"pool"`    // that they work in; main if absent
	SIP      string   `yaml:"sip"`     // fixed address
	Phone    *Phone   `yaml:"phone"`   // a telephone that registers
	Ready    bool     `yaml:"ready"`   // on duty without a desk
	WrapUp   Duration `yaml:"wrap_up"` // after-call work
}

// Phone is what a telephone registers with.
type Phone struct {
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

// Staff is a person of the platform's who takes no calls.
type Staff struct {
	Person `yaml:",inline"`
	Role   string `yaml:"role"`
	SIP    string `yaml:"sip"`   // a supervisor's telephone at a fixed address
	Phone  *Phone `yaml:"phone"` // or one that registers
}

// Duration is written as Go does: 10s, 1m30s.
type Duration time.Duration

// UnmarshalYAML reads a duration.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := time.ParseDuration(n.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is no duration: write 10s or 1m30s", n.Line, n.Value)}}
	}
	*d = Duration(v)
	return nil
}

// Switch is written on or off; YAML 1.2 takes these words for text.
type Switch bool

// UnmarshalYAML reads a switch.
func (s *Switch) UnmarshalYAML(n *yaml.Node) error {
	switch n.Value {
	case "on", "true", "yes":
		*s = true
	case "off", "false", "no":
		*s = false
	default:
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is neither on nor off", n.Line, n.Value)}}
	}
	return nil
}

// Hours is always, or the windows of each day; kept as the JSON of the queue.
type Hours json.RawMessage

// UnmarshalYAML reads hours; what they mean is checked later.
func (h *Hours) UnmarshalYAML(n *yaml.Node) error {
	var v any
	if err := n.Decode(&v); err != nil {
		return err
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: hours are always, or {mon: [\"09:00-21:00\"]}", n.Line)}}
	}
	*h = doc
	return nil
}
