// Package buyers serves /buyers: a shop's own customers.
package buyers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
)

// Handler serves the buyers of a shop.
type Handler struct {
	db    *tenant.DB
	guard *session.Guard
	now   func() time.Time
}

// New returns a Handler. db is for what a buyer has outside the shop's rows.
func New(db *tenant.DB, g *session.Guard, now func() time.Time) *Handler {
	return &Handler{db, g, now}
}

// Whoever sells for the shop reads its buyers; the platform's people see that
// there are some, and who they are is masked. An operator has the card of the
// call in hand (/calls/{id}/buyer).
var (
	readers = []session.Role{session.Owner, session.Manager, session.Specialist, session.Supervisor, session.Admin}
	writers = []session.Role{session.Owner, session.Manager}
)

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	read, write := h.guard.Allow(readers...), h.guard.Allow(writers...)
	huma.Register(a, web.Op("list-buyers", "GET /buyers", "Buyers of the shop, the latest changed first", read,
		web.Says("Who need not know a number sees it masked and no names, and may not search.")), h.list)
	huma.Register(a, web.Op("get-buyer", "GET /buyers/{id}", "A buyer with what there was", read), h.get)
	huma.Register(a, web.Op("save-buyer", "PUT /buyers/{id}", "Replace what is written on a buyer's card", write,
		web.Says("If-Match carries the ETag of the card that was edited. If somebody saved another meanwhile, the answer is 412 and theirs stays.")), h.save)
	huma.Register(a, web.Op("block-buyer", "POST /buyers/{id}/block", "Put a buyer on the blacklist", write,
		web.Says("Operators are warned in a call, and whoever uploads orders; nobody is refused by a machine.")), h.block)
	huma.Register(a, web.Op("unblock-buyer", "POST /buyers/{id}/unblock", "Take a buyer off the blacklist", write), h.unblock)
	huma.Register(a, web.Op("merge-buyer", "POST /buyers/{id}/merge", "Merge a duplicate into a buyer", write,
		web.Says("Numbers, orders, consents and segments go to this buyer, and calls follow their numbers. Nothing undoes it.")), h.merge)
	huma.Register(a, web.Op("note-consent", "POST /buyers/{id}/consents", "Note what a buyer agreed to or took back", write), h.consent)
	huma.Register(a, web.Op("export-buyer", "GET /buyers/{id}/export", "All that is kept of a buyer, to be handed to them", write), h.export)
	huma.Register(a, web.Op("erase-buyer", "POST /buyers/{id}/erase", "Forget a buyer", h.guard.Allow(session.Owner),
		web.Says("Takes away the card, the numbers, addresses of orders, what was said, typed and recorded in their calls. Calls, orders and charges stay without the person. "+
			"It is refused while a recording is held for the law or a call of theirs is not over. Nothing undoes it.")), h.erase)
	load := web.Op("import-buyers", "POST /buyers/import", "Read buyers from a CSV file", write,
		web.Says("Without apply it only tells what would be done. Lines that are wrong are told and left out. Read a second time it changes nothing. "+
			"Columns: phone (several parted by ;), name, address, note, segments, blacklist (the reason), redeemed, refused; headings may be Russian."))
	load.MaxBodyBytes = mostUpload
	huma.Register(a, load, h.load)
}

// mostUpload is a file of sheet.MostBytes in base64, with what is around it.
const mostUpload = 2 << 20

type query struct {
	session.Shop
	web.Paging
	Text    string `query:"q" maxLength:"100" doc:"Of the name or the address, or digits of a number"`
	Segment string `query:"segment" maxLength:"40" doc:"Only buyers of this segment"`
	Caution string `query:"caution" enum:"blocked,refuses" doc:"Only buyers who are on the blacklist, or who did not take something that was sent"`
}

