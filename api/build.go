package api

import (
	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/apikeys"
	"switchboard/api/asked"
	"switchboard/api/buyers"
	"switchboard/api/calls"
	"switchboard/api/catalogue"
	"switchboard/api/comments"
	"switchboard/api/desk"
	"switchboard/api/events"
	"switchboard/api/exports"
	"switchboard/api/floor"
	"switchboard/api/lostcalls"
	"switchboard/api/members"
	"switchboard/api/menus"
	"switchboard/api/numbers"
	"switchboard/api/operators"
	"switchboard/api/orders"
	"switchboard/api/outgoing"
	"switchboard/api/queues"
	"switchboard/api/receivers"
	"switchboard/api/recordings"
	"switchboard/api/scripts"
	"switchboard/api/security"
	"switchboard/api/session"
	"switchboard/api/shops"
	"switchboard/api/sounds"
	"switchboard/api/summary"
	"switchboard/api/tasks"
	"switchboard/api/traces"
	"switchboard/api/trunks"
	"switchboard/api/voice"
	"switchboard/api/walks"
	"switchboard/api/web"
	"switchboard/tenant/live"
)

// Phones is the switch, as desks and floors see it.
type Phones interface {
	desk.Phones
	floor.Phones
	voice.Phones
	security.Phones
	traces.Phones
}

// parts are what New wires together and Run keeps going.
type parts struct {
	api    huma.API
	hub    *live.Hub
	teller *live.Teller
}

type resource interface{ Register(huma.API) }

// build wires every operation. With empty Deps it makes the contract only.
func build(d Deps, o session.Options, addr string) *API {
	a := &API{addr: addr, deps: d, guard: session.NewGuard(d.DB, o), metrics: web.NewMetrics()}
	a.router = web.New(web.Options{Log: d.Log, Metrics: a.metrics, Secure: o.Secure})
	a.parts.hub, a.parts.teller = live.NewHub(d.Redis), live.NewTeller(d.Redis)
	a.parts.api = web.NewAPI(a.router)
	a.parts.api.UseMiddleware(a.guard.Identify)
	for _, r := range a.resources(o) {
		r.Register(a.parts.api)
	}
	web.Complete(a.parts.api)
	a.serveContract()
	a.metrics.Registry().MustRegister(newAlarms(a))
	a.serveHealth()
	a.serveBrowsers()
	a.serveExchange()
	a.servePages()
	return a
}

func (a *API) resources(o session.Options) []resource {
	return []resource{
		a.guard,
		calls.New(a.guard, a.deps.Tapes, o.Now),
		recordings.New(a.guard, a.deps.Tapes.Masters, o.Now),
		comments.New(a.deps.DB, a.guard, o.Now),
		operators.New(a.deps.DB, a.guard),
		summary.New(a.guard),
		catalogue.New(a.guard, a.deps.Box, o.Now),
		asked.New(a.guard, o.Now),
		exports.New(a.guard),
		scripts.New(a.guard, o.Now),
		walks.New(a.guard, o.Now),
		buyers.New(a.deps.DB, a.guard, o.Now),
		orders.New(a.guard, a.parts.teller.Tell, o.Now),
		events.New(a.guard, a.parts.hub),
		lostcalls.New(a.guard),
		tasks.New(a.guard, a.parts.teller.Tell, o.Now),
		shops.New(a.deps.DB, a.guard, o.Now),
		members.New(a.deps.DB, a.guard),
		numbers.New(a.guard),
		queues.New(a.guard),
		menus.New(a.guard, o.Now),
		sounds.New(a.guard, a.deps.Media),
		voice.New(a.guard, a.deps.Phones),
		trunks.New(a.deps.DB, a.guard, a.deps.Box, o.Now),
		desk.New(a.deps.DB, a.guard, a.deps.Phones, desk.Live{Tell: a.parts.teller.Tell, Hub: a.parts.hub}, o.Now),
		outgoing.New(a.guard, o.Now),
		security.New(a.deps.DB, a.guard, a.deps.Phones, o.Now),
		traces.New(a.guard, a.deps.Phones),
		apikeys.New(a.guard, o.Now),
		receivers.New(a.guard, a.deps.Door, a.deps.Box, o.Now),
		floor.New(a.deps.DB, a.guard, a.deps.Phones, a.parts.hub),
	}
}

// Contract returns what the API says of itself.
func Contract() *huma.OpenAPI {
	return build(Deps{}, session.Options{}, "").parts.api.OpenAPI()
}
