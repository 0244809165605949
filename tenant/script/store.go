package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// MaxName is the longest name of a script, in characters.
const MaxName = 200

// Create makes a script with a draft that may be broken. A name that the shop
// has already is a fault.Conflict.
func Create(tx tenant.Tx, name, draft string, now time.Time) (Script, error) {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > MaxName {
		return Script{}, fault.Invalid{Field: "name", Problem: fmt.Sprintf("a script needs a name of at most %d characters", MaxName)}
	}
	s := Script{ID: uuid.Must(uuid.NewV7()), Name: name, Draft: draft, CreatedAt: now, UpdatedAt: now}
	if err := checkDraft(draft); err != nil {
		return Script{}, err
	}
	n, err := tx.Exec(`insert into shop.script (id, name, draft, created_at, updated_at) values ($1, $2, $3, $4, $4)
		on conflict (shop_id, name) do nothing`, s.ID, s.Name, s.Draft, now)
	if err != nil {
		return Script{}, fmt.Errorf("create script %q: %w", name, err)
	}
	if n == 0 {
		return Script{}, fmt.Errorf("create script %q, which is there already: %w", name, fault.Conflict)
	}
	return Take(tx, s.ID)
}

func checkDraft(draft string) error {
	if len(draft) > MaxSource {
		return fault.Invalid{Field: "draft", Problem: fmt.Sprintf("the script is larger than %d bytes", MaxSource)}
	}
	if strings.ContainsRune(draft, 0) || !utf8.ValidString(draft) {
		return fault.Invalid{Field: "draft", Problem: "the script is no text in UTF-8"}
	}
	return nil
}

// SaveDraft keeps a draft that may be broken. Saved by somebody else since the
// caller read it (at seen), it is a fault.Conflict and stays as it is.
func SaveDraft(tx tenant.Tx, id uuid.UUID, draft string, seen, now time.Time) (Script, error) {
	if err := checkDraft(draft); err != nil {
		return Script{}, err
	}
	s, err := lock(tx, id)
	if err != nil {
		return Script{}, err
	}
	if !s.UpdatedAt.Equal(seen) {
		return s, fmt.Errorf("save script %q, which was saved at %s: %w", s.Name, s.UpdatedAt.Format(time.RFC3339), fault.Conflict)
	}
	return save(tx, s, draft, now)
}

func save(tx tenant.Tx, s Script, draft string, now time.Time) (Script, error) {
	if _, err := tx.Exec("update shop.script set draft = $2, updated_at = $3 where id = $1", s.ID, draft, now); err != nil {
		return Script{}, fmt.Errorf("save script %q: %w", s.Name, err)
	}
	return Take(tx, s.ID)
}