func (h *Handler) list(ctx context.Context, q *query) (*web.List[BuyerRow], error) {
	after, err := q.After()
	if err != nil {
		return nil, err
	}
	var found []buyer.Row
	var next page.Cursor
	var role string
	err = h.guard.Within(ctx, q.Shop, func(tx tenant.Tx) error {
		role = tx.Scope().Role()
		f := buyer.Filter{Text: strings.TrimSpace(q.Text), Segment: strings.TrimSpace(q.Segment), Caution: buyer.Caution(q.Caution)}
		if f.Text != "" && !knows(role) {
			return fmt.Errorf("search buyers as %s: %w", role, fault.Forbidden)
		}
		found, next, err = buyer.List(tx, f, after, q.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.Page(found, next, func(r buyer.Row) BuyerRow { return row(r, role) }), nil
}

// One names a buyer.
type One struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the buyer"`
}

type whole struct {
	ETag string `header:"ETag" doc:"Of the card"`
	Body BuyerWhole
}

func (h *Handler) get(ctx context.Context, in *One) (out *whole, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		r, err := buyer.Look(tx, in.ID)
		if err == nil {
			out, err = show(tx, r)
		}
		return err
	})
	return out, err
}

func tag(r buyer.Row) string { return `"` + strconv.FormatInt(r.UpdatedAt.UnixMicro(), 10) + `"` }

type save struct {
	One
	IfMatch string `header:"If-Match" required:"true" maxLength:"40" doc:"ETag of the card that was edited"`
	Body    BuyerForm
}

func (h *Handler) save(ctx context.Context, in *save) (*whole, error) {
	micros, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return nil, fault.Invalid{Field: "header.If-Match", Problem: "is not the ETag of a card"}
	}
	out, err := h.change(ctx, in.One, func(tx tenant.Tx) (buyer.Row, error) {
		return buyer.Save(tx, in.ID, in.Body.form(), time.UnixMicro(micros).UTC(), h.now())
	})
	if errors.Is(err, fault.Conflict) {
		return nil, &web.Problem{Title: http.StatusText(http.StatusPreconditionFailed), Status: http.StatusPreconditionFailed, Code: "changed",
			Detail: "Somebody saved the card meanwhile: read it, and edit that."}
	}
	return out, err
}

// change does something to a buyer and answers the whole of them.
func (h *Handler) change(ctx context.Context, in One, do func(tenant.Tx) (buyer.Row, error)) (out *whole, err error) {
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		r, err := do(tx)
		if err == nil {
			out, err = show(tx, r)
		}
		return err
	})
	return out, err
}

type block struct {
	One
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why: operators read it"`
	}
}

func (h *Handler) block(ctx context.Context, in *block) (*whole, error) {
	return h.change(ctx, in.One, func(tx tenant.Tx) (buyer.Row, error) { return buyer.Block(tx, in.ID, in.Body.Reason, h.now()) })
}

func (h *Handler) unblock(ctx context.Context, in *One) (*whole, error) {
	return h.change(ctx, *in, func(tx tenant.Tx) (buyer.Row, error) { return buyer.Unblock(tx, in.ID, h.now()) })
}

type merge struct {
	One
	Body struct {
		DuplicateID uuid.UUID `json:"duplicate_id" format:"uuid" doc:"The buyer who is no more afterwards"`
		Confirm     string    `json:"confirm" maxLength:"40" doc:"The duplicate's first number, as its card has it"`
	}
}

func (h *Handler) merge(ctx context.Context, in *merge) (*whole, error) {
	return h.change(ctx, in.One, func(tx tenant.Tx) (buyer.Row, error) {
		return buyer.Merge(tx, buyer.Merger{Kept: in.ID, Duplicate: in.Body.DuplicateID, Confirm: in.Body.Confirm}, h.now())
	})
}

type consent struct {
	One
	Body NewConsent
}

func (h *Handler) consent(ctx context.Context, in *consent) (*whole, error) {
	return h.change(ctx, in.One, func(tx tenant.Tx) (buyer.Row, error) {
		c := buyer.Consent{BuyerID: in.ID, Purpose: buyer.Purpose(in.Body.Purpose), Given: in.Body.Given, Source: in.Body.Source, Wording: in.Body.Wording}
		if _, err := buyer.NoteConsent(tx, c, h.now()); err != nil {
			return buyer.Row{}, err
		}
		return buyer.Look(tx, in.ID)
	})
}
