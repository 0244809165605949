package script

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"switchboard/tenant"
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
	"switchboard/tenant/said"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
)

// Stand is where a call's walk stands: the row, the walk in it and the script
// that it goes through.
type Stand struct {
	Taken
	Walk    walk.Walk
	Graph   graph.Graph
	Script  string // its name
	Version int    // that is walked
	Newest  int    // that is published now
}

// Begin starts the call's walk through a version, or returns the one that was
// begun: whoever takes the call over goes on where it stands.
func Begin(tx tenant.Tx, call uuid.UUID, v edition.Version, f walk.Facts) (Stand, error) {
	g, err := Load(v)
	if err != nil {
		return Stand{}, err
	}
	w, err := walk.Start(g, f)
	if err != nil {
		return Stand{}, fmt.Errorf("begin the walk of call %s: %w", call, err)
	}
	now := instant(f.Now)
	t := Taken{ID: uuid.Must(uuid.NewV7()), CallID: call, ScriptVersionID: v.ID, StartedAt: now}
	s := Stand{Taken: t, Walk: w, Graph: g}
	if err := s.put(f.Now); err != nil {
		return Stand{}, err
	}
	// The operator is the call's: nobody else is in it.
	n, err := tx.Exec(`insert into shop.walk (id, call_id, script_version_id, operator_id, state, adherence, started_at, updated_at, ended_at)
		select $1, c.id, $3, c.operator_id, $4::jsonb, $5, $6, $6, $7 from shop.call c where c.id = $2 on conflict (shop_id, call_id) do nothing`,
		s.ID, call, v.ID, string(s.State), s.Adherence, now, s.EndedAt)
	if err != nil {
		return Stand{}, fmt.Errorf("begin the walk of call %s: %w", call, err)
	}
	if n == 0 { // begun before, or no such call
		return Where(tx, call)
	}
	if err := record(tx, s, 0); err != nil {
		return Stand{}, err
	}
	return Where(tx, call)
}

// Where returns where the call's walk stands, or fault.NotFound.
func Where(tx tenant.Tx, call uuid.UUID) (Stand, error) {
	return where(tx, tx.Query(), call)
}

func where(tx tenant.Tx, query *gorm.DB, call uuid.UUID) (Stand, error) {
	var s Stand
	if err := taken(query.Take(&s.Taken, "call_id = ?", call).Error, "walk of call", call); err != nil {
		return s, err
	}
	v, err := Shelf.TakeVersion(tx, s.ScriptVersionID)
	if err != nil {
		return s, err
	}
	if s.Graph, err = Load(v); err != nil {
		return s, err
	}
	s.Version = v.Version
	err = tx.Query().Raw("select s.name, (select max(version) from shop.script_version n where n.script_id = s.id) from shop.script s where s.id = ?", v.TextID).
		Row().Scan(&s.Script, &s.Newest)
	if err != nil {
		return s, fmt.Errorf("read the script of the walk of call %s: %w", call, err)
	}
	if err := json.Unmarshal(s.State, &s.Walk); err != nil {
		return s, fmt.Errorf("read the walk of call %s: %w", call, err)
	}
	return s, nil
}

// Answer takes the call's walk one step on and keeps the step. seen is how many
// visits the path had when whoever answers looked at it: answered twice, or by
// two, the second is a fault.Conflict. A bad answer is a fault.Invalid in the
// walk's language; the walk then stands where it stood.
func Answer(tx tenant.Tx, call uuid.UUID, a walk.Answer, seen int, f walk.Facts) (Stand, error) {
	s, err := where(tx, tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}), call)
	if err != nil {
		return s, err
	}
	before := len(s.Walk.Path)
	if seen != before {
		return s, fmt.Errorf("answer step %d of the walk of call %s, which is at %d: %w", seen, call, before, fault.Conflict)
	}
	shown := walk.Show(s.Graph, s.Walk, f)
	if s.Walk, err = walk.Step(s.Graph, s.Walk, a, f); err != nil {
		return s, err
	}
	if err := s.keep(tx, f.Now); err != nil {
		return s, err
	}
	if a.Move != walk.Back { // what was said by mistake is not said
		if err := said.Keep(tx, told(call, shown, f.Now)); err != nil {
			return s, err
		}
	}
	return s, record(tx, s, before)
}

