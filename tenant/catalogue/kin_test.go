package catalogue_test

import (
	"fmt"
	"testing"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/tenanttest"
)

// TestDetailIsKept: what a feed says beyond name and price is there to be read
// aloud, with its variants and what goes with it.
func TestDetailIsKept(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	newShelf(t, w, w.B).put(offer{"s", "Чужой рушник", 1, "<group_id>g</group_id><vendorCode>RU-2</vendorCode>"})
	s := newShelf(t, w, w.A)
	s.put(
		offer{"s", "Рушник", 50, `<group_id>g</group_id><rec>m, RU-2,нет</rec><accessories>f</accessories><supplier>Лён и Ко</supplier>
			<picture>https://a.test/1</picture><picture>https://a.test/2</picture><barcode>1</barcode><barcode>2</barcode>
			<outlets><outlet id="Север" instock="2"/><outlet id="Юг" instock="1"/></outlets>
			<delivery-options><option cost="0" days="1-2"/></delivery-options><description>Отбелён на снегу</description>`},
		offer{"m", "Рушник большой", 40, "<group_id>g</group_id>"}, offer{"l", "Рушник праздничный", 90, "<group_id>g</group_id>"},
		offer{"r", "Скатерть", 70, "<vendorCode>RU-2</vendorCode>"}, offer{"f", "Фартук", 30, ""},
	)
	s.within(func(tx tenant.Tx) error {
		found, err := catalogue.Search(tx, "снегу", 2)
		if err != nil || len(found) != 1 {
			t.Fatalf("found %v, %v", found, err)
		}
		d := found[0].Detail
		if got := fmt.Sprintln(found[0].GroupID, d.Pictures, d.Barcodes, d.Supplier, d.Warehouses, len(d.Terms), d.Description); got !=
			"g [https://a.test/1 https://a.test/2] [1 2] Лён и Ко [{Север 2} {Юг 1}] 1 Отбелён на снегу\n" {
			t.Errorf("detail %s", got)
		}
		for name, look := range map[string]func() ([]catalogue.Hit, error){
			"[Рушник большой Рушник праздничный]": func() ([]catalogue.Hit, error) { return catalogue.Variants(tx, found[0].Item) },
			"[Рушник большой Скатерть]":           func() ([]catalogue.Hit, error) { return catalogue.Named(tx, found[0].Item, d.Related) },
			"[Фартук]": func() ([]catalogue.Hit, error) { return catalogue.Named(tx, found[0].Item, d.Accessories) },
		} {
			kin, err := look()
			names := []string{}
			for _, k := range kin {
				names = append(names, k.Name)
			}
			if err != nil || fmt.Sprint(names) != name {
				t.Errorf("got %s, %v, want %s", names, err, name)
			}
		}
		return nil
	})
}
