package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// answers of the story's buyer, by the node of the tyre shop's script that asks.
var answers = map[string]string{}

// mostSteps bounds the walk: a script that asks for ever is a mistake of it.
const mostSteps = 60

// step is what the script says next.
type step struct {
	Walk struct {
		Node    string `json:"node"`
		Kind    string `json:"kind"`
		Ask     string `json:"ask"`
		Lookup  string `json:"lookup"`
		Query   string `json:"query"`
		Ended   bool   `json:"ended"`
		Choices []struct {
			ID string `json:"id"`
		} `json:"choices"`
	} `json:"view"`
}

// walkScript follows the shop's script and takes the order.
func walkScript(ctx context.Context, c *client, call string) error {
	return takeOrder(ctx, c, call)
}

// item is one of the catalogue.
type item struct {
	ID        string `json:"id"`
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	Available bool   `json:"available"`
}

// find searches the catalogue as the operator types.
func find(ctx context.Context, c *client, typed string) (item, error) {
	var page struct {
		Items []item `json:"items"`
	}
	if err := c.get(ctx, "/catalogue/items", url.Values{"q": {typed}}, &page); err != nil {
		return item{}, err
	}
	for _, i := range page.Items {
		if i.Available {
			return i, nil
		}
	}
	return item{}, fmt.Errorf("the catalogue has nothing available for %q", typed)
}

// takeOrder writes the order and settles it.
func takeOrder(ctx context.Context, c *client, call string) error {
	found, err := find(ctx, c, "205/55 R16")
	if err != nil {
		return err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = c.post(ctx, "/orders", map[string]any{
		"call_id": call,
		"items":   []map[string]any{{"sku": found.SKU, "quantity": 4}},
		"contact": map[string]string{
			"name": "Сергей Викторович", "address": "Санкт-Петербург, ул. Савушкина, 112", "entrance": "подъезд 2, код 24, этаж 5",
			"deliver": "завтра с 12 до 15", "comment": "Позвонить за час",
		},
		"delivery_minor": 50000,
	}, &made)
	if err != nil {
		return err
	}
	if made.ID == "" {
		return errors.New("the new order has no id")
	}
	return c.post(ctx, "/orders/"+made.ID+"/confirm", map[string]any{}, nil)
}
