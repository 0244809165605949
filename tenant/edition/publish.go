package edition

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Publish makes the draft the text's next version, or returns what is wrong with
// it as fault.Problems. A draft that says nothing new is no new version.
func (s Shelf) Publish(tx tenant.Tx, id uuid.UUID, note string, now time.Time) (Version, error) {
	t, err := s.lock(tx, id)
	if err != nil {
		return Version{}, err
	}
	return s.publish(tx, t, note, now)
}

// Restore makes an earlier version the newest again, and the draft with it.
func (s Shelf) Restore(tx tenant.Tx, id uuid.UUID, version int, now time.Time) (Version, error) {
	t, err := s.lock(tx, id)
	if err != nil {
		return Version{}, err
	}
	old, err := s.version(tx, "t.@_id = ? and t.version = ?", id, version)
	if err != nil {
		return Version{}, err
	}
	if err := s.keep(tx, t, old.Source, now); err != nil {
		return Version{}, err
	}
	t.Draft = old.Source
	return s.publish(tx, t, fmt.Sprintf("= %d", version), now)
}

// Put publishes source as the text of that name, which is made if there is
// none: what a seed does. Repeated, it changes nothing.
func (s Shelf) Put(tx tenant.Tx, name, source string, now time.Time) (Version, error) {
	t, err := s.Named(tx, name)
	if errors.Is(err, fault.NotFound) {
		t, err = s.Create(tx, name, source, now)
	}
	if err == nil && t.Draft != source {
		if err = s.check(source); err == nil {
			err = s.keep(tx, t, source, now)
		}
	}
	if err != nil {
		return Version{}, err
	}
	return s.Publish(tx, t.ID, "", now)
}

func (s Shelf) publish(tx tenant.Tx, t Text, note string, now time.Time) (Version, error) {
	doc, err := s.Read(tx, t.Draft)
	if err != nil {
		return Version{}, err
	}
	before, err := s.Current(tx, t.ID)
	switch {
	case errors.Is(err, fault.NotFound):
	case err != nil:
		return Version{}, err
	case s.says(before, doc):
		return before, nil
	}
	v := Version{
		ID: uuid.Must(uuid.NewV7()), TextID: t.ID, Version: before.Version + 1, Source: t.Draft, Graph: doc,
		Note: note, PublishedAt: now, PublishedBy: tx.Scope().Actor(),
	}
	_, err = tx.Exec(s.sql(`insert into shop.@_version (id, @_id, version, source, graph, note, published_at, published_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`), v.ID, v.TextID, v.Version, v.Source, v.Graph, v.Note, v.PublishedAt, v.PublishedBy)
	if err != nil {
		return Version{}, fmt.Errorf("publish version %d of %s %q: %w", v.Version, s.Noun, t.Name, err)
	}
	return v, tenant.Audit(tx, s.Noun+".publish", t.ID.String(), map[string]any{"version": v.Version, "version_id": v.ID})
}

// says reports whether v says what doc does.
func (s Shelf) says(v Version, doc []byte) bool {
	same, err := s.Same(v.Graph)
	return err == nil && bytes.Equal(same, doc)
}
