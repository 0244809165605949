package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/tenanttest"
)

const (
	import1C = `<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация><Каталог СодержитТолькоИзменения="%t"><Товары>%s</Товары></Каталог></КоммерческаяИнформация>`
	good1C   = `<Товар><Ид>%s</Ид><Наименование>%s</Наименование></Товар>`
	offers1C = `<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация><ПакетПредложений СодержитТолькоИзменения="true"><Предложения>%s</Предложения></ПакетПредложений></КоммерческаяИнформация>`
	offer1C  = `<Предложение><Ид>%s</Ид><Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>%d</ЦенаЗаЕдиницу></Цена></Цены></Предложение>`
)

// client1C exchanges with a site as 1C does.
type client1C struct {
	t        *testing.T
	address  string
	cookie   string
	limit    int
	zip      bool
	login    string
	password string
}

// ask sends one request and returns the lines of the answer.
func (c *client1C) ask(method, query string, body []byte) []string {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.address+"?type=catalog&"+query, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "1C+Enterprise/8.3")
	if c.cookie == "" {
		r.SetBasicAuth(c.login, c.password)
	} else {
		r.Header.Set("Cookie", c.cookie)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func (c *client1C) must(lines []string) {
	c.t.Helper()
	if lines[0] != "success" {
		c.t.Fatalf("the site answers %q", lines)
	}
}

// begin signs in and asks what may be sent.
func (c *client1C) begin() {
	c.t.Helper()
	c.cookie = ""
	in := c.ask(http.MethodGet, "mode=checkauth", nil)
	c.must(in)
	c.cookie = in[1] + "=" + in[2]
	for _, line := range c.ask(http.MethodGet, "mode=init", nil) {
		name, value, _ := strings.Cut(line, "=")
		switch name {
		case "zip":
			c.zip = value == "yes"
		case "file_limit":
			c.limit, _ = strconv.Atoi(value)
		}
	}
	if !c.zip || c.limit < 100_000 {
		c.t.Fatalf("zip %t, file_limit %d", c.zip, c.limit)
	}
}

// send sends a file in pieces.
func (c *client1C) send(name string, file []byte, piece int) {
	c.t.Helper()
	for len(file) > 0 {
		n := min(len(file), piece, c.limit)
		c.must(c.ask(http.MethodPost, "mode=file&filename="+name, file[:n]))
		file = file[n:]
	}
}

func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestExchangeWith1C is an exchange as 1C does it: all goods packed, then only
// what changed, plain.
func TestExchangeWith1C(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	owner := w.Owner(t, w.A)
	var made struct{ ID uuid.UUID }
	owner.Do(t, http.MethodPost, "/catalogue/sources", map[string]any{"format": "commerceml", "login": "1c", "password": "secret of 1C"}).Want(t, http.StatusCreated).JSON(t, &made)
	c := &client1C{t: t, address: w.URL + "/exchange/1c/" + made.ID.String(), login: "1c", password: "wrong"}
	if got := c.ask(http.MethodGet, "mode=checkauth", nil); got[0] != "failure" {
		t.Errorf("a wrong password: %q", got)
	}
	if got := c.ask(http.MethodGet, "mode=init", nil); got[0] != "failure" {
		t.Errorf("without a session: %q", got)
	}
	c.password = "secret of 1C"
	c.begin()
	var goods, offers strings.Builder
	for i := range 100 {
		fmt.Fprintf(&goods, good1C, fmt.Sprint(i), fmt.Sprintf("Товар %d", i))
		fmt.Fprintf(&offers, offer1C, fmt.Sprint(i), 100+i)
	}
	c.send("v8_1.zip", packed(t, map[string]string{"import.xml": fmt.Sprintf(import1C, false, goods.String()), "offers.xml": fmt.Sprintf(offers1C, offers.String())}), 700)
	c.send("import_files/1.jpg", []byte("a picture"), 100)
	c.must(c.ask(http.MethodGet, "mode=import&filename=import.xml", nil))
	c.must(c.ask(http.MethodGet, "mode=import&filename=offers.xml", nil))
	c.expect(w, made.ID, 100, 0)

	c.begin()
	c.send("import.xml", []byte(fmt.Sprintf(import1C, true, fmt.Sprintf(good1C, "100", "Новый"))), 200)
	c.send("offers.xml", []byte(fmt.Sprintf(offers1C, fmt.Sprintf(offer1C, "100", 5)+fmt.Sprintf(offer1C, "7", 90))), 200)
	c.must(c.ask(http.MethodGet, "mode=import&filename=import.xml", nil))
	c.must(c.ask(http.MethodGet, "mode=import&filename=offers.xml", nil))
	c.must(c.ask(http.MethodGet, "mode=complete", nil))
	c.expect(w, made.ID, 101, 1)
	c.refuses(w)
}

// expect reads what was sent, as the worker does.
func (c *client1C) expect(w *apitest.World, source uuid.UUID, items, changed int) {
	c.t.Helper()
	if n := tenanttest.One[int](c.t, w.World, "select count(*) from house.outbox where kind = 'catalogue.look' and payload->>'source_id' = $1 and done_at is null", source.String()); n != 1 {
		c.t.Errorf("%d looks are owed", n)
	}
	snap, err := catalogue.Refresh(context.WithoutCancel(c.t.Context()), w.DB, w.A.Scope, source, catalogue.Origin{})
	if err != nil || snap.State != catalogue.Published || snap.ItemCount != items || snap.ChangedCount != changed {
		c.t.Errorf("%+v, %v, want %d items, %d changed", snap, err, items, changed)
	}
}

// refuses shows what 1C is told where it asks for what cannot be.
func (c *client1C) refuses(w *apitest.World) {
	c.t.Helper()
	for query, method := range map[string]string{"mode=burn": "GET", "mode=file&filename=": "POST", "mode=file&filename=..%2F..": "POST"} {
		if got := c.ask(method, query, []byte("x")); got[0] != "failure" {
			c.t.Errorf("%s: %q", query, got)
		}
	}
	mine := c.address
	c.address = w.URL + "/exchange/1c/" + uuid.NewString()
	if got := c.ask(http.MethodGet, "mode=init", nil); got[0] != "failure" {
		c.t.Errorf("the session of another source: %q", got)
	}
	c.address = mine
}
