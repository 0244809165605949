package catalogue

import (
	"bytes"
	"context"
	"io"
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
	huma.Register(a, web.Op("preview-table", "GET /catalogue/previews", "Look at the head of the table at an address and guess what its columns are", h.guard.Allow(keepers...)), h.preview)
	preview := web.Op("preview-file", "POST /catalogue/previews", "Look at the head of a table and guess what its columns are", h.guard.Allow(keepers...),
		web.Says("Nothing is kept."))
	preview.MaxBodyBytes = mostTable
	huma.Register(a, preview, h.previewFile)
	send := web.Op("send-feed", "POST /catalogue/sources/{id}/feed", "Send a feed to a source that is not fetched", h.guard.Allow(keepers...),
		web.Says("The whole assortment in the source's format; JSON is an object with items. The reading appears among the snapshots when it is done."))
	send.MaxBodyBytes = mostTable
	huma.Register(a, send, h.send)
}

// Source is where a feed comes from.
type Source struct {
	ID          uuid.UUID    `json:"id" format:"uuid"`
	Name        string       `json:"name"`
	Format      string       `json:"format" enum:"yml,merchant,commerceml,csv,xlsx,json,shopify,woocommerce,insales"`
	URL         string       `json:"url" doc:"Its address; a path for a feed that lies with the server; empty if the shop's system sends it"`
	Sent        bool         `json:"sent" doc:"The shop's system sends it"`
	EveryS      int          `json:"every_s" doc:"Seconds between two looks"`
	Paused      bool         `json:"paused" doc:"It is not looked at on schedule"`
	Login       string       `json:"login"`
	HasPassword bool         `json:"has_password" doc:"It is never told"`
	Mapping     TableMapping `json:"mapping"`
	CheckedAt   *time.Time   `json:"checked_at" doc:"The last look"`
	Error       string       `json:"error" doc:"Of the last look; empty if it went well"`
	CreatedAt   time.Time    `json:"created_at"`
}

// TableMapping says how a table, or a shop's answer, is read.
type TableMapping struct {
	Sheet     string        `json:"sheet,omitempty" maxLength:"100" doc:"Of a workbook; empty: the first"`
	Delimiter string        `json:"delimiter,omitempty" maxLength:"4" doc:"Of columns in text; empty: guessed"`
	HeaderRow int           `json:"header_row,omitempty" minimum:"0" maximum:"1000" doc:"The row that names the columns; 0: guessed"`
	Currency  string        `json:"currency,omitempty" maxLength:"3" doc:"Of prices that name none; empty: rubles" example:"RUB"`
	PriceType string        `json:"price_type,omitempty" maxLength:"100" doc:"Of several prices in CommerceML, that which buyers pay; empty: the retail one"`
	Columns   []TableColumn `json:"columns,omitempty" maxItems:"200" nullable:"false" doc:"None: all are guessed"`
}

// TableColumn says what a column of a table is.
type TableColumn struct {
	Header string `json:"header" maxLength:"1010" doc:"As it stands in the table"`
	Field  string `json:"field" enum:",id,sku,name,vendor,model,category,price,old_price,price_of,currency,available,stock,stock_at,barcode,url,picture,description,group_id,supplier,country,sales_notes,delivery_cost,delivery_days,related,accessories,param" doc:"Empty: it is not read"`
	Name   string `json:"name,omitempty" maxLength:"200" doc:"Of the property, the type of price or the warehouse"`
	Unit   string `json:"unit,omitempty" maxLength:"20" doc:"Of the property"`
}

func (m TableMapping) domain() feed.Mapping {
	return feed.Mapping{
		Sheet: m.Sheet, Delimiter: m.Delimiter, HeaderRow: m.HeaderRow, Currency: m.Currency, PriceType: m.PriceType,
		Columns: each(m.Columns, func(c TableColumn) feed.Column {
			return feed.Column{Header: c.Header, Field: feed.Field(c.Field), Name: c.Name, Unit: c.Unit}
		}),
	}
}

func columns(all []feed.Column) []TableColumn {
	return each(all, func(c feed.Column) TableColumn { return TableColumn{c.Header, string(c.Field), c.Name, c.Unit} })
}

