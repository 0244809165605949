package catalogue

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"switchboard/tenant/catalogue/feed"
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
	// Words by weight: what an operator types first, its kind, its properties,
	// its description.
	A string `json:"a"`
	B string `json:"b"`
	C string `json:"c"`
	D string `json:"d"`
}

// maxDescribed is how much of a description is searched, in bytes. PostgreSQL
// keeps no positions of words past the 16,383rd.
const maxDescribed = 4000

func bodyOf(i feed.Item) body {
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
	b.A = searched(i.Name, i.Vendor, i.Model, b.SKU, strings.Join(i.Barcodes, " "))
	b.B = searched(i.Category)
	var values []string
	for _, p := range i.Params {
		values = append(values, p.Value)
	}
	b.C = searched(values...)
	b.D = searched(i.Description[:min(len(i.Description), maxDescribed)], i.SalesNotes, i.Country)
	return b
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func searched(texts ...string) string {
	return strings.Join(words(strings.ToValidUTF8(strings.Join(texts, " "), "")), " ")
}

// staged is the row of an item in shop.item_staged.
func staged(i feed.Item) (js string, hash []byte, err error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(bodyOf(i)); err != nil {
		return "", nil, fmt.Errorf("write offer %s: %w", i.ID, err)
	}
	sum := sha256.Sum256(buf.Bytes())
	return buf.String(), sum[:], nil
}
