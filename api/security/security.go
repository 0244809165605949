// Package security serves /security and /alerts: who is kept out of the
// telephones, and what was unusual.
package security

import (
	"cmp"
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/alert"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// Phones is the switch, which keeps people out.
type Phones interface {
	// Security returns who is kept out of each node.
	Security(ctx context.Context) ([]command.Security, error)
	// Pardon lets an address in again, or answers fault.NotFound.
	Pardon(ctx context.Context, p command.Pardon) error
}

// Handler serves security.
type Handler struct {
	db     *tenant.DB
	guard  *session.Guard
	phones Phones
	now    func() time.Time
}

// New returns a Handler that asks the switch through phones.
func New(db *tenant.DB, g *session.Guard, phones Phones, now func() time.Time) *Handler {
	return &Handler{db, g, phones, now}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	watchers := h.guard.Allow(session.Supervisor, session.Admin)
	huma.Register(a, web.Op("get-security", "GET /security", "Who is kept out of the telephones now, and what was refused", watchers), h.get)
	huma.Register(a, web.Op("pardon-address", "POST /security/pardon", "Let an address in again that was banned or locked out", h.guard.Allow(session.Admin)), h.pardon)
	huma.Register(a, web.Op("list-alerts", "GET /alerts", "What was unusual, the newest first", watchers), h.alerts)
	huma.Register(a, web.Op("see-alert", "POST /alerts/{id}/see", "Note that one has looked at an alert", watchers,
		web.Says("Whoever looks first is kept.")), h.see)
}

// Security is who is kept out of all nodes.
type Security struct {
	Nodes   []SecurityNode    `json:"nodes" nullable:"false"`
	Bans    []Ban             `json:"bans" nullable:"false" doc:"Addresses that get no answer, the longest first"`
	Locks   []Lock            `json:"locks" nullable:"false" doc:"Addresses whose passwords are not looked at"`
	Refused []RefusedMessages `json:"refused" nullable:"false" doc:"Messages that were refused since each node began, the most first"`
}

// SecurityNode is a telephony process.
type SecurityNode struct {
	Name  string    `json:"name"`
	Since time.Time `json:"since" doc:"When it began, and its counts"`
}

// Ban is an address that gets no answer.
type Ban struct {
	Node     string    `json:"node"`
	Address  string    `json:"address" example:"192.0.2.9"`
	Why      string    `json:"why" enum:"scanner,malformed,method,password,locked,replay,rate,stranger" doc:"The worst that it did"`
	Until    time.Time `json:"until"`
	Times    int       `json:"times" doc:"That it was banned; each time for longer"`
	Offences int       `json:"offences" doc:"In all"`
	SeenAt   time.Time `json:"seen_at" doc:"Its last offence"`
}

// Lock is an address whose passwords are not looked at.
type Lock struct {
	Node     string    `json:"node"`
	Address  string    `json:"address"`
	User     string    `json:"user" doc:"Of the telephone; empty: whatever user it names"`
	Failures int       `json:"failures"`
	Until    time.Time `json:"until"`
}

// RefusedMessages is how many messages were refused for a reason.
type RefusedMessages struct {
	Why   string `json:"why" enum:"stranger,scanner,banned,rate,malformed,unreadable,replay,password,overload,shop_rate"`
	Times int64  `json:"times"`
}

type answer struct{ Body Security }

func (h *Handler) get(ctx context.Context, _ *struct{}) (*answer, error) {
	nodes, err := h.phones.Security(ctx)
	if err != nil {
		return nil, err
	}
	out := &answer{Security{Nodes: []SecurityNode{}, Bans: []Ban{}, Locks: []Lock{}, Refused: []RefusedMessages{}}}
	s, refused := &out.Body, map[string]int64{}
	for _, n := range nodes {
		s.Nodes = append(s.Nodes, SecurityNode{n.Node, n.Since})
		for _, b := range n.Bans {
			s.Bans = append(s.Bans, Ban{n.Node, b.Address.String(), b.Why, b.Until, b.Times, b.Offences, b.Seen})
		}
		for _, l := range n.Locks {
			s.Locks = append(s.Locks, Lock{n.Node, l.Address.String(), l.User, l.Failures, l.Until})
		}
		for why, times := range n.Refused {
			refused[why] += times
		}
	}
	for why, times := range refused {
		s.Refused = append(s.Refused, RefusedMessages{why, times})
	}
	slices.SortFunc(s.Refused, func(a, b RefusedMessages) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Why, b.Why))
	})
	return out, nil
}

type pardon struct {
	Body struct {
		Address string `json:"address" maxLength:"45" doc:"As it stands in the list" example:"192.0.2.9"`
	}
}

func (h *Handler) pardon(ctx context.Context, in *pardon) (*struct{}, error) {
	a, err := netip.ParseAddr(in.Body.Address)
	if err != nil {
		return nil, fault.Invalid{Field: "address", Problem: "is no address of the network"}
	}
	if err := h.phones.Pardon(ctx, command.Pardon{Address: a}); err != nil {
		return nil, err
	}
	return nil, h.db.Across(ctx, "note a pardon", func(tx tenant.AcrossTx) error {
		return tenant.AuditAcross(tx, "staff:"+session.Who(ctx).Account.String(), "security.pardon", a.String(), nil)
	})
}

// Alert is something unusual.
type Alert struct {
	ID      uuid.UUID      `json:"id" format:"uuid"`
	At      time.Time      `json:"at" doc:"When it was noticed first"`
	LastAt  time.Time      `json:"last_at"`
	Times   int            `json:"times"`
	Kind    string         `json:"kind" doc:"inbound, outbound, refused: calls in an hour unlike the usual; country: never called before; banned; phone_offence; shop_rate; trunk_…: what a trunk sends" example:"outbound"`
	ShopID  *uuid.UUID     `json:"shop_id" format:"uuid"`
	Subject string         `json:"subject" doc:"What it is about: an address, a trunk, a country, a shop"`
	Detail  map[string]any `json:"detail" doc:"Ids and numbers"`
	SeenAt  *time.Time     `json:"seen_at"`
	SeenBy  *uuid.UUID     `json:"seen_by" format:"uuid" doc:"Account"`
}

func show(a alert.Alert) Alert {
	out := Alert{a.ID, a.At, a.LastAt, a.Times, a.Kind, a.ShopID, a.Subject, map[string]any{}, a.SeenAt, a.SeenBy}
	_ = json.Unmarshal(a.Detail, &out.Detail) // an object: we wrote it
	return out
}

type query struct {
	web.Paging
	Unseen bool `query:"unseen" doc:"Only those that nobody has looked at"`
}

func (h *Handler) alerts(ctx context.Context, q *query) (*web.List[Alert], error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	var found []alert.Alert
	var next page.Cursor
	err = h.db.Across(ctx, "list alerts", func(tx tenant.AcrossTx) error {
		found, next, err = alert.List(tx, q.Unseen, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, show), nil
}

type path struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the alert"`
}

func (h *Handler) see(ctx context.Context, in *path) (*struct{ Body Alert }, error) {
	var a alert.Alert
	err := h.db.Across(ctx, "see an alert", func(tx tenant.AcrossTx) (err error) {
		a, err = alert.See(tx, in.ID, session.Who(ctx).Account, h.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Alert }{show(a)}, nil
}