func source(s catalogue.Source) Source {
	out := Source{
		ID: s.ID, Name: s.Name, Format: s.Format, URL: s.Location, Sent: s.Sent(), EveryS: s.EveryS, Paused: s.Paused, Login: s.Login, HasPassword: len(s.SecretSealed) > 0,
		Mapping:   TableMapping{s.Mapping.Sheet, s.Mapping.Delimiter, s.Mapping.HeaderRow, s.Mapping.Currency, s.Mapping.PriceType, columns(s.Mapping.Columns)},
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

// SourceSettings are what a person says of a source.
type SourceSettings struct {
	Name     string       `json:"name,omitempty" maxLength:"200"`
	Format   string       `json:"format,omitempty" enum:"yml,merchant,commerceml,csv,xlsx,json,shopify,woocommerce,insales" default:"yml"`
	URL      string       `json:"url,omitempty" maxLength:"2000" doc:"Address of the feed, http or https; empty: the shop's system sends it" example:"https://shop.example/feed.yml"`
	EveryS   int          `json:"every_s,omitempty" default:"3600" minimum:"60" maximum:"604800" doc:"Seconds between two looks"`
	Paused   bool         `json:"paused,omitempty" doc:"Not on schedule"`
	Login    string       `json:"login,omitempty" maxLength:"200" doc:"At the server that is asked, or of the system that sends"`
	Password *string      `json:"password,omitempty" maxLength:"500" doc:"Without a login a token; left out: as it was. It is kept sealed, and never told"`
	Mapping  TableMapping `json:"mapping,omitempty"`
}

func (s SourceSettings) domain() catalogue.Settings {
	return catalogue.Settings{Name: s.Name, Format: s.Format, URL: s.URL, EveryS: s.EveryS, Mapping: s.Mapping.domain(), Login: s.Login, Password: s.Password, Paused: s.Paused}
}

type add struct {
	session.Shop
	once.Key
	Body SourceSettings
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
	session.Shop
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body SourceSettings
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
	session.Shop
	ID      uuid.UUID `path:"id" format:"uuid"`
	RawBody []byte    `contentType:"application/octet-stream" doc:"The file"`
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

// TablePreview is the head of a table.
type TablePreview struct {
	HeaderRow int           `json:"header_row"`
	Columns   []TableColumn `json:"columns" nullable:"false" doc:"As guessed, or as the mapping has them"`
	Rows      [][]string    `json:"rows" nullable:"false" doc:"Below the header"`
	Problem   string        `json:"problem" doc:"What keeps the table from being read so; empty: nothing"`
}

// Look is how a table is looked at.
type Look struct {
	Format    string `query:"format" enum:"csv,xlsx" required:"true"`
	HeaderRow int    `query:"header_row" minimum:"0" maximum:"1000" doc:"The row that names the columns; 0: guessed"`
	Sheet     string `query:"sheet" maxLength:"100" doc:"Of a workbook; empty: the first"`
	Delimiter string `query:"delimiter" maxLength:"4" doc:"Of columns in text; empty: guessed"`
}

type preview struct {
	session.Shop
	Look
	URL string `query:"url" maxLength:"2000" required:"true" doc:"Where the table is"`
}

type previewFile struct {
	session.Shop
	Look
	RawBody []byte `contentType:"application/octet-stream" doc:"The file"`
}

type previewAnswer struct{ Body TablePreview }

func (h *Handler) preview(ctx context.Context, in *preview) (*previewAnswer, error) {
	if _, err := h.guard.Enter(ctx, in.Shop); err != nil {
		return nil, err
	}
	body, err := h.web.Get(ctx, in.URL, fetch.Version{})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return in.head(body)
}

func (h *Handler) previewFile(ctx context.Context, in *previewFile) (*previewAnswer, error) {
	if _, err := h.guard.Enter(ctx, in.Shop); err != nil {
		return nil, err
	}
	return in.head(bytes.NewReader(in.RawBody))
}

// head shows the head of the table in r.
func (l Look) head(r io.Reader) (*previewAnswer, error) {
	m := feed.Mapping{HeaderRow: l.HeaderRow, Sheet: l.Sheet, Delimiter: l.Delimiter}
	if err := m.Check(); err != nil {
		return nil, err
	}
	s, err := feed.Head(l.Format, r, m)
	if err != nil {
		return nil, err
	}
	return &previewAnswer{TablePreview{s.HeaderRow, columns(s.Columns), append([][]string{}, s.Rows...), s.Problem}}, nil
}