// told are the facts of the sentence that was answered.
func told(call uuid.UUID, v walk.View, now walk.Instant) []said.Fact {
	var all []said.Fact
	for _, f := range v.Facts {
		all = append(all, said.Fact{
			CallID: call, Field: string(f.Field), SKU: f.SKU, Source: string(f.Source), AgeS: f.Age / 1000, Withheld: f.Stale, At: instant(now),
		})
	}
	return all
}

// Open opens a card of the FAQ in the call's walk, which stands where it stood.
// A card that the script lacks is a fault.Invalid in the walk's language.
func Open(tx tenant.Tx, call uuid.UUID, card string, now walk.Instant) (Stand, error) {
	return look(tx, call, now, func(s Stand) (walk.Walk, error) { return walk.Open(s.Graph, s.Walk, card, now) })
}

// Close returns from the card that is open in the call's walk, if one is.
func Close(tx tenant.Tx, call uuid.UUID, now walk.Instant) (Stand, error) {
	return look(tx, call, now, func(s Stand) (walk.Walk, error) { return walk.Close(s.Walk, now), nil })
}

// look changes what is looked at beside the path of a walk.
func look(tx tenant.Tx, call uuid.UUID, now walk.Instant, to func(Stand) (walk.Walk, error)) (Stand, error) {
	s, err := where(tx, tx.Query().Clauses(clause.Locking{Strength: "UPDATE"}), call)
	if err != nil {
		return s, err
	}
	if s.Walk, err = to(s); err != nil {
		return s, err
	}
	return s, s.keep(tx, now)
}

// keep writes the walk over the one that is there.
func (s *Stand) keep(tx tenant.Tx, now walk.Instant) error {
	if err := s.put(now); err != nil {
		return err
	}
	_, err := tx.Exec("update shop.walk set state = $2::jsonb, adherence = $3, updated_at = $4, ended_at = $5 where id = $1",
		s.ID, string(s.State), s.Adherence, s.UpdatedAt, s.EndedAt)
	if err != nil {
		return fmt.Errorf("keep the walk of call %s: %w", s.CallID, err)
	}
	return nil
}

// put brings the row up to date with the walk.
func (s *Stand) put(now walk.Instant) error {
	js, err := json.Marshal(s.Walk)
	if err != nil {
		return fmt.Errorf("write the walk of call %s: %w", s.CallID, err)
	}
	s.State, s.UpdatedAt, s.EndedAt, s.Adherence = js, instant(now), nil, nil
	if s.Walk.Ended {
		ended := instant(s.Walk.Since)
		s.EndedAt = &ended
	}
	if done, due := walk.Adherence(s.Graph, s.Walk); due > 0 {
		permille := done * 1000 / due
		s.Adherence = &permille
	}
	return nil
}

// record keeps the visits from one on as rows: what the call's page shows. Like
// the state they hold the buyer's words, and erasure must empty both.
func record(tx tenant.Tx, s Stand, from int) error {
	for i, v := range s.Walk.Path[from:] {
		answer, err := json.Marshal(v.Answer)
		if err == nil {
			_, err = tx.Exec("insert into shop.walk_step (walk_id, seq, node, answer, at) values ($1, $2, $3, $4::jsonb, $5)",
				s.ID, from+i+1, v.Node, string(answer), instant(v.At))
		}
		if err != nil {
			return fmt.Errorf("keep step %d of the walk of call %s: %w", from+i+1, s.CallID, err)
		}
	}
	return nil
}

func instant(i walk.Instant) time.Time { return time.UnixMilli(int64(i)).UTC() }
