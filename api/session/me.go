package session

import (
	"context"

	"github.com/google/uuid"
)

// Me is the person who asks.
type Me struct {
	ID     uuid.UUID `json:"id" format:"uuid" doc:"Of the account; for an operator also of the operator"`
	Email  string    `json:"email"`
	Name   string    `json:"name"`
	Locale string    `json:"locale" enum:"ru,en"`
	Staff  []Role    `json:"staff" nullable:"false" doc:"Roles on the platform: operator, supervisor, finance, admin"`
	Shops  []MyShop  `json:"shops" nullable:"false" doc:"Shops that they are a member of"`
}

// MyShop is a shop that a person is a member of.
type MyShop struct {
	ID     uuid.UUID `json:"id" format:"uuid"`
	Slug   string    `json:"slug" example:"tyres"`
	NameRu string    `json:"name_ru"`
	NameEn string    `json:"name_en"`
	Role   Role      `json:"role" enum:"owner,manager,specialist"`
}

func me(i Identity) Me {
	m := Me{ID: i.Account, Email: i.Email, Name: i.Name, Locale: i.Locale, Staff: append([]Role{}, i.Staff...), Shops: []MyShop{}}
	for _, s := range i.Memberships {
		m.Shops = append(m.Shops, MyShop{s.Shop, s.Slug, s.NameRu, s.NameEn, s.Role})
	}
	return m
}

type shown struct {
	Body struct {
		ID        uuid.UUID `json:"id" format:"uuid" doc:"Of the session"`
		Client    string    `json:"client" enum:"api,browser"`
		CSRFToken string    `json:"csrf_token,omitempty" doc:"For X-CSRF-Token; browsers only"`
		Account   Me        `json:"account"`
	}
}

func (g *Guard) show(ctx context.Context, in *struct {
	Session string `cookie:"session" hidden:"true"`
}) (*shown, error) {
	who := Who(ctx)
	out := &shown{}
	out.Body.ID, out.Body.Client, out.Body.Account = who.Session, who.Client, me(who)
	if who.Client == "browser" {
		out.Body.CSRFToken = g.keys.csrfToken(in.Session)
	}
	return out, nil
}
