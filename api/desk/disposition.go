package desk

import (
	"context"

	"switchboard/api/once"
	"switchboard/tenant"
	"switchboard/tenant/disposition"
	"switchboard/tenant/live"
)

func (h *Handler) getDisposition(ctx context.Context, in *CallPath) (*dispositionAnswer, error) {
	out := &dispositionAnswer{}
	err := h.inCall(ctx, in.ID, func(tx tenant.Tx) error {
		d, err := disposition.Take(tx, in.ID)
		out.Body = showDisposition(d)
		return err
	})
	return out, err
}

func (h *Handler) setDisposition(ctx context.Context, in *setDisposition) (*dispositionAnswer, error) {
	d, err := h.guard.EnterCall(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	w := disposition.Word{Outcome: in.Body.Outcome, Note: in.Body.Note}
	if c := in.Body.Callback; c != nil {
		w.Promise = &disposition.Promise{DueAt: c.DueAt, Subject: c.Subject}
	}
	r := once.Request{Key: in.Key, Operation: "set-disposition " + in.ID.String(), Body: in.Body}
	out, err := once.Do(ctx, h.guard, d, r, func(tx tenant.Tx) (*dispositionAnswer, error) {
		said, err := disposition.Say(tx, in.ID, w, h.now())
		if err != nil {
			return nil, err
		}
		return &dispositionAnswer{showDisposition(said)}, nil
	})
	if err == nil && out.Body.Callback != nil {
		h.tell(live.Hint{Shop: d.Scope.Shop(), Kind: live.Task, ID: out.Body.Callback.TaskID, State: out.Body.Callback.State})
	}
	return out, err
}

func showDisposition(d disposition.Disposition) Disposition {
	out := Disposition{CallID: d.CallID, Options: append([]string{}, d.Options...), Proposed: orNil(d.Proposed), Outcome: orNil(d.Outcome), Note: d.Note}
	if d.Outcome != "" {
		out.At = &d.SaidAt
	}
	if t := d.Callback; t != nil {
		out.Callback = &DispositionCallback{t.ID, t.DueAt, t.Subject, string(t.State)}
	}
	return out
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
