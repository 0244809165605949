package trunks

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/trunk/form"
	"switchboard/tenant/trunk"
)

// Settings are what is set about a trunk. Its fields are those of
// trunk.Settings, in their order.
type Settings struct {
	Name      string       `json:"name" maxLength:"64"`
	ShopID    *uuid.UUID   `json:"shop_id,omitempty" format:"uuid" doc:"Whose own carrier it is: that shop uses it first, and nobody else does; without it everybody's"`
	From      []string     `json:"from,omitempty" nullable:"false" doc:"Networks that its requests come from; from elsewhere nothing is answered" example:"[\"192.0.2.0/28\"]"`
	Outbound  string       `json:"outbound" doc:"SIP address that takes our calls; without a port NAPTR and SRV are asked" example:"sip:carrier.example"`
	Transport string       `json:"transport,omitempty" enum:"udp,tcp,tls,any" default:"udp" doc:"any: what the domain's NAPTR prefers"`
	SRTP      string       `json:"srtp,omitempty" enum:"off,optional,required" default:"off" doc:"Encryption of the audio"`
	CA        string       `json:"ca,omitempty" doc:"Who signs its TLS certificate, in PEM; empty: whom the system and SIP_TLS_CA trust"`
	Codecs    []string     `json:"codecs,omitempty" nullable:"false" doc:"In the order of preference" example:"[\"pcma\",\"pcmu\"]"`
	Auth      string       `json:"auth,omitempty" enum:"ip,digest,register" default:"ip" doc:"digest: we show a password when it is asked for; register: we also register"`
	User      string       `json:"user,omitempty" doc:"Account that the carrier gave us"`
	Password  string       `json:"password,omitempty" writeOnly:"true" doc:"Never shown; empty: stays as it is"`
	Domain    string       `json:"domain,omitempty" doc:"Of From and of the registration; empty: the outbound address's host"`
	ExpiresS  int          `json:"expires_s,omitempty" default:"300" doc:"What the registrar is asked for, in seconds"`
	Challenge bool         `json:"challenge,omitempty" doc:"Calls that it brings have to show the password too"`
	Priority  int          `json:"priority,omitempty" doc:"Lower is tried first, whatever it costs"`
	Rates     []trunk.Rate `json:"rates,omitempty" nullable:"false" doc:"What a minute costs, by the longest prefix; none: it goes everywhere, for nothing"`
	MaxCalls  int          `json:"max_calls,omitempty" doc:"Calls at once, in each telephony process; 0: any number"`
	MaxCPS    int          `json:"max_cps,omitempty" doc:"New calls a second, in each telephony process; 0: any number"`
	NumberIn  form.Form    `json:"number_in,omitempty" doc:"How it writes numbers"`
	NumberOut form.Form    `json:"number_out,omitempty" doc:"How it wants numbers"`
	CallerIn  string       `json:"caller_in,omitempty" enum:"from,asserted,remote_party" default:"from" doc:"Where the caller's number stands: From, P-Asserted-Identity or Remote-Party-ID"`
	CallerOut string       `json:"caller_out,omitempty" enum:"from,asserted,remote_party" default:"from" doc:"Where it is put"`
	Reliable  bool         `json:"reliable" doc:"Its 100rel works"`
	Ping      bool         `json:"ping" doc:"It answers OPTIONS"`
}

// Trunk is a carrier's way in and out.
type Trunk struct {
	ID uuid.UUID `json:"id" format:"uuid"`
	Settings
	HasPassword bool       `json:"has_password"`
	Enabled     bool       `json:"enabled" doc:"Is not switched off"`
	State       string     `json:"state" enum:"open,draining,off" doc:"draining: no new calls, those that are up go on"`
	CreatedAt   time.Time  `json:"created_at"`
	ChangedAt   *time.Time `json:"changed_at"`
	Seen        []Seen     `json:"seen" nullable:"false" doc:"By each telephony process that runs"`
}

// Seen is what a telephony process sees of a trunk. Its fields are those of
// trunk.Seen, in their order.
type Seen struct {
	Node            string          `json:"node"`
	Health          string          `json:"health" enum:"unknown,up,degraded,down" doc:"By OPTIONS and by the calls themselves"`
	RTTMS           int             `json:"rtt_ms" doc:"Of the last OPTIONS, in milliseconds"`
	Calls           int             `json:"calls" doc:"That are up"`
	CPS             int             `json:"cps" doc:"New ones within the last second"`
	Registration    string          `json:"registration" enum:",trying,registered,refused" doc:"Empty: we don't register there"`
	RegisteredUntil *time.Time      `json:"registered_until"`
	Trouble         string          `json:"trouble" doc:"The last failure, in the words of the carrier or of the system"`
	TroubleAt       *time.Time      `json:"trouble_at"`
	Machines        []trunk.Machine `json:"machines" nullable:"false"`
	At              time.Time       `json:"at"`
}

func show(t trunk.Trunk) Trunk {
	out := Trunk{
		ID: t.ID, Settings: Settings(t.Settings), HasPassword: t.HasPassword, Enabled: t.State != "off", State: t.State,
		CreatedAt: t.CreatedAt, ChangedAt: t.ChangedAt, Seen: []Seen{},
	}
	for _, s := range t.Seen {
		out.Seen = append(out.Seen, Seen(s))
	}
	return out
}
