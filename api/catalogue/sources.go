package catalogue

import (
	"bytes"
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/once"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
)

// mostTable is how large a table may be whose columns are shown, in bytes: it is
// looked at while a person waits.
const mostTable = 32 << 20

func (h *Handler) registerSources(a huma.API) {
	huma.Register(a, web.Op("list-sources", "GET /catalogue/sources", "Where the feeds come from", h.guard.Allow(members...)), h.sources) // an address may hold a password
	huma.Register(a, web.Op("create-source", "POST /catalogue/sources", "Add a source", h.guard.Allow(keepers...),
		web.Says("By its address, or without one: then the shop's system sends the feed. One of the same address is a conflict.")), h.add)
	huma.Register(a, web.Op("save-source", "PUT /catalogue/sources/{id}", "Change a source", h.guard.Allow(keepers...)), h.save)
	huma.Register(a, web.Op("import-source", "POST /catalogue/sources/{id}/import", "Have a feed looked at now", h.guard.Allow(keepers...),
		web.Says("The reading appears among the snapshots when it is done.")), h.want)
	preview := web.Op("preview-table", "POST /catalogue/previews", "Look at the head of a table and guess what its columns are", h.guard.Allow(keepers...),
		web.Says("Of the file in the body, or of that at url. Nothing is kept."))
	preview.MaxBodyBytes = mostTable
	huma.Register(a, preview, h.preview)
	send := web.Op("send-feed", "POST /catalogue/sources/{id}/feed", "Send a feed to a source that is not fetched", h.guard.Allow(keepers...),
		web.Says("The whole assortment in the source's format; JSON is an object with items. The reading appears among the snapshots when it is done."))
	send.MaxBodyBytes = mostTable
	huma.Register(a, send, h.send)
}

// Source is where a feed comes from.
type Source struct {
	ID          uuid.UUID  `json:"id" format:"uuid"`
	Name        string     `json:"name"`
	Format      string     `json:"format" enum:"yml,merchant,commerceml,csv,xlsx,json,shopify,woocommerce,insales"`
	URL         string     `json:"url" doc:"Its address; a path for a feed that lies with the server; empty if the shop's system sends it"`
	Sent        bool       `json:"sent" doc:"The shop's system sends it"`
	EveryS      int        `json:"every_s" doc:"Seconds between two looks"`
	Paused      bool       `json:"paused" doc:"It is not looked at on schedule"`
	Login       string     `json:"login"`
	HasPassword bool       `json:"has_password" doc:"It is never told"`
	Mapping     Mapping    `json:"mapping"`
	CheckedAt   *time.Time `json:"checked_at" doc:"The last look"`
	Error       string     `json:"error" doc:"Of the last look; empty if it went well"`
	CreatedAt   time.Time  `json:"created_at"`
}

// Mapping says how a table, or a shop's answer, is read.
type Mapping struct {
	Sheet     string   `json:"sheet,omitempty" maxLength:"100" doc:"Of a workbook; empty: the first"`
	Delimiter string   `json:"delimiter,omitempty" maxLength:"4" doc:"Of columns in text; empty: guessed"`
	HeaderRow int      `json:"header_row,omitempty" minimum:"0" maximum:"1000" doc:"The row that names the columns; 0: guessed"`
	Currency  string   `json:"currency,omitempty" maxLength:"3" doc:"Of prices that name none; empty: rubles" example:"RUB"`
	PriceType string   `json:"price_type,omitempty" maxLength:"100" doc:"Of several prices in CommerceML, that which buyers pay; empty: the retail one"`
	Columns   []Column `json:"columns,omitempty" maxItems:"200" nullable:"false" doc:"None: all are guessed"`
}

// Column says what a column of a table is.
type Column struct {
	Header string `json:"header" maxLength:"1010" doc:"As it stands in the table"`
	Field  string `json:"field" enum:",id,sku,name,vendor,model,category,price,old_price,price_of,currency,available,stock,stock_at,barcode,url,picture,description,group_id,supplier,country,sales_notes,delivery_cost,delivery_days,related,accessories,param" doc:"Empty: it is not read"`
	Name   string `json:"name,omitempty" maxLength:"200" doc:"Of the property, the type of price or the warehouse"`
	Unit   string `json:"unit,omitempty" maxLength:"20" doc:"Of the property"`
}

func (m Mapping) domain() feed.Mapping {
	return feed.Mapping{
		Sheet: m.Sheet, Delimiter: m.Delimiter, HeaderRow: m.HeaderRow, Currency: m.Currency, PriceType: m.PriceType,
		Columns: each(m.Columns, func(c Column) feed.Column {
			return feed.Column{Header: c.Header, Field: feed.Field(c.Field), Name: c.Name, Unit: c.Unit}
		}),
	}
}

func columns(all []feed.Column) []Column {
	return each(all, func(c feed.Column) Column { return Column{c.Header, string(c.Field), c.Name, c.Unit} })
}

func source(s catalogue.Source) Source {
	out := Source{
		ID: s.ID, Name: s.Name, Format: s.Format, URL: s.Location, Sent: s.Sent(), EveryS: s.EveryS, Paused: s.Paused, Login: s.Login, HasPassword: len(s.SecretSealed) > 0,
		Mapping:   Mapping{s.Mapping.Sheet, s.Mapping.Delimiter, s.Mapping.HeaderRow, s.Mapping.Currency, s.Mapping.PriceType, columns(s.Mapping.Columns)},
		CheckedAt: s.CheckedAt, Error: s.Error, CreatedAt: s.CreatedAt,
	}
	if s.Sent() {
		out.URL = ""
	}
	return out
}

