package seed

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 2617 digest names it
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
	"switchboard/tenant/trunk"
)

// actor is who the audit log says it was.
const actor = "job:seed"

// Seeder writes checked files into a database.
type Seeder struct {
	db     *tenant.DB
	hasher *account.Hasher
	realm  string // of the telephones' digest
	now    func() time.Time
	box    seal.Box                // seals carriers' passwords
	hashes map[string]account.Hash // by password: a thousand operators of a template share one
}

// New returns a Seeder. realm is the SIP realm of the telephony nodes.
func New(db *tenant.DB, realm string) *Seeder {
	return &Seeder{db: db, hasher: account.NewHasher(2), realm: realm, now: time.Now, hashes: map[string]account.Hash{}}
}

// Seal has carriers' passwords sealed in a box, without which a file may have
// none.
func (s *Seeder) Seal(box seal.Box) *Seeder {
	s.box = box
	return s
}

// Apply makes what the file names and is not there, and brings the rest in
// line: shops by slug, people by e-mail, plans, trunks, queues and scripts by
// name. People, shops, numbers and plans are one transaction; scripts and
// catalogues follow, each whole or not at all.
func (s *Seeder) Apply(ctx context.Context, p *Plan) error {
	if err := s.hashAll(ctx, p); err != nil {
		return err
	}
	err := s.db.Across(ctx, "seed", func(tx tenant.AcrossTx) error {
		if err := resolve(tx, p); err != nil {
			return err
		}
		for _, step := range []func(tenant.AcrossTx, *Plan) error{s.plans, s.shops, s.trunks, s.operators, s.staff, s.agree} {
			if err := step(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, shop := range p.Shops {
		if err := s.content(ctx, p, shop); err != nil {
			return fmt.Errorf("seed shop %s: %w", shop.Slug, err)
		}
	}
	return nil
}

// hashAll hashes each password once, before the transaction begins.
func (s *Seeder) hashAll(ctx context.Context, p *Plan) error {
	var all []string
	for _, shop := range p.Shops {
		all = append(all, shop.Owner.Password)
		for _, m := range shop.Members {
			all = append(all, m.Password)
		}
	}
	for _, o := range p.Operators {
		all = append(all, o.Password)
	}
	for _, st := range p.Staff {
		all = append(all, st.Password)
	}
	for _, password := range all {
		if _, done := s.hashes[password]; done {
			continue
		}
		h, err := s.hasher.Hash(ctx, password)
		if err != nil {
			return fmt.Errorf("hash a password: %w", err)
		}
		s.hashes[password] = h
	}
	return nil
}

// resolve finds the names that the file does not make itself.
func resolve(tx tenant.AcrossTx, p *Plan) error {
	var missing fault.Problems
	for _, n := range p.needs {
		query := map[string]string{"plan": "select exists (select 1 from house.plan where name = ?)", "shop": "select exists (select 1 from house.shop where slug = ?)"}[n.kind]
		var there bool
		if err := tx.Query().Raw(query, n.name).Scan(&there).Error; err != nil {
			return fmt.Errorf("look for %s %s: %w", n.kind, n.name, err)
		}
		if !there {
			missing = append(missing, n.problem)
		}
	}
	return missing.Err()
}

// write runs a statement over rows as one JSON document.
func write[R any](tx tenant.AcrossTx, what, query string, rows []R, args ...any) error {
	if len(rows) == 0 {
		return nil
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("seed %s: %w", what, err)
	}
	if _, err := tx.Exec(query, append([]any{string(doc)}, args...)...); err != nil {
		return fmt.Errorf("seed %s: %w", what, err)
	}
	return nil
}

// person is a row of an account.
type person struct {
	ID     uuid.UUID    `json:"id"`
	Email  string       `json:"email"`
	Name   string       `json:"name"`
	Locale string       `json:"locale"`
	Hash   account.Hash `json:"password_hash"`
}

const insertAccounts = `
insert into house.account (id, email, name, locale, password_hash, created_at)
select id, email, name, locale, password_hash, $2 from json_populate_recordset(null::house.account, $1)
on conflict (email) do update set name = excluded.name, password_hash = excluded.password_hash`

func (s *Seeder) person(p Person, locale string) person {
	email, _ := account.Address(p.Email) // checked
	name := p.Name
	if name == "" {
		name = email
	}
	return person{uuid.Must(uuid.NewV7()), email, name, locale, s.hashes[p.Password]}
}

func (s *Seeder) accounts(tx tenant.AcrossTx, people []person) error {
	return write(tx, "accounts", insertAccounts, people, s.now().UTC())
}

func (s *Seeder) trunks(tx tenant.AcrossTx, p *Plan) error {
	for _, t := range p.Trunks {
		settings := t.settings()
		if t.Shop != "" {
			var shop uuid.UUID
			if err := tx.Query().Raw("select id from house.shop where slug = ?", t.Shop).Row().Scan(&shop); err != nil {
				return fmt.Errorf("seed trunk %s: find shop %s: %w", t.Name, t.Shop, err)
			}
			settings.ShopID = &shop
		}
		if err := trunk.Put(tx, settings, trunk.Change{By: actor, At: s.now(), Box: s.box}); err != nil {
			return fmt.Errorf("seed trunk %s: %w", t.Name, err)
		}
	}
	return nil
}

func (s *Seeder) staff(tx tenant.AcrossTx, p *Plan) error {
	people := make([]person, len(p.Staff))
	for i, st := range p.Staff {
		people[i] = s.person(st.Person, "ru")
	}
	if err := s.accounts(tx, people); err != nil {
		return err
	}
	for i, st := range p.Staff {
		if err := appoint(tx, people[i].Email, st.Role, s.now()); err != nil {
			return err
		}
		if err := s.telephone(tx, people[i].Email, st); err != nil {
			return err
		}
	}
	return nil
}

func appoint(tx tenant.AcrossTx, email, role string, now time.Time) error {
	_, err := tx.Exec(`
		insert into house.staff (account_id, role, created_at) select id, $2, $3 from house.account where email = $1
		on conflict do nothing`, email, role, now.UTC())
	if err != nil {
		return fmt.Errorf("seed %s %s: %w", role, email, err)
	}
	return nil
}

// operatorRow is an operator as the statements below read it.
type operatorRow struct {
	Email    string   `json:"email"`
	Tier     string   `json:"tier"`
	User     *string  `json:"sip_user"`
	HA1      *string  `json:"sip_ha1"`
	URI      *string  `json:"sip_uri"`
	AlwaysOn bool     `json:"always_on"`
	WrapUpMS int64    `json:"wrap_up_ms"`
	Shops    []string `json:"shops"`
	Pool     string   `json:"pool"`
}

const operatorColumns = ` from json_to_recordset($1) as n(email text, tier text, sip_user text, sip_ha1 text, sip_uri text, always_on boolean, wrap_up_ms bigint, shops json, pool text) join house.account a on a.email = n.email `

const insertOperators = `
insert into house.operator (id, tier, sip_user, sip_ha1, sip_uri, always_on, wrap_up_ms, pool)
select a.id, n.tier, n.sip_user, n.sip_ha1, n.sip_uri, n.always_on, n.wrap_up_ms, n.pool` + operatorColumns + `
on conflict (id) do update set tier = excluded.tier, sip_user = excluded.sip_user, sip_ha1 = excluded.sip_ha1, sip_uri = excluded.sip_uri,
  always_on = excluded.always_on, wrap_up_ms = excluded.wrap_up_ms, pool = excluded.pool`

const appointOperators = `
insert into house.staff (account_id, role, created_at) select a.id, 'operator', $2` + operatorColumns + ` on conflict do nothing`

const serveShops = `
insert into house.operator_shop (operator_id, shop_id)
select a.id, s.id` + operatorColumns + `cross join lateral json_array_elements_text(n.shops) as served(slug) join house.shop s on s.slug = served.slug
on conflict do nothing`

func (s *Seeder) operators(tx tenant.AcrossTx, p *Plan) error {
	people := make([]person, len(p.Operators))
	rows := make([]operatorRow, len(p.Operators))
	for i, o := range p.Operators {
		people[i] = s.person(Person{o.Email, o.Password, o.Name}, "ru")
		rows[i] = s.operator(o, people[i].Email)
	}
	if err := s.accounts(tx, people); err != nil {
		return err
	}
	if err := write(tx, "operators", insertOperators, rows); err != nil {
		return err
	}
	if err := write(tx, "operators' roles", appointOperators, rows, s.now().UTC()); err != nil {
		return err
	}
	if err := write(tx, "operators' shops", serveShops, rows); err != nil {
		return err
	}
	return tenant.AuditAcross(tx, actor, "seed.apply", "seed", map[string]any{"operators": len(rows), "shops": len(p.Shops), "staff": len(p.Staff)})
}

func (s *Seeder) operator(o Operator, email string) operatorRow {
	row := operatorRow{Email: email, Tier: o.Tier, AlwaysOn: o.Ready, WrapUpMS: time.Duration(o.WrapUp).Milliseconds(), Shops: o.Shops, Pool: or(o.Pool, "main")}
	if o.SIP != "" {
		row.URI = &o.SIP
	}
	if o.Phone != nil {
		ha1 := HA1(o.Phone.User, s.realm, o.Phone.Password)
		row.User, row.HA1 = &o.Phone.User, &ha1
	}
	return row
}

// HA1 is the digest that a telephone's password is kept as (RFC 2617, 3.2.2.2).
func HA1(user, realm, password string) string {
	sum := md5.Sum([]byte(user + ":" + realm + ":" + password)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// permille turns a checked share into thousandths.
func permille(share float64) int { return int(math.Round(share * 1000)) }
