package seed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

func (s *Seeder) shops(tx tenant.AcrossTx, p *Plan) error {
	for _, shop := range p.Shops {
		id, err := s.shop(tx, shop)
		if err != nil {
			return fmt.Errorf("seed shop %s: %w", shop.Slug, err)
		}
		for _, step := range []func(tenant.AcrossTx, uuid.UUID, Shop) error{s.members, s.subscribe, s.queues, s.numbers} {
			if err := step(tx, id, shop); err != nil {
				return fmt.Errorf("seed shop %s: %w", shop.Slug, err)
			}
		}
	}
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// shop makes the shop's own row and returns its id.
func (s *Seeder) shop(tx tenant.AcrossTx, sh Shop) (id uuid.UUID, err error) {
	ru, en := or(sh.Name.RU, sh.Name.EN), or(sh.Name.EN, sh.Name.RU)
	recording := sh.Recording == nil || bool(*sh.Recording)
	err = tx.Query().Raw(`
		insert into house.shop (id, slug, name_ru, name_en, spoken_ru, spoken_en, timezone, language, colour, status, greeting, greeting_text, recording, away_seconds, supervision, pool, refusal_key, created_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (slug) do update set name_ru = excluded.name_ru, name_en = excluded.name_en, spoken_ru = excluded.spoken_ru, spoken_en = excluded.spoken_en,
		  timezone = excluded.timezone, language = excluded.language, colour = excluded.colour, status = excluded.status,
		  greeting = excluded.greeting, greeting_text = excluded.greeting_text, recording = excluded.recording, away_seconds = excluded.away_seconds, supervision = excluded.supervision,
		  pool = excluded.pool, refusal_key = excluded.refusal_key
		returning id`,
		uuid.Must(uuid.NewV7()), sh.Slug, ru, en, or(sh.Spoken.RU, ru), or(sh.Spoken.EN, en), sh.Timezone, sh.Language,
		or(sh.Colour, "iris"), or(sh.Status, "open"), or(sh.Greeting, "standard"), sh.Greets, recording, cmp.Or(int64(time.Duration(sh.Away)/time.Second), 60),
		or(sh.Watched, "announced"), or(sh.Pool, "main"), sh.Refusal, s.now().UTC()).Row().Scan(&id)
	return id, err
}

func (s *Seeder) members(tx tenant.AcrossTx, shop uuid.UUID, sh Shop) error {
	all := append([]Member{{sh.Owner, "owner"}}, sh.Members...)
	people := make([]person, len(all))
	for i, m := range all {
		people[i] = s.person(m.Person, sh.Language)
	}
	if err := s.accounts(tx, people); err != nil {
		return err
	}
	for i, m := range all {
		_, err := tx.Exec(`
			insert into shop.member (shop_id, id, account_id, role, created_at) select $1, $2, a.id, $3, $4 from house.account a where a.email = $5
			on conflict (shop_id, account_id) do update set role = excluded.role`,
			shop, uuid.Must(uuid.NewV7()), m.Role, s.now().UTC(), people[i].Email)
		if err != nil {
			return fmt.Errorf("member %s: %w", people[i].Email, err)
		}
	}
	return nil
}

// subscribe puts the shop on its plan, from now on, unless it is on it.
func (s *Seeder) subscribe(tx tenant.AcrossTx, shop uuid.UUID, sh Shop) error {
	if sh.Plan == "" {
		return nil
	}
	_, err := tx.Exec(`
		insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at)
		select $1, $2, p.id, $3, $3 from house.plan p where p.name = $4
		   and p.id is distinct from (select plan_id from shop.subscription where shop_id = $1 order by effective_from desc limit 1)`,
		shop, uuid.Must(uuid.NewV7()), s.now().UTC().Truncate(time.Second), sh.Plan)
	if err != nil {
		return fmt.Errorf("plan %s: %w", sh.Plan, err)
	}
	return nil
}

func (s *Seeder) queues(tx tenant.AcrossTx, shop uuid.UUID, sh Shop) error {
	for _, q := range sh.Queues {
		hours := json.RawMessage(`"always"`)
		if len(q.Hours) > 0 {
			hours = json.RawMessage(q.Hours)
		}
		_, err := tx.Exec(`
			insert into shop.queue (shop_id, id, name, tier, promise_share, promise_ms, hours, created_at) values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)
			on conflict (shop_id, name) do update set tier = excluded.tier, promise_share = excluded.promise_share, promise_ms = excluded.promise_ms, hours = excluded.hours`,
			shop, uuid.Must(uuid.NewV7()), q.Name, q.Tier, permille(q.Promise.Share), time.Duration(q.Promise.Within).Milliseconds(), string(hours), s.now().UTC())
		if err != nil {
			return fmt.Errorf("queue %s: %w", q.Name, err)
		}
	}
	return nil
}

// numbers gives the shop its numbers. One that is another shop's stays there:
// the transaction fails.
func (s *Seeder) numbers(tx tenant.AcrossTx, shop uuid.UUID, sh Shop) error {
	for _, n := range sh.Numbers {
		_, err := tx.Exec(`
			insert into shop.number (shop_id, id, e164, source, queue_id, created_at)
			select $1, $2, $3, $4, q.id, $5 from shop.queue q where q.shop_id = $1 and q.name = $6
			on conflict (shop_id, e164) do update set source = excluded.source, queue_id = excluded.queue_id`,
			shop, uuid.Must(uuid.NewV7()), n.E164, n.Source, s.now().UTC(), n.Queue)
		if err != nil {
			return fmt.Errorf("number %s: %w", n.E164, err)
		}
		taken, err := tx.Exec(`
			insert into house.did (e164, shop_id, number_id) select e164, shop_id, id from shop.number where shop_id = $1 and e164 = $2
			on conflict (e164) do update set number_id = excluded.number_id where did.shop_id = excluded.shop_id`, shop, n.E164)
		if err != nil {
			return fmt.Errorf("number %s: %w", n.E164, err)
		}
		if taken == 0 {
			return fmt.Errorf("number %s belongs to another shop", n.E164)
		}
	}
	return nil
}

// content publishes the shop's script and imports its catalogue.
func (s *Seeder) content(ctx context.Context, p *Plan, sh Shop) error {
	var id uuid.UUID
	err := s.db.Across(ctx, "find seeded shop", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw("select id from house.shop where slug = ?", sh.Slug).Row().Scan(&id)
	})
	if err != nil {
		return err
	}
	scope, err := s.db.EnterAsJob(ctx, "seed", tenant.ID(id))
	if err != nil {
		return err
	}
	if err := s.outgoing(ctx, scope, sh.Outgoing); err != nil {
		return err
	}
	if err := s.transfers(ctx, scope, sh.Transfers); err != nil {
		return err
	}
	if err := s.menus(ctx, scope, sh); err != nil {
		return err
	}
	if src := p.Scripts[sh.Slug]; src != nil {
		if err := s.script(ctx, scope, sh, src); err != nil {
			return fmt.Errorf("script %s: %w", sh.Script, err)
		}
	}
	if sh.Catalogue != nil {
		if err := s.catalogue(ctx, scope, p, sh); err != nil {
			return fmt.Errorf("catalogue: %w", err)
		}
	}
	return nil
}
