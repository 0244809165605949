package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/hours"
	"switchboard/tenant/task"
)

// registerCallbacks adds what an operator does with buyers who were missed.
func (h *Handler) registerCallbacks(a huma.API, operators web.Option) {
	huma.Register(a, web.Op("list-desk-callbacks", "GET /desk/callbacks", "Buyers whom I may call back, the soonest due first", operators,
		web.Says("Of the shops and the skill that I serve, which nobody else has taken. Of the buyer no more is told than an offer's card does.")), h.callbacks)
	huma.Register(a, web.Op("call-desk-callback", "POST /desk/callbacks/{id}/call", "Call the buyer back", operators,
		web.Says("My telephone rings, or my page; as soon as I have taken it the buyer's does. A conflict has a code: outside_hours, taken, task_closed, no_buyer, no_phone, not_now.")), h.callBack)
}

// OwedCallback is what is owed to a buyer, as an operator sees it who has not called.
type OwedCallback struct {
	ID        uuid.UUID `json:"id" format:"uuid" doc:"Of the task"`
	Shop      ShopCard  `json:"shop"`
	Phone     string    `json:"phone" doc:"The buyer's number, masked"`
	Queue     string    `json:"queue"`
	Reason    string    `json:"reason" enum:"abandoned,busy,failed,closed,voicemail," doc:"Why the call was lost; empty for what was promised"`
	Subject   string    `json:"subject" doc:"What was promised; empty for a lost call"`
	LostAt    time.Time `json:"lost_at"`
	DueAt     time.Time `json:"due_at"`
	Overdue   bool      `json:"overdue"`
	Mine      bool      `json:"mine" doc:"I have taken it"`
	Attempts  int       `json:"attempts" doc:"That reached nobody, of those that the shop allows"`
	Most      int       `json:"most_attempts"`
	Last      string    `json:"last" enum:"answered,busy,silent,refused,failed,barred,dropped,rang,cut," doc:"What came of the last one; empty for none"`
	CallableS int       `json:"callable_in_s" doc:"0: by the shop's hours the buyer may be called now; else in how many seconds"`
}

type callbacks struct {
	Body struct {
		Items []OwedCallback `json:"items" nullable:"false"`
	}
}

func (h *Handler) callbacks(ctx context.Context, _ *struct{}) (*callbacks, error) {
	out := &callbacks{}
	out.Body.Items = []OwedCallback{}
	err := h.db.Across(ctx, "what is owed to buyers of an operator's shops", func(tx tenant.AcrossTx) error {
		owed, err := task.OwedTo(tx, session.Who(ctx).Account)
		if err != nil {
			return err
		}
		shops, err := shopCards(tx, owed)
		if err != nil {
			return err
		}
		for _, o := range owed {
			c, err := h.owed(o, shops[o.ShopID])
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, c)
		}
		return nil
	})
	return out, err
}

func (h *Handler) owed(o task.Owed, shop ShopCard) (OwedCallback, error) {
	now := h.now()
	wait, err := callableIn(o.Hours, shop.Timezone, now)
	return OwedCallback{
		ID: o.ID, Shop: shop, Phone: o.Phone.Masked(), Queue: o.Queue, Reason: string(o.Reason), Subject: o.Subject, LostAt: o.LostAt, DueAt: o.DueAt,
		Overdue: now.After(o.DueAt), Mine: o.Mine, Attempts: o.Attempts, Most: o.MostTries, Last: string(o.Last), CallableS: int(wait / time.Second),
	}, err
}

// callableIn is how long it is until buyers are called.
func callableIn(source json.RawMessage, zone string, now time.Time) (time.Duration, error) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return 0, fmt.Errorf("zone of a shop: %w", err)
	}
	week, err := hours.Parse(source)
	if err != nil {
		return 0, fmt.Errorf("hours in which buyers are called: %w", err)
	}
	next, ever := week.Next(now.In(place))
	if !ever {
		return 7 * 24 * time.Hour, nil
	}
	return next.Sub(now), nil
}

func shopCards(tx tenant.AcrossTx, owed []task.Owed) (map[uuid.UUID]ShopCard, error) {
	ids := make([]uuid.UUID, 0, len(owed))
	for _, o := range owed {
		ids = append(ids, o.ShopID)
	}
	rows, err := tx.Rows("select id, slug, name_ru, name_en, spoken_ru, spoken_en, timezone, language, colour from house.shop where id = any ($1)", ids)
	if err != nil {
		return nil, fmt.Errorf("read the shops of callbacks: %w", err)
	}
	defer rows.Close()
	cards := map[uuid.UUID]ShopCard{}
	for rows.Next() {
		var s ShopCard
		if err := rows.Scan(&s.ID, &s.Slug, &s.NameRu, &s.NameEn, &s.SpokenRu, &s.SpokenEn, &s.Timezone, &s.Language, &s.Colour); err != nil {
			return nil, fmt.Errorf("read the shops of callbacks: %w", err)
		}
		cards[s.ID] = s
	}
	return cards, rows.Err()
}

type callbackPath struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the task"`
}

func (h *Handler) callBack(ctx context.Context, in *callbackPath) (*answer, error) {
	var shop tenant.ID
	err := h.db.Across(ctx, "whose buyer an operator calls back", func(tx tenant.AcrossTx) (err error) {
		shop, err = task.ShopOf(tx, in.ID, session.Who(ctx).Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.do(ctx, command.Order{Verb: command.Dial, Task: in.ID, Shop: shop.UUID()})
}
