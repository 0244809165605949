package catalogue

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/catalogue/term"
)

// body is an item on its way through shop.item_staged. What it holds is all
// that is kept of the offer, so that its hash tells whether anything changed.
type body struct {
	SKU       string       `json:"sku"`
	Name      string       `json:"name"`
	Vendor    string       `json:"vendor"`
	Category  string       `json:"category"`
	Price     int64        `json:"price"`
	Old       *int64       `json:"old"`
	Currency  string       `json:"currency"`
	Available bool         `json:"available"`
	Stock     *int64       `json:"stock"`
	Barcode   string       `json:"barcode"`
	URL       string       `json:"url"`
	Picture   string       `json:"picture"`
	Params    []feed.Param `json:"params"`
	Group     string       `json:"group_id"`
	Detail    feed.Detail  `json:"detail"`
	// What it is found by, as tsvectors of package term.
	Head string `json:"head"`
	Rest string `json:"rest"`
}

// maxDescribed is how much of a description is searched, in bytes.
const maxDescribed = 4000

func bodyOf(i feed.Item, w *term.Writer) body {
	b := body{
		SKU: strings.ToLower(i.SKU), Name: i.Name, Vendor: i.Vendor, Category: i.Category,
		Price: i.PriceMinor, Currency: string(i.Currency), Available: i.Available, Stock: i.Stock,
		Barcode: first(i.Barcodes), URL: i.URL, Picture: first(i.Pictures), Params: i.Params,
		Group: i.GroupID, Detail: i.Detail,
	}
	if b.SKU == "" {
		b.SKU = strings.ToLower(i.ID)
	}
	if i.OldMinor > i.PriceMinor { // an old price that is no higher says nothing
		b.Old = &i.OldMinor
	}
	if b.Params == nil {
		b.Params = []feed.Param{}
	}
	b.Head, b.Rest = w.Vectors(written(i, b.SKU))
	return b
}

// written is what an item can be found by.
func written(i feed.Item, sku string) term.Text {
	t := term.Text{
		Name: i.Name, Vendor: i.Vendor, Model: i.Model, Category: i.Category, Available: i.Available,
		Codes: append([]string{sku}, i.Barcodes...),
		About: strings.Join([]string{i.Description[:min(len(i.Description), maxDescribed)], i.SalesNotes, i.Country}, " "),
	}
	for _, p := range i.Params {
		t.Params = append(t.Params, term.Pair{Name: p.Name, Value: p.Value})
	}
	return t
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// staged is the row of an item in shop.item_staged.
func staged(i feed.Item, w *term.Writer) (js string, hash []byte, err error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(bodyOf(i, w)); err != nil {
		return "", nil, fmt.Errorf("write offer %s: %w", i.ID, err)
	}
	sum := sha256.Sum256(buf.Bytes())
	return buf.String(), sum[:], nil
}
