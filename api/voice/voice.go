// Package voice serves /voice: what the machine says for a shop, and when.
package voice

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Phones is who speaks.
type Phones interface {
	// Speak returns words as callers hear them, a WAV file.
	Speak(ctx context.Context, language, words string) ([]byte, error)
}

// Handler serves the voice of a shop.
type Handler struct {
	guard  *session.Guard
	phones Phones
}

// New returns a Handler.
func New(g *session.Guard, p Phones) *Handler { return &Handler{g, p} }

var (
	writers = []session.Role{session.Owner, session.Manager}
	readers = []session.Role{session.Owner, session.Manager, session.Supervisor, session.Admin}
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	huma.Register(a, web.Op("get-voice", "GET /voice", "What callers of the shop hear from the machine", h.guard.Allow(readers...)), h.get)
	huma.Register(a, web.Op("set-voice", "PUT /voice", "Change the greeting, and how long a lost operator is waited for", h.guard.Allow(writers...),
		web.Says("A voice speaks the new greeting within seconds; until then callers hear the stock one.")), h.set)
	huma.Register(a, web.Op("speak-voice", "POST /voice/speak", "Hear a text as callers would", h.guard.Allow(writers...),
		web.Streams("audio/wav", "One channel of 8 kHz")), h.speak)
	huma.Register(a, web.Op("set-queue-voice", "PUT /queues/{id}/voice", "Change what callers of a queue hear", h.guard.Allow(writers...)), h.setQueue)
	huma.Register(a, web.Op("set-number-voice", "PUT /numbers/{id}/voice", "Give a number a menu of its own, or take it away", h.guard.Allow(writers...)), h.setNumber)
}

// ShopVoice is all that the machine says.
type ShopVoice struct {
	Language     string        `json:"language" enum:"ru,en"`
	Greeting     string        `json:"greeting" enum:"standard,none" doc:"none: calls go straight to the queue, or to the menu"`
	GreetingText string        `json:"greeting_text" doc:"In the shop's own words; empty: the stock greeting"`
	AwaySeconds  int           `json:"away_seconds" doc:"How long a buyer hears music while the operator's browser is gone"`
	RefusalKey   string        `json:"refusal_key" enum:"0,1,2,3,4,5,6,7,8,9,*,#," doc:"By which a buyer ends the recording, as the greeting should tell them; empty: none. In a menu keys are the menu's"`
	Queues       []QueueVoice  `json:"queues" nullable:"false"`
	Numbers      []NumberVoice `json:"numbers" nullable:"false"`
}

// QueueVoice is what callers of a queue hear.
type QueueVoice struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name"`
	QueueSettings
}

// QueueSettings are those of QueueVoice that can be changed.
type QueueSettings struct {
	MenuID         *uuid.UUID `json:"menu_id" format:"uuid" doc:"What they meet before a person; null: nothing"`
	AnnounceS      int        `json:"announce_s" minimum:"0" maximum:"600" doc:"Seconds between two announcements of their place and, where it can be told honestly, their wait; 0: none, else at least 15"`
	OffersCallback bool       `json:"offers_callback" doc:"They may press 1, hang up, and are rung in their turn"`
	MusicID        *uuid.UUID `json:"music_id" format:"uuid" doc:"A sound of the shop; null: the stock music"`
}

// NumberVoice is a number with its menu.
type NumberVoice struct {
	ID     uuid.UUID  `json:"id" format:"uuid"`
	E164   string     `json:"e164"`
	MenuID *uuid.UUID `json:"menu_id" format:"uuid" doc:"Its own menu; null: that of its queue"`
}

type answer struct{ Body ShopVoice }

func (h *Handler) get(ctx context.Context, in *session.Shop) (*answer, error) {
	out := &answer{}
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		out.Body, err = read(tx)
		return err
	})
	return out, err
}

type setVoice struct {
	session.Shop
	Body shopSettings
}

type shopSettings struct {
	GreetingText string `json:"greeting_text" maxLength:"500" doc:"In the shop's own words; empty: the stock greeting"`
	AwaySeconds  int    `json:"away_seconds" minimum:"5" maximum:"600"`
	RefusalKey   string `json:"refusal_key,omitempty" enum:"0,1,2,3,4,5,6,7,8,9,*,#,"`
}

func (h *Handler) set(ctx context.Context, in *setVoice) (*answer, error) {
	words := strings.TrimSpace(in.Body.GreetingText)
	if words != "" && !speakable(words) {
		return nil, fault.Invalid{Field: "greeting_text", Problem: "a voice cannot speak this: write words"}
	}
	in.Body.GreetingText = words
	return h.change(ctx, in.Shop, func(tx tenant.Tx) error { return setShop(tx, in.Body) })
}

// speakable reports whether there is anything in a text that a voice can say.
func speakable(words string) bool {
	return strings.ContainsFunc(words, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func (h *Handler) change(ctx context.Context, shop session.Shop, do func(tenant.Tx) error) (*answer, error) {
	out := &answer{}
	err := h.guard.Within(ctx, shop, func(tx tenant.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		var err error
		out.Body, err = read(tx)
		return err
	})
	return out, err
}

type setQueue struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the queue"`
	Body QueueSettings
}

func (h *Handler) setQueue(ctx context.Context, in *setQueue) (*answer, error) {
	if s := in.Body.AnnounceS; s != 0 && s < 15 {
		return nil, fault.Invalid{Field: "announce_s", Problem: "at least 15 seconds: who is told more often hears no music"}
	}
	return h.change(ctx, in.Shop, func(tx tenant.Tx) error { return setQueueVoice(tx, in.ID, in.Body) })
}

type setNumber struct {
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the number"`
	Body struct {
		MenuID *uuid.UUID `json:"menu_id" format:"uuid" doc:"Its own menu; null: that of its queue"`
	}
}

func (h *Handler) setNumber(ctx context.Context, in *setNumber) (*answer, error) {
	return h.change(ctx, in.Shop, func(tx tenant.Tx) error { return setNumberMenu(tx, in.ID, in.Body.MenuID) })
}

type speakVoice struct {
	session.Shop
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"500"`
	}
}

func (h *Handler) speak(ctx context.Context, in *speakVoice) (*huma.StreamResponse, error) {
	language := ""
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		v, err := read(tx)
		language = v.Language
		return err
	})
	if err != nil {
		return nil, err
	}
	if !speakable(in.Body.Text) {
		return nil, fault.Invalid{Field: "text", Problem: "a voice cannot speak this: write words"}
	}
	file, err := h.phones.Speak(ctx, language, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "audio/wav")
		c.SetHeader("Cache-Control", "private, no-store")
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(file) // the client has gone if this fails
	}}, nil
}
