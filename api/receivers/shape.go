package receivers

import (
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
)

// ReceiverSettings are what a shop says of a receiver.
type ReceiverSettings struct {
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	Form     string   `json:"form" enum:"standard" default:"standard" doc:"How it is told: standard is Standard Webhooks 1.0 with the JSON of Message"`
	URL      string   `json:"url" maxLength:"2000" example:"https://shop.example/switchboard"`
	Events   []string `json:"events" nullable:"false" minItems:"1" maxItems:"50" doc:"Which events it is told: see Webhooks" example:"[\"call.ended\"]"`
	Personal bool     `json:"personal" doc:"Buyers' numbers, names and addresses are sent as they are; else numbers are masked and the rest is left out. Only an owner may have it so"`
}

func (s ReceiverSettings) settings() hook.Settings {
	out := hook.Settings{Name: s.Name, Form: hook.Form(s.Form), URL: s.URL, Personal: s.Personal}
	for _, e := range s.Events {
		out.Events = append(out.Events, body.Event(e))
	}
	return out
}

// NewReceiver is one that was just added.
type NewReceiver struct {
	ID     uuid.UUID `json:"id" format:"uuid"`
	Secret string    `json:"secret" doc:"What messages are signed with. Nobody can read it later" example:"whsec_..."`
}

// Receiver is a system of the shop's that is told what happens.
type Receiver struct {
	ID uuid.UUID `json:"id" format:"uuid"`
	ReceiverSettings
	State        string     `json:"state" enum:"on,paused,off" doc:"off: we turned it off"`
	OffReason    string     `json:"off_reason" doc:"dead: it took nothing for three days; gone: it answered 410"`
	Streak       int        `json:"streak" doc:"Attempts that failed since the last that did not"`
	FailingSince *time.Time `json:"failing_since"`
	LastDoneAt   *time.Time `json:"last_done_at" doc:"When it last took something"`
	OldUntil     *time.Time `json:"old_until" doc:"Until then the secret before signs too"`
	Owed         int        `json:"owed" doc:"Messages on their way, up to 1000"`
	CreatedAt    time.Time  `json:"created_at"`
	ChangedAt    time.Time  `json:"changed_at"`
}

func show(r hook.Receiver) Receiver {
	out := Receiver{ID: r.ID, ReceiverSettings: ReceiverSettings{Name: r.Name, Form: string(r.Form), URL: r.URL, Events: []string{}, Personal: r.Personal},
		State: string(r.State), OffReason: r.OffReason, Streak: r.Streak, FailingSince: r.FailingSince, LastDoneAt: r.LastDoneAt,
		OldUntil: r.OldUntil, Owed: r.Owed, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt}
	for _, e := range r.Events {
		out.Events = append(out.Events, string(e))
	}
	return out
}
