package buyers

import (
	"context"
	"encoding/json"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/dossier"
)

// BuyerDossier is all that is kept of a buyer.
type BuyerDossier struct {
	MadeAt   time.Time       `json:"made_at"`
	Buyer    json.RawMessage `json:"buyer" doc:"The card"`
	Phones   []string        `json:"phones" nullable:"false"`
	Consents json.RawMessage `json:"consents"`
	Calls    json.RawMessage `json:"calls" doc:"With what was said, typed and noted in each"`
	Orders   json.RawMessage `json:"orders"`
	Tasks    json.RawMessage `json:"tasks"`
}

type export struct {
	Disposition string `header:"Content-Disposition"`
	Body        BuyerDossier
}

func (h *Handler) export(ctx context.Context, in *One) (out *export, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		d, err := dossier.Gather(tx, in.ID, h.now())
		out = &export{`attachment; filename="buyer-` + in.ID.String() + `.json"`, BuyerDossier(d)}
		return err
	})
	return out, err
}

type erase struct {
	One
	Body struct {
		Confirm string `json:"confirm" maxLength:"40" doc:"The buyer's first number, as the card has it"`
	}
}

// BuyerErased is the proof.
type BuyerErased struct {
	Calls      int `json:"calls" doc:"How many calls say nothing of the person any more"`
	Orders     int `json:"orders"`
	Recordings int `json:"recordings" doc:"How many were deleted"`
}

type erased struct{ Body BuyerErased }

// erase takes the buyer out of what is outside the shop's rows first: without
// the card nobody would know what to look for. Broken off between, it can be
// asked for again.
func (h *Handler) erase(ctx context.Context, in *erase) (*erased, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	var s dossier.Subject
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		if err := dossier.Confirmed(tx, in.ID, in.Body.Confirm); err != nil {
			return err
		}
		s, err = dossier.Find(tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = h.db.Across(ctx, "forget a buyer in what was set aside", func(tx tenant.AcrossTx) error { return dossier.Scrub(tx, s) })
	if err != nil {
		return nil, err
	}
	var done dossier.Erased
	err = h.guard.Through(ctx, d, func(tx tenant.Tx) error {
		if s, err = dossier.Find(tx, in.ID); err != nil {
			return err
		}
		done, err = dossier.Erase(tx, s, h.now())
		return err
	})
	return &erased{BuyerErased(done)}, err
}
