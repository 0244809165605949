package calls

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"switchboard/api/orders"
	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant/cdr"
)

// Call is a call as lists show it.
type Call struct {
	ID           uuid.UUID  `json:"id" format:"uuid"`
	ShopID       uuid.UUID  `json:"shop_id" format:"uuid"`
	No           int64      `json:"no" doc:"The shop's own numbering, from 1"`
	Direction    string     `json:"direction" enum:"inbound,outbound"`
	From         string     `json:"from" doc:"Who called: E.164 where it is one, else as received; empty if withheld; masked for roles that need not know it"`
	To           string     `json:"to" doc:"Who was called, E.164"`
	State        string     `json:"state" enum:"greeting,menu,waiting,talking,held,moving,wrap-up,ended" doc:"Where the call is"`
	Outcome      *string    `json:"outcome" enum:"answered,abandoned,overflowed,voicemail,refused,failed,served,unreached" doc:"How it ended; null while it lives"`
	EndedBy      *string    `json:"ended_by" enum:"caller,operator,system" doc:"Who ended it"`
	SIPCode      *int       `json:"sip_code" doc:"Status of SIP that ended it, where one did"`
	Reason       string     `json:"reason" doc:"In words, where it did not end as it should"`
	QueueID      *uuid.UUID `json:"queue_id" format:"uuid"`
	OperatorID   *uuid.UUID `json:"operator_id" format:"uuid"`
	StartedAt    time.Time  `json:"started_at" doc:"When the call came"`
	AnsweredAt   *time.Time `json:"answered_at" doc:"When a person joined"`
	EndedAt      *time.Time `json:"ended_at" doc:"When the sound ended"`
	RingS        float64    `json:"ring_s" doc:"Seconds of ringing before anything was heard"`
	GreetingS    float64    `json:"greeting_s" doc:"Seconds of greeting and notices"`
	QueueS       float64    `json:"queue_s" doc:"Seconds of waiting"`
	TalkS        float64    `json:"talk_s" doc:"Seconds of talk"`
	HoldS        float64    `json:"hold_s" doc:"Seconds on hold"`
	WrapUpS      float64    `json:"wrap_up_s" doc:"Seconds of the operator's work after the call"`
	RecordingURL *string    `json:"recording_url" doc:"Where it can be heard, on this server; null if it cannot"`
	OrderID      *uuid.UUID `json:"order_id" format:"uuid" doc:"The order that came of it"`
	Charge       *Charge    `json:"charge" doc:"What the shop owes for it; null until it is rated"`
}

// Charge is money: amount / 10^scale of the currency.
type Charge struct {
	Amount   int64  `json:"amount" doc:"Minor units: kopecks, cents" example:"2400"`
	Scale    int    `json:"scale" doc:"Digits of the minor unit" example:"2"`
	Currency string `json:"currency" example:"RUB"`
}

// Story is a call with all that is known of it.
type Story struct {
	Call
	Events      []Event         `json:"events" nullable:"false" doc:"What happened, in its order"`
	Walk        *Walk           `json:"walk" doc:"The script that was walked; null if none was"`
	ScriptPath  []Step          `json:"script_path" nullable:"false" doc:"Its steps with answers, in their order"`
	SnapshotID  *uuid.UUID      `json:"catalogue_snapshot_id" format:"uuid" doc:"The catalogue as the operator saw it"`
	Explanation json.RawMessage `json:"explanation" doc:"Why this operator, and why so late; null if nobody was chosen"`
	Order       *orders.Order   `json:"order" doc:"The order that came of it; null if none did"`
	Recording   *Recording      `json:"recording" doc:"What is known of the sound; null if there is none"`
	Transcript  *Transcript     `json:"transcript" doc:"Of a message, what it says; null if it was not written down, or there is none"`
	Quality     []LegQuality    `json:"quality" nullable:"false" doc:"How the sound of each leg came through, once it is over"`
	Bill        *Bill           `json:"bill" doc:"How its charge was reckoned; null where nothing was charged, and for whoever has no part in it"`
}

// Event is one thing that happened to a call.
type Event struct {
	Seq  int64           `json:"seq" doc:"Its place in the journal"`
	AtMS int64           `json:"at_ms" doc:"The switch's own instant, ms: differences are exact"`
	At   time.Time       `json:"at" doc:"The same by the clock"`
	Kind string          `json:"kind" example:"operator-joined"`
	Body json.RawMessage `json:"body" doc:"Ids and numbers"`
}

// Walk is a script as it was gone through in a call.
type Walk struct {
	ID              uuid.UUID  `json:"id" format:"uuid"`
	ScriptID        uuid.UUID  `json:"script_id" format:"uuid"`
	ScriptName      string     `json:"script_name"`
	ScriptVersionID uuid.UUID  `json:"script_version_id" format:"uuid"`
	Version         int        `json:"version"`
	Adherence       *int       `json:"adherence" doc:"Permille of the required steps that were taken; null until it ended"`
	StartedAt       time.Time  `json:"started_at"`
	EndedAt         *time.Time `json:"ended_at"`
}

// Step is one step of a walk.
type Step struct {
	Seq    int             `json:"seq"`
	Node   string          `json:"node" doc:"Of the script"`
	Answer json.RawMessage `json:"answer" doc:"What the buyer said; null if nothing was asked"`
	At     time.Time       `json:"at"`
}

