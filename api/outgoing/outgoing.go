// Package outgoing serves /outgoing: whom a shop may call, for how much, and
// what it has done.
package outgoing

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/outgoing"
)

// Handler serves calls out.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-outgoing", "GET /outgoing", "Limits of the shop's calls out, and what it has used of them",
		h.guard.Allow(session.Owner, session.Manager, session.Supervisor, session.Finance, session.Admin)), h.get)
	huma.Register(a, web.Op("set-outgoing-limits", "PUT /outgoing/limits", "Change the limits of the shop's calls out", h.guard.Allow(session.Owner, session.Admin),
		web.Says("An owner stays within most; an admin may go beyond. Premium-rate, satellite and emergency numbers and the platform's own are never called, whatever is allowed.")), h.set)
	huma.Register(a, web.Op("list-countries", "GET /outgoing/countries", "Countries that can be allowed, by their code",
		h.guard.Allow(session.Owner, session.Manager, session.Supervisor, session.Finance, session.Admin)), h.countries)
}

// OutgoingLimits is what a shop may do.
type OutgoingLimits struct {
	Enabled   bool     `json:"enabled" doc:"Calls go out at all"`
	Countries []string `json:"countries" nullable:"false" maxItems:"250" doc:"That may be called besides the shop's own: ISO 3166" example:"[\"KZ\"]"`
	Hour      int      `json:"calls_per_hour" minimum:"0"`
	HourEach  int      `json:"operator_calls_per_hour" minimum:"0" doc:"Of one operator"`
	Minutes   int      `json:"minutes_per_day" minimum:"0" doc:"Talked in 24 hours, all calls together"`
	HourSpend int64    `json:"spend_per_hour" minimum:"0" doc:"Minor units"`
	DaySpend  int64    `json:"spend_per_day" minimum:"0" doc:"Minor units, in 24 hours"`
	AtOnce    int      `json:"at_once" minimum:"0" doc:"Calls out that are up"`
}

// Outgoing is the limits with what was used.
type Outgoing struct {
	Home      string            `json:"home" doc:"The shop's own country, which needs no allowing" example:"RU"`
	Currency  string            `json:"currency" example:"RUB"`
	Limits    OutgoingLimits    `json:"limits"`
	Most      OutgoingLimits    `json:"most" doc:"What an owner may set"`
	ChangedAt *time.Time        `json:"changed_at" doc:"Null: the defaults hold"`
	Use       OutgoingUse       `json:"use"`
	Refused   []OutgoingRefusal `json:"refused" nullable:"false" doc:"Calls that did not go out in the last 24 hours, the most first"`
}

// OutgoingUse is what was done: of the last hour and the last 24 hours. A call that is
// up counts with what is paid for in advance.
type OutgoingUse struct {
	Hour      int   `json:"calls_last_hour"`
	Minutes   int   `json:"minutes_last_day"`
	HourSpend int64 `json:"spent_last_hour" doc:"Minor units"`
	DaySpend  int64 `json:"spent_last_day" doc:"Minor units"`
	AtOnce    int   `json:"up"`
}

// OutgoingRefusal is how often calls did not go out for a reason.
type OutgoingRefusal struct {
	Reason string `json:"reason" enum:"off,emergency,unreadable,short,own,premium,satellite,special,nowhere,country,caller,at_once,operator_hour,hour,minutes,spend_hour,spend_day,too_long"`
	Path   string `json:"path" enum:"desk,transfer,refer,redirect,callback,overflow,dialler" doc:"By which way they were asked for"`
	Times  int    `json:"times"`
}

// minor is how many millionths a minor unit has.
const minor = 10_000

func show(l outgoing.Limits) OutgoingLimits {
	return OutgoingLimits{l.Enabled, l.Countries, l.Hour, l.HourEach, l.DayMinutes, int64(l.HourSpend) / minor, int64(l.DaySpend) / minor, l.AtOnce}
}

type answer struct{ Body Outgoing }

func (h *Handler) get(ctx context.Context, in *session.Shop) (*answer, error) {
	out := &answer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) error {
		l, err := outgoing.Take(tx)
		if err != nil {
			return err
		}
		out.Body, err = h.whole(tx, l)
		return err
	})
	return out, err
}

// whole adds what was used.
func (h *Handler) whole(tx tenant.Tx, l outgoing.Limits) (Outgoing, error) {
	now := h.now()
	u, err := outgoing.Used(tx, uuid.Nil, now)
	if err != nil {
		return Outgoing{}, err
	}
	refused, err := outgoing.Refused(tx, now.Add(-24*time.Hour))
	if err != nil {
		return Outgoing{}, err
	}
	most := outgoing.Most()
	most.Enabled, most.Countries = true, []string{}
	out := Outgoing{
		Home: string(l.Home), Currency: l.Currency, Limits: show(l), Most: show(most), Refused: []OutgoingRefusal{},
		Use: OutgoingUse{u.Hour, int(u.TalkOfDay / 60_000), int64(u.SpentOfHour) / minor, int64(u.SpentOfDay) / minor, u.Up},
	}
	if !l.ChangedAt.IsZero() {
		out.ChangedAt = &l.ChangedAt
	}
	for _, r := range refused {
		out.Refused = append(out.Refused, OutgoingRefusal(r))
	}
	return out, nil
}

type change struct {
	session.Shop
	Body OutgoingLimits
}

func (h *Handler) set(ctx context.Context, in *change) (*answer, error) {
	out := &answer{}
	b := in.Body
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		l, err := outgoing.Take(tx)
		if err != nil {
			return err
		}
		l.Enabled, l.Countries, l.Hour, l.HourEach, l.DayMinutes, l.AtOnce = b.Enabled, b.Countries, b.Hour, b.HourEach, b.Minutes, b.AtOnce
		if l, err = outgoing.Set(tx, l.Spending(b.HourSpend, b.DaySpend), h.now()); err != nil {
			return err
		}
		out.Body, err = h.whole(tx, l)
		return err
	})
	return out, err
}

// Country is one that can be allowed.
type Country struct {
	Code   string `json:"code" example:"KZ"`
	NameRu string `json:"name_ru"`
	NameEn string `json:"name_en"`
	Hot    bool   `json:"hot" doc:"Calls there are dear, or stolen often"`
}

func (h *Handler) countries(context.Context, *struct{}) (*web.List[Country], error) {
	return web.All(outgoing.Countries(), func(c outgoing.Country) Country { return Country{c.Code, c.Ru, c.En, c.Hot} }), nil
}