func (h *Handler) sources(ctx context.Context, in *session.Shop) (*web.List[Source], error) {
	var found []catalogue.Source
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		found, err = catalogue.Sources(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(found, source), nil
}

// Settings are what a person says of a source.
type Settings struct {
	Name     string  `json:"name,omitempty" maxLength:"200"`
	Format   string  `json:"format,omitempty" enum:"yml,merchant,commerceml,csv,xlsx,json,shopify,woocommerce,insales" default:"yml"`
	URL      string  `json:"url,omitempty" maxLength:"2000" doc:"Address of the feed, http or https; empty: the shop's system sends it" example:"https://shop.example/feed.yml"`
	EveryS   int     `json:"every_s,omitempty" default:"3600" minimum:"60" maximum:"604800" doc:"Seconds between two looks"`
	Paused   bool    `json:"paused,omitempty" doc:"Not on schedule"`
	Login    string  `json:"login,omitempty" maxLength:"200" doc:"At the server that is asked, or of the system that sends"`
	Password *string `json:"password,omitempty" maxLength:"500" doc:"Without a login a token; left out: as it was. It is kept sealed, and never told"`
	Mapping  Mapping `json:"mapping,omitempty"`
}

func (s Settings) domain() catalogue.Settings {
	return catalogue.Settings{Name: s.Name, Format: s.Format, URL: s.URL, EveryS: s.EveryS, Mapping: s.Mapping.domain(), Login: s.Login, Password: s.Password, Paused: s.Paused}
}

type add struct {
	session.Shop
	once.Key
	Body Settings
}

type sourceAnswer struct{ Body Source }

func (h *Handler) clerk() catalogue.Clerk { return catalogue.Clerk{Now: h.now(), Box: h.box} }

func (h *Handler) add(ctx context.Context, in *add) (*sourceAnswer, error) {
	d, err := h.guard.Enter(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return once.Do(ctx, h.guard, d, once.Request{Key: in.Key, Operation: "create-source", Body: in.Body}, func(tx tenant.Tx) (*sourceAnswer, error) {
		s, err := catalogue.Create(tx, in.Body.domain(), h.clerk())
		if err != nil {
			return nil, err
		}
		return &sourceAnswer{source(s)}, nil
	})
}

type save struct {
	path
	Body Settings
}

func (h *Handler) save(ctx context.Context, in *save) (*sourceAnswer, error) {
	out := &sourceAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := catalogue.Save(tx, in.ID, in.Body.domain(), h.clerk())
		out.Body = source(s)
		return err
	})
	return out, err
}

func (h *Handler) want(ctx context.Context, in *path) (*sourceAnswer, error) {
	out := &sourceAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := catalogue.Want(tx, in.ID, h.now()); err != nil {
			return err
		}
		s, err := catalogue.TakeSource(tx, in.ID)
		out.Body = source(s)
		return err
	})
	return out, err
}

type sending struct {
	path
	RawBody []byte `contentType:"application/octet-stream" doc:"The file"`
}

func (h *Handler) send(ctx context.Context, in *sending) (*sourceAnswer, error) {
	out := &sourceAnswer{}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		s, err := catalogue.Send(tx, in.ID, in.RawBody, h.now())
		out.Body = source(s)
		return err
	})
	return out, err
}

// Preview is the head of a table.
type Preview struct {
	HeaderRow int        `json:"header_row"`
	Columns   []Column   `json:"columns" nullable:"false" doc:"As guessed, or as the mapping has them"`
	Rows      [][]string `json:"rows" nullable:"false" doc:"Below the header"`
	Problem   string     `json:"problem" doc:"What keeps the table from being read so; empty: nothing"`
}

type preview struct {
	session.Shop
	Format    string `query:"format" enum:"csv,xlsx" required:"true"`
	URL       string `query:"url" maxLength:"2000" doc:"Where the table is, if it is not in the body"`
	HeaderRow int    `query:"header_row" minimum:"0" maximum:"1000"`
	Sheet     string `query:"sheet" maxLength:"100"`
	Delimiter string `query:"delimiter" maxLength:"4"`
	RawBody   []byte `contentType:"application/octet-stream" doc:"The file; empty: that at url"`
}

func (h *Handler) preview(ctx context.Context, in *preview) (*struct{ Body Preview }, error) {
	if _, err := h.guard.Enter(ctx, in.Shop); err != nil {
		return nil, err
	}
	m := feed.Mapping{HeaderRow: in.HeaderRow, Sheet: in.Sheet, Delimiter: in.Delimiter}
	if err := m.Check(); err != nil {
		return nil, err
	}
	s, err := h.head(ctx, in, m)
	if err != nil {
		return nil, err
	}
	rows := make([][]string, len(s.Rows))
	copy(rows, s.Rows)
	return &struct{ Body Preview }{Preview{s.HeaderRow, columns(s.Columns), rows, s.Problem}}, nil
}

func (h *Handler) head(ctx context.Context, in *preview, m feed.Mapping) (feed.Sample, error) {
	switch {
	case len(in.RawBody) > 0:
		return feed.Head(in.Format, bytes.NewReader(in.RawBody), m)
	case in.URL == "":
		return feed.Sample{}, fault.Invalid{Field: "url", Problem: "is missing, and so is a file"}
	}
	body, err := h.web.Get(ctx, in.URL, fetch.Version{})
	if err != nil {
		return feed.Sample{}, err
	}
	defer body.Close()
	return feed.Head(in.Format, body, m)
}
