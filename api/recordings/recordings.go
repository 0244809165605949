// Package recordings serves what becomes of recordings: how long they stay, what
// the law holds, who deletes one, which keys they are under.
package recordings

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/keyring"
	"switchboard/tenant/recording"
)

// Handler serves recordings' lives. Their sound is package calls'.
type Handler struct {
	guard   *session.Guard
	masters keyring.Masters
	now     func() time.Time
}

// New returns a Handler.
func New(g *session.Guard, m keyring.Masters, now func() time.Time) *Handler {
	return &Handler{g, m, now}
}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	owner := h.guard.Allow(session.Owner)
	readers := h.guard.Allow(session.Owner, session.Manager, session.Supervisor, session.Finance, session.Admin)
	huma.Register(a, web.Op("delete-recording", "POST /calls/{id}/recording/deletion", "Delete what was said", owner,
		web.Says("Nothing brings it back: its key is destroyed at once, its files within seconds. Its hash and size stay, with when, by whom and why. What is held for the law is not deleted.")), h.remove)
	huma.Register(a, web.Op("hold-recording", "PUT /calls/{id}/recording/hold", "Keep what was said, whatever the rules, for the law", owner), h.hold)
	huma.Register(a, web.Op("release-recording", "DELETE /calls/{id}/recording/hold", "Let the rules apply to it again", owner), h.release)
	huma.Register(a, web.Op("get-recording-policy", "GET /recording-policy", "How long recordings stay, and stand still", readers), h.policy)
	huma.Register(a, web.Op("set-recording-policy", "PUT /recording-policy", "Say how long recordings stay, and stand still", owner,
		web.Says("What is older is deleted within a minute.")), h.setPolicy)
	huma.Register(a, web.Op("list-recording-keys", "GET /recording-keys", "The keys that recordings are under, the newest first", readers), h.keys)
	huma.Register(a, web.Op("create-recording-key", "POST /recording-keys", "Begin a new key", owner,
		web.Says("New recordings are under it at once, those that are there within minutes: list-recording-keys tells how many are not. Their files stay as they are.")), h.rotate)
	h.registerDestruction(a)
}

// registerDestruction adds what a shop does that leaves.
func (h *Handler) registerDestruction(a huma.API) {
	huma.Register(a, web.Op("destroy-recording-keys", "POST /recording-keys/destruction", "Destroy all keys, and with them every recording", h.guard.Allow(session.Owner),
		web.Says("Nothing brings them back, wherever copies of the files are. A shop of which the law holds a recording, or in which one is being made, is refused. Recordings that begin later are under a new key.")), h.destroy)
}

type destruction struct {
	session.Shop
	Body struct {
		Confirm string `json:"confirm" minLength:"1" maxLength:"63" doc:"The shop's short name, typed: so that it is this one" example:"tyres"`
	}
}

func (h *Handler) destroy(ctx context.Context, in *destruction) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := keyring.Confirm(tx, in.Body.Confirm); err != nil {
			return err
		}
		return keyring.Erase(tx, h.now())
	})
}

// Path names the call of a recording. It is exported because huma reads no parameters of an embedded type that is not.
type Path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
}

type deletion struct {
	Path
	Body struct {
		Confirm int64  `json:"confirm" minimum:"1" doc:"The call's number in the shop, again: so that it is this one" example:"48213"`
		Reason  string `json:"reason" minLength:"3" maxLength:"500" doc:"Why, in words; whoever looks for the recording reads it"`
	}
}

func (h *Handler) remove(ctx context.Context, in *deletion) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if err := recording.Confirm(tx, in.ID, in.Body.Confirm); err != nil {
			return err
		}
		return recording.Delete(tx, in.ID, recording.Deletion{Rule: recording.ByRequest, Reason: in.Body.Reason, At: h.now()})
	})
}

type hold struct {
	Path
	Body struct {
		Reason string `json:"reason" minLength:"3" maxLength:"500" doc:"Which case, in words"`
	}
}

func (h *Handler) hold(ctx context.Context, in *hold) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return recording.Hold(tx, in.ID, in.Body.Reason) })
}

func (h *Handler) release(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error { return recording.Hold(tx, in.ID, "") })
}

// Policy is how a shop keeps its recordings.
type Policy struct {
	RetentionDays *int `json:"retention_days" minimum:"1" maximum:"3650" doc:"Days after which a recording is deleted; null: never by itself"`
	SecretSeconds int  `json:"secret_seconds" minimum:"15" maximum:"900" doc:"Seconds that a recording may stand still while a buyer pays; then it goes on by itself"`
}

type policy struct{ Body Policy }

type newPolicy struct {
	session.Shop
	Body Policy
}

func (h *Handler) policy(ctx context.Context, in *session.Shop) (*policy, error) {
	var p recording.Policy
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		p, err = recording.PolicyOf(tx)
		return err
	})
	return &policy{Policy{p.RetentionDays, p.SecretSeconds}}, err
}

func (h *Handler) setPolicy(ctx context.Context, in *newPolicy) (*policy, error) {
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		return recording.SetPolicy(tx, recording.Policy{RetentionDays: in.Body.RetentionDays, SecretSeconds: in.Body.SecretSeconds})
	})
	return &policy{in.Body}, err
}

// Key is one that recordings are under.
type Key struct {
	Version    int        `json:"version" doc:"The shop's own numbering, from 1"`
	MadeAt     time.Time  `json:"made_at"`
	RetiredAt  *time.Time `json:"retired_at" doc:"Since then nothing is under it; null if something may be"`
	ErasedAt   *time.Time `json:"erased_at" doc:"Since then it is destroyed"`
	Recordings int64      `json:"recordings" doc:"That are under it now"`
}

func show(v keyring.Version) Key {
	return Key{v.Version, v.MadeAt, v.RetiredAt, v.ErasedAt, v.Recordings}
}

func (h *Handler) keys(ctx context.Context, in *session.Shop) (*web.List[Key], error) {
	var all []keyring.Version
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		all, err = keyring.Versions(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(all, show), nil
}

type key struct{ Body Key }

func (h *Handler) rotate(ctx context.Context, in *session.Shop) (*key, error) {
	var v keyring.Version
	err := h.guard.Within(ctx, *in, func(tx tenant.Tx) (err error) {
		v, err = keyring.Rotate(tx, h.masters, h.now())
		return err
	})
	return &key{show(v)}, err
}
