package catalogue_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
)

func boxOf(t testing.TB) seal.Box {
	t.Helper()
	box, err := seal.New(strings.Repeat("secret of a test ", 3))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// create makes a source and works on it from there on.
func (s *shelf) create(set catalogue.Settings) catalogue.Source {
	s.t.Helper()
	if set.EveryS == 0 {
		set.EveryS = catalogue.Hourly
	}
	var src catalogue.Source
	s.within(func(tx tenant.Tx) (err error) {
		src, err = catalogue.Create(tx, set, catalogue.Clerk{Now: s.now, Box: boxOf(s.t)})
		return err
	})
	s.source = src.ID
	return src
}

// TestPulledFromAShop asks a shop for its goods page by page, with its password,
// patiently.
func TestPulledFromAShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	asked := 0
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		if login, password, _ := r.BasicAuth(); login != "ck_1" || password != "cs_2" {
			http.Error(rw, "{}", http.StatusUnauthorized)
			return
		}
		switch page := r.URL.Query().Get("page"); {
		case asked == 2:
			rw.Header().Set("Retry-After", "0")
			rw.WriteHeader(http.StatusTooManyRequests)
		case page == "" || page == "2" || page == "3":
			fmt.Fprintf(rw, `[{"id":"%s1","name":"Плед %s","price":"5","stock_status":"instock"}]`, page, page)
		default:
			_, _ = io.WriteString(rw, " [ ]\n")
		}
	}))
	defer site.Close()
	s := newShelf(t, w, w.A)
	password := "cs_2"
	src := s.create(catalogue.Settings{Name: "Woo", Format: "woocommerce", URL: site.URL + "/wp-json/wc/v3/products?per_page=1", Login: "ck_1", Password: &password})
	if strings.Contains(string(src.SecretSealed), password) || len(src.SecretSealed) == 0 {
		t.Error("the password can be read in the database")
	}
	from := loopback
	from.Box = boxOf(t)
	snap, err := s.refresh(from)
	if err != nil || snap.State != catalogue.Published || snap.ItemCount != 3 || asked != 5 {
		t.Fatalf("%+v, %v, asked %d times", snap, err, asked)
	}
	wrong := "cs_3"
	s.within(func(tx tenant.Tx) error {
		_, err := catalogue.Save(tx, src.ID, catalogue.Settings{Format: "woocommerce", URL: src.Location, EveryS: 60, Login: "ck_1", Password: &wrong}, catalogue.Clerk{Now: s.now, Box: boxOf(t)})
		return err
	})
	var invalid fault.Invalid
	if _, err := s.refresh(from); !errors.As(err, &invalid) || !strings.Contains(s.src().Error, "401") {
		t.Errorf("%v, source %+v", err, s.src())
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	fine := catalogue.Settings{Format: "csv", URL: "https://a.test/1.csv", EveryS: 3600}
	for problem, spoil := range map[string]func(*catalogue.Settings){
		"format":   func(s *catalogue.Settings) { s.Format = "pdf" },
		"begins":   func(s *catalogue.Settings) { s.URL = "file:///etc/passwd" },
		"apart":    func(s *catalogue.Settings) { s.URL = "https://u:p@a.test/1.csv" },
		"a minute": func(s *catalogue.Settings) { s.EveryS = 1 },
		"fetched":  func(s *catalogue.Settings) { s.Format, s.URL = "shopify", "" },
		"count in": func(s *catalogue.Settings) { s.Mapping.Currency = "XXX" },
		"no field": func(s *catalogue.Settings) { s.Mapping.Columns = []feed.Column{{Header: "a", Field: "x"}} },
	} {
		bad := fine
		spoil(&bad)
		err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
			_, err := catalogue.Create(tx, bad, catalogue.Clerk{Now: s.now})
			return err
		})
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
}

// send sends a file in parts, as systems do.
func (s *shelf) send(name, text string, complete bool) {
	s.t.Helper()
	s.within(func(tx tenant.Tx) error {
		for len(text) > 0 {
			n := min(len(text), 1000)
			if _, err := catalogue.Append(tx, s.source, name, []byte(text[:n]), s.now); err != nil {
				return err
			}
			text = text[n:]
		}
		f, err := catalogue.Sending(tx, s.source, name)
		if err != nil {
			return err
		}
		return catalogue.Finish(tx, f, complete, s.now)
	})
}

const (
	goods1C  = `<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>1</Ид><Наименование>Ёж</Наименование></Товар><Товар><Ид>2</Ид><Наименование>Уж</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>`
	prices1C = `<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Ид>1</Ид><Цены><Цена><ЦенаЗаЕдиницу>%d</ЦенаЗаЕдиницу></Цена></Цены></Предложение>%s</Предложения></ПакетПредложений></КоммерческаяИнформация>`
	second1C = `<Предложение><Ид>2</Ид><Цены><Цена><ЦенаЗаЕдиницу>7</ЦенаЗаЕдиницу></Цена></Цены></Предложение>`
)

// TestSentFiles: what a shop's system sends is read together; a file of changes
// changes what it names and nothing else; what is complete begins anew.
func TestSentFiles(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.create(catalogue.Settings{Format: "commerceml"})
	var invalid fault.Invalid
	if _, err := s.refresh(loopback); !errors.As(err, &invalid) {
		t.Errorf("nothing was sent: %v", err)
	}
	s.send("import.xml", goods1C, true)
	s.send("offers.xml", fmt.Sprintf(prices1C, 5, second1C), false)
	if snap, err := s.refresh(loopback); err != nil || snap.ItemCount != 2 {
		t.Fatalf("%+v, %v", snap, err)
	}
	s.send("offers.xml", fmt.Sprintf(prices1C, 6, ""), false)
	if snap, err := s.refresh(loopback); err != nil || snap.ItemCount != 2 || snap.ChangedCount != 1 || snap.UpCount != 1 {
		t.Errorf("changes: %+v, %v", snap, err)
	}
	s.expect("", "Ёж 6", "Уж 7")
	s.send("import.xml", goods1C, true)
	s.send("offers.xml", fmt.Sprintf(prices1C, 5, second1C), false)
	if snap, err := s.refresh(loopback); err != nil || snap.ItemCount != 2 || snap.DownCount != 1 {
		t.Errorf("anew: %+v, %v", snap, err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.feed_file"); n != 2 {
		t.Errorf("%d files are kept, want 2", n)
	}
}
