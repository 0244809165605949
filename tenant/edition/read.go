package edition

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

const (
	texts    = "select t.*, coalesce((select max(v.version) from shop.@_version v where v.@_id = t.id), 0) as version from shop.@ t "
	versions = "select t.*, t.@_id as text_id from shop.@_version t "
)

// Take returns a text, or fault.NotFound.
func (s Shelf) Take(tx tenant.Tx, id uuid.UUID) (Text, error) {
	return s.one(tx, texts+"where t.id = ?", id)
}

// Named returns the text of that name, or fault.NotFound.
func (s Shelf) Named(tx tenant.Tx, name string) (Text, error) {
	return s.one(tx, texts+"where t.name = ?", strings.TrimSpace(name))
}

// lock reads a text and keeps others from changing it.
func (s Shelf) lock(tx tenant.Tx, id uuid.UUID) (Text, error) {
	return s.one(tx, texts+"where t.id = ? for update of t", id)
}

func (s Shelf) one(tx tenant.Tx, statement string, key any) (Text, error) {
	var t Text
	return t, s.taken(tx, statement, &t, key)
}

// List returns the shop's texts by name.
func (s Shelf) List(tx tenant.Tx) ([]Text, error) {
	var all []Text
	if err := tx.Query().Raw(s.sql(texts + "order by t.name, t.id")).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("list %ss: %w", s.Noun, err)
	}
	return all, nil
}

// Current returns the last published version of a text, or fault.NotFound.
func (s Shelf) Current(tx tenant.Tx, id uuid.UUID) (Version, error) {
	return s.version(tx, "t.@_id = ? order by t.version desc limit 1", id)
}

// AllCurrent returns the last published version of each text that has one, by
// the text's id.
func (s Shelf) AllCurrent(tx tenant.Tx) (map[uuid.UUID]Version, error) {
	var all []Version
	err := tx.Query().Raw(s.sql("select distinct on (t.@_id) t.*, t.@_id as text_id from shop.@_version t order by t.@_id, t.version desc")).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list published %ss: %w", s.Noun, err)
	}
	by := make(map[uuid.UUID]Version, len(all))
	for _, v := range all {
		by[v.TextID] = v
	}
	return by, nil
}

// TakeVersion returns a version, or fault.NotFound.
func (s Shelf) TakeVersion(tx tenant.Tx, id uuid.UUID) (Version, error) {
	return s.version(tx, "t.id = ?", id)
}

// Versions returns the versions of a text, newest first.
func (s Shelf) Versions(tx tenant.Tx, id uuid.UUID) ([]Version, error) {
	var all []Version
	if err := tx.Query().Raw(s.sql(versions+"where t.@_id = ? order by t.version desc"), id).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("list versions of %s %s: %w", s.Noun, id, err)
	}
	return all, nil
}

func (s Shelf) version(tx tenant.Tx, where string, keys ...any) (Version, error) {
	var v Version
	return v, s.taken(tx, versions+"where "+where, &v, keys...)
}

// taken reads one row into to.
func (s Shelf) taken(tx tenant.Tx, statement string, to any, keys ...any) error {
	res := tx.Query().Raw(s.sql(statement), keys...).Scan(to)
	switch {
	case res.Error != nil:
		return fmt.Errorf("read %s %v: %w", s.Noun, keys[0], res.Error)
	case res.RowsAffected == 0:
		return fmt.Errorf("%s %v: %w", s.Noun, keys, fault.NotFound)
	}
	return nil
}