// lock reads a script and keeps others from changing it.
func lock(tx tenant.Tx, id uuid.UUID) (Script, error) {
	var s Script
	res := tx.Query().Raw("select * from shop.script where id = ? for update", id).Scan(&s)
	if res.Error != nil {
		return Script{}, fmt.Errorf("lock script %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return Script{}, fmt.Errorf("script %s: %w", id, fault.NotFound)
	}
	return s, nil
}

// Publish makes the draft the script's next version, or returns what is wrong
// with it as fault.Problems. A draft that says nothing new is no new version.
func Publish(tx tenant.Tx, id uuid.UUID, note string, now time.Time) (Version, error) {
	s, err := lock(tx, id)
	if err != nil {
		return Version{}, err
	}
	g, problems := Parse([]byte(s.Draft))
	if err := problems.Err(); err != nil {
		return Version{}, err
	}
	js, err := Canonical(g)
	if err != nil {
		return Version{}, err
	}
	before, err := Current(tx, id)
	switch {
	case errors.Is(err, fault.NotFound):
	case err != nil:
		return Version{}, err
	case before.says(js):
		return before, nil
	}
	v := Version{
		ID: uuid.Must(uuid.NewV7()), ScriptID: id, Version: before.Version + 1, Source: s.Draft, Graph: js,
		Note: note, PublishedAt: now, PublishedBy: tx.Scope().Actor(),
	}
	if err := tx.Query().Create(&v).Error; err != nil {
		return Version{}, fmt.Errorf("publish version %d of script %q: %w", v.Version, s.Name, err)
	}
	return v, tenant.Audit(tx, "script.publish", id.String(), map[string]any{"version": v.Version, "version_id": v.ID})
}

// says reports whether v has that graph. The database writes JSON in its own way.
func (v Version) says(js []byte) bool {
	g, err := v.Load()
	if err != nil {
		return false
	}
	same, err := Canonical(g)
	return err == nil && bytes.Equal(same, js)
}

// Load returns the graph of a version, which walks know by the version's id.
func (v Version) Load() (graph.Graph, error) {
	var g graph.Graph
	if err := json.Unmarshal(v.Graph, &g); err != nil {
		return g, fmt.Errorf("read version %s of a script: %w", v.ID, err)
	}
	g.Version = v.ID.String()
	return g, nil
}

// Put publishes source as the script of that name, which is made if there is
// none: what a seed or an upload does. Repeated, it changes nothing.
func Put(tx tenant.Tx, name, source string, now time.Time) (Version, error) {
	s, err := Named(tx, name)
	if errors.Is(err, fault.NotFound) {
		s, err = Create(tx, name, source, now)
	}
	if err == nil && s.Draft != source {
		if err = checkDraft(source); err == nil {
			s, err = save(tx, s, source, now)
		}
	}
	if err != nil {
		return Version{}, err
	}
	return Publish(tx, s.ID, "", now)
}

// Take returns a script, or fault.NotFound.
func Take(tx tenant.Tx, id uuid.UUID) (Script, error) {
	var s Script
	return s, taken(tx.Query().Take(&s, "id = ?", id).Error, "script", id)
}

// Named returns the script of that name, or fault.NotFound.
func Named(tx tenant.Tx, name string) (Script, error) {
	var s Script
	return s, taken(tx.Query().Take(&s, "name = ?", strings.TrimSpace(name)).Error, "script", name)
}

// List returns the shop's scripts by name.
func List(tx tenant.Tx) ([]Script, error) {
	var all []Script
	if err := tx.Query().Order("name, id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list scripts: %w", err)
	}
	return all, nil
}

// Current returns the last published version of a script, or fault.NotFound.
func Current(tx tenant.Tx, script uuid.UUID) (Version, error) {
	var v Version
	return v, taken(tx.Query().Order("version desc").Take(&v, "script_id = ?", script).Error, "published version of script", script)
}

// OfQueue returns the version that calls of a queue in a direction (inbound,
// outbound) begin with: the last that was published of the queue's script, or of
// the one for calls that we make. Without one it is fault.NotFound.
func OfQueue(tx tenant.Tx, queue uuid.UUID, direction string) (Version, error) {
	var v Version
	res := tx.Query().Raw(`select v.* from shop.queue q
		join shop.script_version v on v.script_id = q.script_id or @direction = 'outbound' and v.script_id = q.outgoing_script_id
		where q.id = @queue order by @direction = 'outbound' and v.script_id = q.outgoing_script_id desc nulls last, v.version desc limit 1`,
		map[string]any{"queue": queue, "direction": direction}).Scan(&v)
	if res.Error == nil && res.RowsAffected == 0 {
		return v, fmt.Errorf("published script of queue %s: %w", queue, fault.NotFound)
	}
	if res.Error != nil {
		return v, fmt.Errorf("read the script of queue %s: %w", queue, res.Error)
	}
	return v, nil
}

// TakeVersion returns a version, or fault.NotFound.
func TakeVersion(tx tenant.Tx, id uuid.UUID) (Version, error) {
	var v Version
	return v, taken(tx.Query().Take(&v, "id = ?", id).Error, "script version", id)
}

// Versions returns the versions of a script, newest first.
func Versions(tx tenant.Tx, script uuid.UUID) ([]Version, error) {
	var all []Version
	if err := tx.Query().Order("version desc").Find(&all, "script_id = ?", script).Error; err != nil {
		return nil, fmt.Errorf("list versions of script %s: %w", script, err)
	}
	return all, nil
}

// taken words the error of reading one row.
func taken(err error, what string, id any) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%s %v: %w", what, id, fault.NotFound)
	case err != nil:
		return fmt.Errorf("read %s %v: %w", what, id, err)
	}
	return nil
}
