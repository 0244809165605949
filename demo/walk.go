package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// told is what the story's buyer says where the tyre shop's script asks; of
// choices that are not here they take the first.
func told(now time.Time) map[string]string {
	return map[string]string{
		"need": "buy", "what": "winter", "size": "205/55 R16", "spikes": "studded", "matters": "quiet", "previous": "Nokian, шумели",
		"budget": "15000", "quantity": "4", "offer": "takes", "offer_few": "takes", "upsell": "nothing",
		"buyer_name": "Сергей Викторович", "address": "Москва, улица Савушкина, 112", "entrance": "подъезд 2, код 24, этаж 5",
		"deliver": now.AddDate(0, 0, 1).Format(time.DateOnly), "hours": "day", "payment": "card", "heard_order": "advert",
	}
}

// mostSteps bounds the walk: a script that asks for ever is a mistake in it.
const mostSteps = 60

// walked is where the script stands.
type walked struct {
	Seen int `json:"seen"`
	View struct {
		Node    string `json:"node"`
		Kind    string `json:"kind"`
		Ask     string `json:"ask"`
		Query   string `json:"query"`
		Lookup  string `json:"lookup"`
		Ended   bool   `json:"ended"`
		Choices []struct {
			ID string `json:"id"`
		} `json:"choices"`
	} `json:"view"`
}

// conversation is one call at the built-in operator's desk.
type conversation struct {
	api  *client
	call string
	says map[string]string
	item item
}

// walkScript follows the shop's script to its end and takes the order where it
// says so. It answers how many steps that took.
func walkScript(ctx context.Context, c *client, call string) (int, error) {
	t := conversation{api: c, call: call, says: told(time.Now())}
	var w walked
	if err := c.post(ctx, "/calls/"+call+"/walk", struct{}{}, &w); err != nil {
		return 0, err
	}
	for range mostSteps {
		if w.View.Ended {
			return w.Seen, nil
		}
		answer, err := t.answer(ctx, w)
		if err != nil {
			return w.Seen, fmt.Errorf("at %s: %w", w.View.Node, err)
		}
		seen := w.Seen
		w = walked{}
		if err := c.post(ctx, "/calls/"+call+"/walk/steps", map[string]any{"seen": seen, "answer": answer}, &w); err != nil {
			return seen, err
		}
	}
	return w.Seen, errors.New("the script has no end")
}

// answer is what the operator enters at a step.
func (t *conversation) answer(ctx context.Context, w walked) (map[string]string, error) {
	v := w.View
	switch {
	case v.Kind == "lookup" && v.Lookup == "item":
		found, err := t.find(ctx, v.Query)
		t.item = found
		return map[string]string{"sku": found.SKU}, err
	case v.Kind == "order":
		return map[string]string{}, t.order(ctx)
	case v.Ask == "":
		return map[string]string{}, nil
	}
	text := t.says[v.Node]
	if text == "" && len(v.Choices) > 0 {
		text = v.Choices[0].ID
	}
	return map[string]string{"text": text}, nil
}

// item is one of the catalogue.
type item struct {
	SKU       string `json:"sku"`
	Available bool   `json:"available"`
	Stock     *int   `json:"stock"`
}

// find searches the catalogue as the operator types, for four of a kind.
func (t *conversation) find(ctx context.Context, typed string) (item, error) {
	if typed == "" {
		typed = t.says["size"]
	}
	var page struct {
		Items []item `json:"items"`
	}
	if err := t.api.get(ctx, "/catalogue/items", url.Values{"q": {typed}}, &page); err != nil {
		return item{}, err
	}
	for _, i := range page.Items {
		if i.Available && (i.Stock == nil || *i.Stock >= 4) {
			return i, nil
		}
	}
	return item{}, fmt.Errorf("the catalogue has no four of anything for %q", typed)
}

// order writes what the buyer agreed to, and settles it.
func (t *conversation) order(ctx context.Context) error {
	var made struct {
		ID string `json:"id"`
	}
	err := t.api.post(ctx, "/orders", map[string]any{
		"call_id": t.call,
		"items":   []map[string]any{{"sku": t.item.SKU, "quantity": 4}},
		"contact": map[string]string{
			"name": t.says["buyer_name"], "address": t.says["address"], "entrance": t.says["entrance"],
			"deliver": t.says["deliver"] + ", с 13 до 17", "comment": "Оплата картой курьеру",
		},
		"delivery_minor": 50000,
	}, &made)
	if err != nil {
		return err
	}
	return t.api.post(ctx, "/orders/"+made.ID+"/confirm", struct{}{}, nil)
}
