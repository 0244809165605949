package desk

import (
	"context"
	"time"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/ticket"
)

type ticketAnswer struct {
	Body struct {
		Ticket string `json:"ticket" doc:"To be sent to /rtc, once"`
		GoodS  int64  `json:"good_s" doc:"For how long it is good" example:"30"`
	}
}

func (h *Handler) ticket(ctx context.Context, _ *struct{}) (*ticketAnswer, error) {
	out := &ticketAnswer{}
	out.Body.GoodS = int64(ticket.Good / time.Second)
	err := h.db.Across(ctx, "let an operator's browser in", func(tx tenant.AcrossTx) (err error) {
		out.Body.Ticket, err = ticket.Issue(tx, session.Who(ctx).Account)
		return err
	})
	return out, err
}
