package script_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
	"switchboard/tenant/tenanttest"
)

// Whoever opens the call on another device finds the same step, the answers
// before it and the card that is open, on the version in which it began.
func TestALookIsKeptAndTheVersionStays(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, one := ring(t, w, w.A)
	at := func(s int) walk.Instant { return walk.Instant(noon.Add(time.Duration(s) * time.Second).UnixMilli()) }
	step := func(take func(tenant.Tx) (script.Stand, error)) (s script.Stand, err error) {
		err = do(t, w, w.A, func(tx tenant.Tx) (err error) {
			if s, err = take(tx); err == nil {
				s, err = script.Where(tx, call) // as it is kept
			}
			return err
		})
		return s, err
	}
	_, err := step(func(tx tenant.Tx) (script.Stand, error) {
		f, err := facts(tx, call, 0)
		if err != nil {
			return script.Stand{}, err
		}
		if _, err = script.Begin(tx, call, one, f); err != nil {
			return script.Stand{}, err
		}
		s, err := script.Where(tx, call)
		if err != nil {
			return s, err
		}
		return script.Answer(tx, call, walk.Answer{}, len(s.Walk.Path), f)
	})
	must(t, err)
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		_, err := script.Shelf.Put(tx, "Обувь", strings.Replace(source(t), "Чем помочь?", "Что ищете?", 1), noon)
		return err
	}))
	s, err := step(func(tx tenant.Tx) (script.Stand, error) { return script.Open(tx, call, "2", at(2)) })
	must(t, err)
	if card, open := s.Walk.Card(); !open || card != "returns" || s.Walk.Node != "need" || s.EndedAt != nil {
		t.Errorf("after opening a card: %+v", s.Walk)
	}
	if s.Script != "Обувь" || s.Version != 1 || s.Newest != 2 || s.ScriptVersionID != one.ID {
		t.Errorf("walks version %d of %q, the newest is %d", s.Version, s.Script, s.Newest)
	}
	var invalid fault.Invalid
	if _, err := step(func(tx tenant.Tx) (script.Stand, error) { return script.Open(tx, call, "weather", at(3)) }); !errors.As(err, &invalid) {
		t.Errorf("a card that is not there: %v", err)
	}
	if s, err = step(func(tx tenant.Tx) (script.Stand, error) { return script.Close(tx, call, at(4)) }); err != nil || len(s.Walk.Jumps) != 1 || s.Walk.Jumps[0].Left != at(4) {
		t.Errorf("after the return: %+v, %v", s.Walk.Jumps, err)
	}
	for name, look := range map[string]func(tenant.Tx) (script.Stand, error){
		"opens":  func(tx tenant.Tx) (script.Stand, error) { return script.Open(tx, call, "1", at(5)) },
		"closes": func(tx tenant.Tx) (script.Stand, error) { return script.Close(tx, call, at(5)) },
	} {
		err := do(t, w, w.B, func(tx tenant.Tx) error { _, err := look(tx); return err })
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("shop b %s a card of shop a: %v", name, err)
		}
	}
}

func TestTheGreetingTellsNothingOfTheBuyer(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, _ := ring(t, w, w.A)
	w.Admin(t, "insert into shop.buyer (shop_id, id, phone, name, created_at, updated_at) select shop_id, gen_random_uuid(), phone, 'Сергей', now(), now() from shop.call_party where call_id = $1", call)
	greet := func(shop, queue uuid.UUID) (said string) {
		t.Helper()
		must(t, w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
			said, err = script.Greeting(tx, script.Greeted{Shop: shop, Queue: queue, Operator: "Анна"}, noon)
			return err
		}))
		return said
	}
	if got := greet(w.A.ID.UUID(), w.A.Queue); got != "shop-a, Анна, слушаю вас." {
		t.Errorf("said %q", got)
	}
	if got := greet(w.B.ID.UUID(), w.B.Queue); got != "" {
		t.Errorf("a queue without a script: %q", got)
	}
	if got := greet(w.B.ID.UUID(), w.A.Queue); got != "" {
		t.Errorf("a queue of another shop: %q", got)
	}
}
