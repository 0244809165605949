package move

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// row is a rule as the database spells it.
type row struct {
	ShopID                         uuid.UUID
	Operators, Queues, Specialists bool
	Outside                        string
	Email                          string
	RingS, QueueS, ParkS           int
	ParkFree                       bool
}

const columns = `shop_id, operators, queues, specialists, array_to_string(outside, ',') as outside, email, ring_s, queue_s, park_s, park_free`

func (r row) rule() Rule {
	rule := Rule{
		Operators: r.Operators, Queues: r.Queues, Specialists: r.Specialists, Email: r.Email,
		RingS: r.RingS, QueueS: r.QueueS, ParkS: r.ParkS, ParkFree: r.ParkFree,
	}
	if r.Outside != "" {
		rule.Outside = strings.Split(r.Outside, ",")
	}
	return rule
}

// Take returns the shop's rule.
func Take(tx tenant.Tx) (Rule, error) {
	var rows []row
	if err := tx.Query().Raw("select " + columns + " from shop.transfer_rule").Scan(&rows).Error; err != nil {
		return Rule{}, fmt.Errorf("read the shop's rule of transfers: %w", err)
	}
	if len(rows) == 0 {
		return Default(), nil
	}
	return rows[0].rule(), nil
}

// All returns the rules of all shops that have one of their own.
func All(tx tenant.AcrossTx) (map[uuid.UUID]Rule, error) {
	var rows []row
	if err := tx.Query().Raw("select " + columns + " from shop.transfer_rule").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the rules of transfers: %w", err)
	}
	rules := make(map[uuid.UUID]Rule, len(rows))
	for _, r := range rows {
		rules[r.ShopID] = r.rule()
	}
	return rules, nil
}

// Set makes r the shop's rule.
func Set(tx tenant.Tx, r Rule, now time.Time) error {
	if err := r.check(); err != nil {
		return err
	}
	_, err := tx.Exec(`
		insert into shop.transfer_rule (operators, queues, specialists, outside, email, ring_s, queue_s, park_s, park_free, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (shop_id) do update set operators = excluded.operators, queues = excluded.queues, specialists = excluded.specialists, outside = excluded.outside,
		  email = excluded.email, ring_s = excluded.ring_s, queue_s = excluded.queue_s, park_s = excluded.park_s, park_free = excluded.park_free, updated_at = excluded.updated_at`,
		r.Operators, r.Queues, r.Specialists, append([]string{}, r.Outside...), r.Email, r.RingS, r.QueueS, r.ParkS, r.ParkFree, now.UTC())
	if err != nil {
		return fmt.Errorf("set the shop's rule of transfers: %w", err)
	}
	return tenant.Audit(tx, "transfer_rule.set", "shop:"+tx.Scope().Shop().String(), map[string]any{
		"operators": r.Operators, "queues": r.Queues, "specialists": r.Specialists, "outside": len(r.Outside),
	})
}

// beginning is one of an E.164 number: at least the country and a digit more,
// lest "+7" opens two countries.
var beginning = regexp.MustCompile(`^\+[1-9][0-9]{2,14}$`)

func (r Rule) check() error {
	for i, p := range r.Outside {
		if !beginning.MatchString(p) {
			return fault.Invalid{Field: fmt.Sprintf("outside[%d]", i), Problem: "is no beginning of an international number: + and 3 to 15 digits"}
		}
	}
	if len(r.Outside) > 50 {
		return fault.Invalid{Field: "outside", Problem: "has more than 50 beginnings"}
	}
	for _, f := range []struct {
		name        string
		value, most int
	}{{"ring_s", r.RingS, 120}, {"queue_s", r.QueueS, 3600}, {"park_s", r.ParkS, 900}} {
		if f.value < 5 || f.value > f.most {
			return fault.Invalid{Field: f.name, Problem: fmt.Sprintf("is not between 5 and %d", f.most)}
		}
	}
	return nil
}

// SetPhone says where a member is rung; empty: nowhere.
func SetPhone(tx tenant.Tx, member uuid.UUID, phone e164.Number) error {
	n, err := tx.Exec("update shop.member set phone = $2 where id = $1", member, string(phone))
	if err != nil {
		return fmt.Errorf("set the telephone of member %s: %w", member, err)
	}
	if n == 0 {
		return fmt.Errorf("member %s: %w", member, fault.NotFound)
	}
	return tenant.Audit(tx, "member.phone", "member:"+member.String(), nil)
}
