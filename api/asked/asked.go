// Package asked serves /asked: what buyers ask again and again, to be written on
// the shop's site.
package asked

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/asked"
)

// Handler serves what is asked.
type Handler struct {
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, now func() time.Time) *Handler { return &Handler{g, now} }

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("note-searches", "POST /asked/searches", "Count what was looked for in the catalogue",
		h.guard.Allow(session.Operator, session.Owner, session.Manager, session.Specialist),
		web.Says("The desk sends what was typed when the operator is done with it, several searches at once. Digits of telephones and addresses of mail are not kept.")), h.note)
	readers := h.guard.Allow(session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Admin)
	huma.Register(a, web.Op("list-topics", "GET /asked", "What is asked again and again: put this on the site", readers,
		web.Says("Searches that found nothing, frequent questions that operators opened, and searches. What was asked only once is left out: it may be about one person.")), h.topics)
	huma.Register(a, web.Op("export-topics", "GET /exports/asked.csv", "The same as a file", readers,
		web.Streams("text/csv", "Header and lines: kind, example, times, days, last day.")), h.export)
}

// Search is one search.
type Search struct {
	Text  string `json:"text" minLength:"1" maxLength:"200" doc:"As it was typed"`
	Found bool   `json:"found" doc:"Something was found"`
}

type note struct {
	session.Shop
	Body struct {
		Searches []Search `json:"searches" minItems:"1" maxItems:"50" nullable:"false"`
	}
}

type noted struct{ Status int }

func (h *Handler) note(ctx context.Context, in *note) (*noted, error) {
	searches := make([]asked.Search, len(in.Body.Searches))
	for i, s := range in.Body.Searches {
		searches[i] = asked.Search{Text: s.Text, Found: s.Found}
	}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return asked.Note(tx, searches, h.now()) })
	return &noted{http.StatusNoContent}, err
}

type span struct {
	session.Shop
	From  string `query:"from" required:"true" maxLength:"10" doc:"First day by the shop's clocks" example:"2026-11-01"`
	To    string `query:"to" required:"true" maxLength:"10" doc:"Last day" example:"2026-11-30"`
	Least int    `query:"least" minimum:"2" maximum:"1000" default:"2" doc:"Asked at least so often"`
}

// Topic is one thing that is asked about.
type Topic struct {
	Kind    string `json:"kind" enum:"nothing,card,search" doc:"nothing: searched, and nothing was there; card: a frequent question of a script, opened; search: searched and found"`
	Example string `json:"example" doc:"In the words of an operator, or of the script"`
	Times   int    `json:"times"`
	Days    int    `json:"days" doc:"On so many days"`
	Last    string `json:"last" format:"date" doc:"The last of these"`
}

// mostTopics is how many topics of a kind are listed.
const mostTopics = 200

func (h *Handler) read(ctx context.Context, in *span) (found []asked.Topic, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		days, err := asked.ParseDays(in.From, in.To)
		if err != nil {
			return err
		}
		found, err = asked.Topics(tx, days, in.Least, mostTopics)
		return err
	})
	return found, err
}

func (h *Handler) topics(ctx context.Context, in *span) (*web.List[Topic], error) {
	found, err := h.read(ctx, in)
	if err != nil {
		return nil, err
	}
	return web.All(found, func(t asked.Topic) Topic {
		return Topic{string(t.Kind), t.Example, t.Times, t.Days, t.Last.Format(time.DateOnly)}
	}), nil
}
