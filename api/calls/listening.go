package calls

import (
	"context"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
)

// Listening is where a browser may play a recording.
type Listening struct {
	URL    string    `json:"url" doc:"On this server; signed, for who asked and while their session lives"`
	Lapses time.Time `json:"lapses_at" doc:"From then on it plays nothing: ask for another"`
}

type listening struct{ Body Listening }

// pause is how long somebody may stop in the middle of a recording before its
// address lapses.
const pause = 15 * time.Minute

func (h *Handler) ask(ctx context.Context, in *one) (*listening, error) {
	var t tape
	var shop tenant.ID
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		shop = tx.Scope().Shop()
		if t, err = h.ready(tx, in.ID); err != nil {
			return err
		}
		return noteListening(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	until := h.now().Add(pause + time.Duration(t.rec.DurationMS)*time.Millisecond)
	token, err := h.guard.SignLink(ctx, session.Link{Shop: shop, Thing: in.ID, Until: until})
	if err != nil {
		return nil, err
	}
	return &listening{Listening{web.Prefix + "/sound?token=" + url.QueryEscape(token), until}}, nil
}

type token struct {
	Form
	Token string `query:"token" required:"true" maxLength:"1000" doc:"Of the address"`
}

// play looks each time whether who asked for the address may still listen, and
// whether there is still something to hear.
func (h *Handler) play(ctx context.Context, in *token) (*huma.StreamResponse, error) {
	d, link, err := h.guard.FollowLink(ctx, in.Token, listeners...)
	if err != nil {
		return nil, err
	}
	var t tape
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		t, err = h.ready(tx, link.Thing)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.stream(ctx, t, in.Form)
}
