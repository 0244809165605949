package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/orders"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/draft"
	"switchboard/tenant/live"
	"switchboard/tenant/order"
)

// inCall runs fn in the shop of the call in hand; any other is fault.NotFound.
func (h *Handler) inCall(ctx context.Context, call uuid.UUID, fn func(tenant.Tx) error) error {
	d, err := h.guard.EnterCall(ctx, call)
	if err != nil {
		return err
	}
	return h.guard.Through(ctx, d, fn)
}

func (h *Handler) getDraft(ctx context.Context, in *CallPath) (*draftAnswer, error) {
	out := &draftAnswer{}
	err := h.inCall(ctx, in.ID, func(tx tenant.Tx) error {
		d, err := draft.Take(tx, in.ID)
		if err != nil {
			return err
		}
		out.Body, err = showDraft(d, tx.Scope().Actor())
		return err
	})
	return out, err
}

func (h *Handler) saveDraft(ctx context.Context, in *saveDraft) (*draftAnswer, error) {
	body, err := json.Marshal(in.Body.Body)
	if err != nil {
		return nil, fmt.Errorf("write the draft of call %s: %w", in.ID, err)
	}
	out := &draftAnswer{}
	err = h.inCall(ctx, in.ID, func(tx tenant.Tx) error {
		d, err := draft.Save(tx, in.ID, draft.Change{Revision: in.Body.Revision, Body: body}, h.now())
		if err != nil {
			return overtaken(err, tx.Scope().Actor())
		}
		out.Body, err = showDraft(d, tx.Scope().Actor())
		return err
	})
	return out, err
}

// overtaken adds to a refusal the draft that is kept.
func overtaken(err error, actor string) error {
	var s draft.Stale
	if !errors.As(err, &s) {
		return err
	}
	kept, broken := showDraft(s.Kept, actor)
	if broken != nil {
		return broken
	}
	return web.Stale(kept, err)
}

func showDraft(d draft.Draft, actor string) (Draft, error) {
	out := Draft{CallID: d.CallID, Revision: d.Revision, SavedByMe: d.Revision > 0 && d.SavedBy == actor}
	if d.Revision > 0 {
		out.SavedAt = &d.SavedAt
	}
	if err := json.Unmarshal(d.Body, &out.Body); err != nil {
		return out, fmt.Errorf("read the draft of call %s: %w", d.CallID, err)
	}
	return out, nil
}

func (h *Handler) orderDraft(ctx context.Context, in *orderDraft) (*orderAnswer, error) {
	d, err := h.guard.EnterCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	r := once.Request{Key: in.Key, Operation: "order-draft " + in.ID.String(), Body: in.Body}
	out, err := once.Do(ctx, h.guard, d, r, func(tx tenant.Tx) (*orderAnswer, error) {
		o, err := h.order(tx, in)
		if err != nil {
			return nil, overtaken(err, tx.Scope().Actor())
		}
		return &orderAnswer{orders.Show(o, tx.Scope().Role())}, nil
	})
	if err != nil {
		return nil, err
	}
	h.tell(live.Hint{Shop: d.Scope.Shop(), Kind: live.Order, ID: out.Body.ID, State: out.Body.Status})
	return out, nil
}

func (h *Handler) order(tx tenant.Tx, in *orderDraft) (order.Order, error) {
	o, err := draft.Make(tx, in.ID, in.Body.Revision, h.now())
	if err != nil || !in.Body.Confirm {
		return o, err
	}
	return order.Confirm(tx, o.ID, h.now())
}