// Recording is what is known of a call's sound.
type Recording struct {
	State    string  `json:"state" enum:"recording,ready,failed,erased"`
	OffsetS  float64 `json:"offset_s" doc:"Seconds from the call's start to the first sample"`
	Duration float64 `json:"duration_s" doc:"Seconds of sound"`
	Bytes    int64   `json:"bytes" doc:"Size of the WAV file"`
	SHA256   string  `json:"sha256" doc:"Of the WAV file, hexadecimal; empty until it is closed"`
	Error    string  `json:"error" doc:"Why there is none, where it failed, or why it ends before the call"`
	Gaps     []Gap   `json:"gaps" nullable:"false" doc:"In which it stood still, and is silent"`
	Moving   bool    `json:"moving" doc:"Its file has not come to the store yet; it can be heard nevertheless"`
	Held     bool    `json:"held" doc:"For the law: it is not deleted by any rule"`
	HeldFor  string  `json:"held_for" doc:"Why, in words"`

	DeletedAt     *time.Time `json:"deleted_at" doc:"Null if it was not"`
	DeletedRule   string     `json:"deleted_rule" enum:",request,retention,buyer,keys" doc:"Somebody asked for it, it was too old, its buyer was forgotten, the shop's keys were destroyed"`
	DeletedReason string     `json:"deleted_reason" doc:"In words"`
}

// Gap is a stretch of a recording in which it stood still.
type Gap struct {
	FromS float64 `json:"from_s" doc:"Seconds from the recording's start"`
	ToS   float64 `json:"to_s" doc:"Seconds from the recording's start"`
	Why   string  `json:"why" enum:"payment"`
}

func showRecording(r cdr.Recording) (*Recording, error) {
	var gaps []cdr.Gap
	if err := json.Unmarshal(r.Gaps, &gaps); err != nil {
		return nil, fmt.Errorf("read the gaps of the recording of call %s: %w", r.CallID, err)
	}
	out := &Recording{
		State: r.State, OffsetS: seconds(r.OffsetMS), Duration: seconds(r.DurationMS), Bytes: r.Bytes, SHA256: hexadecimal(r.SHA256), Error: r.Error,
		Gaps: []Gap{}, Moving: r.State == "ready" && r.Place == "spool", Held: r.Held, HeldFor: r.HeldReason,
		DeletedAt: r.DeletedAt, DeletedRule: r.DeletedRule, DeletedReason: r.DeletedReason,
	}
	for _, g := range gaps {
		to := r.DurationMS
		if g.ToMS != nil {
			to = min(*g.ToMS, r.DurationMS)
		}
		out.Gaps = append(out.Gaps, Gap{seconds(g.FromMS), seconds(to), g.Why})
	}
	return out, nil
}

func show(c cdr.Call, shop session.Shop) Call {
	out := Call{
		ID: c.ID, ShopID: c.ShopID, No: c.No, Direction: c.Direction, From: string(c.From), To: string(c.To),
		State: string(c.State), Outcome: orNil(c.Outcome), EndedBy: orNil(c.EndedBy), SIPCode: c.SIPCode, Reason: c.Reason,
		QueueID: c.QueueID, OperatorID: c.OperatorID, StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, EndedAt: c.EndedAt,
		RingS: seconds(c.RingMS), GreetingS: seconds(c.GreetingMS), QueueS: seconds(c.QueueMS),
		TalkS: seconds(c.TalkMS), HoldS: seconds(c.HoldMS), WrapUpS: seconds(c.WrapUpMS), OrderID: c.OrderID,
	}
	if c.RecordingID != nil {
		address := recordingURL(c.ID, shop)
		out.RecordingURL = &address
	}
	if c.Charge != nil {
		out.Charge = &Charge{c.Charge.Amount, c.Charge.Scale, c.Charge.Currency}
	}
	return out
}

// recordingURL names the shop if the request did: who must name it can follow
// the address as it is.
func recordingURL(call uuid.UUID, shop session.Shop) string {
	address := web.Prefix + "/calls/" + call.String() + "/recording"
	if shop.Name != "" {
		address += "?shop=" + url.QueryEscape(shop.Name)
	}
	return address
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

func tell(s cdr.Story, role string, shop session.Shop) (Story, error) {
	out := Story{Call: show(s.Call.For(role), shop), Events: make([]Event, len(s.Events)), ScriptPath: []Step{}, SnapshotID: s.SnapshotID, Explanation: orNull(s.Explanation)}
	for i, e := range s.Events {
		out.Events[i] = Event{e.Seq, e.AtMS, e.At, e.Kind, e.Body}
	}
	if w := s.Walk; w != nil {
		out.Walk = &Walk{w.ID, w.ScriptID, w.ScriptName, w.ScriptVersionID, w.Version, w.Adherence, w.StartedAt, w.EndedAt}
		for _, step := range w.Steps {
			out.ScriptPath = append(out.ScriptPath, Step{step.Seq, step.Node, orNull(step.Answer), step.At})
		}
	}
	if r := s.Recording; r != nil {
		var err error
		if out.Recording, err = showRecording(*r); err != nil {
			return Story{}, err
		}
	}
	return out, nil
}

// orNull makes JSON of what the database left out.
func orNull(m json.RawMessage) json.RawMessage {
	if len(m) == 0 {
		return json.RawMessage("null")
	}
	return m
}
