// Package body is what a shop's systems are told of a thing that happened: the
// JSON of a webhook.
package body

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Event is a kind of thing that happens in a shop.
type Event string

// The events. Test is sent when somebody asks for it, and at no other time.
const (
	CallStarted       Event = "call.started"
	CallAnswered      Event = "call.answered"
	CallEnded         Event = "call.ended"
	CallLost          Event = "call.lost"
	VoicemailLeft     Event = "voicemail.left"
	RecordingReady    Event = "recording.ready"
	CallbackDone      Event = "callback.done"
	CallbackCancelled Event = "callback.cancelled"
	OrderCreated      Event = "order.created"
	OrderChanged      Event = "order.changed"
	SnapshotPublished Event = "snapshot.published"
	SnapshotHeld      Event = "snapshot.held"
	SnapshotRefused   Event = "snapshot.refused"
	Test              Event = "receiver.test"
)

// About is each event that a receiver can ask for, in the order of a list, with
// what it says and what its data holds.
var About = []struct {
	Event Event
	Says  string
}{
	{CallStarted, "A call came, or one goes out. Data: call."},
	{CallAnswered, "A person joined the call. Data: call."},
	{CallEnded, "A call is over, its wrap-up too: its record is complete. Data: call."},
	{CallLost, "A caller reached nobody, and a callback is owed. Data: lost_call, call, task."},
	{VoicemailLeft, "A caller left a message. Data: lost_call, call, task."},
	{RecordingReady, "The recording of a call can be heard. Data: call, with recording_url."},
	{CallbackDone, "A callback was done. Data: task, call."},
	{CallbackCancelled, "A callback need not be done: the buyer rang again, or somebody said so. Data: task, call."},
	{OrderCreated, "An order was written down, as a draft. Data: order."},
	{OrderChanged, "An order was confirmed, cancelled or edited. Data: order."},
	{SnapshotPublished, "A new state of the catalogue is what operators see. Data: snapshot."},
	{SnapshotHeld, "A new state of the catalogue waits for a person, for it differs too much. Data: snapshot."},
	{SnapshotRefused, "A feed was broken, and the last good state of the catalogue stays. Data: snapshot."},
}

// Message is one telling. Its id is in the header webhook-id.
type Message struct {
	Type      Event     `json:"type" example:"call.ended"`
	Timestamp time.Time `json:"timestamp" doc:"When it happened"`
	ShopID    uuid.UUID `json:"shop_id" format:"uuid"`
	Data      ToldData  `json:"data"`
}

// ToldData is what a message is about: as it stands when the message is sent, which
// may be later than it happened. Facts is how it was then.
type ToldData struct {
	Facts    json.RawMessage `json:"facts" doc:"How it was when it happened: ids, numbers, states"`
	Call     *ToldCall       `json:"call,omitempty"`
	LostCall *ToldLostCall   `json:"lost_call,omitempty"`
	Task     *ToldTask       `json:"task,omitempty"`
	Order    *ToldOrder      `json:"order,omitempty"`
	Snapshot *ToldSnapshot   `json:"snapshot,omitempty"`
}

// ToldCall is a call. Numbers are masked for receivers that get nothing personal.
type ToldCall struct {
	ID           uuid.UUID  `json:"id" format:"uuid"`
	No           int64      `json:"no"`
	Direction    string     `json:"direction" enum:"inbound,outbound"`
	From         string     `json:"from" doc:"E.164 where it is one"`
	To           string     `json:"to"`
	State        string     `json:"state"`
	Outcome      string     `json:"outcome" doc:"Empty while it lives"`
	Reason       string     `json:"reason"`
	QueueID      *uuid.UUID `json:"queue_id" format:"uuid"`
	OperatorID   *uuid.UUID `json:"operator_id" format:"uuid"`
	StartedAt    time.Time  `json:"started_at"`
	AnsweredAt   *time.Time `json:"answered_at"`
	EndedAt      *time.Time `json:"ended_at"`
	QueueS       float64    `json:"queue_s" doc:"Seconds"`
	TalkS        float64    `json:"talk_s" doc:"Seconds"`
	HoldS        float64    `json:"hold_s" doc:"Seconds"`
	WrapUpS      float64    `json:"wrap_up_s" doc:"Seconds"`
	RecordingURL string     `json:"recording_url" doc:"Below the address of the API; empty if it cannot be heard"`
	OrderID      *uuid.UUID `json:"order_id" format:"uuid"`
}

// ToldLostCall is why nobody took a call.
type ToldLostCall struct {
	ID      uuid.UUID  `json:"id" format:"uuid"`
	Reason  string     `json:"reason"`
	Words   string     `json:"words" doc:"In the shop's language"`
	WaitedS float64    `json:"waited_s" doc:"Seconds of waiting"`
	TaskID  *uuid.UUID `json:"task_id" format:"uuid" doc:"The callback that is owed"`
}

// ToldTask is work that is owed to a buyer.
type ToldTask struct {
	ID           uuid.UUID  `json:"id" format:"uuid"`
	Kind         string     `json:"kind"`
	State        string     `json:"state"`
	CallID       uuid.UUID  `json:"call_id" format:"uuid"`
	DueAt        time.Time  `json:"due_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	ClosedReason string     `json:"closed_reason"`
	ClosedCallID *uuid.UUID `json:"closed_call_id" format:"uuid"`
	Phone        string     `json:"phone" doc:"The buyer's"`
}

// ToldOrder is what was agreed.
type ToldOrder struct {
	ID            uuid.UUID    `json:"id" format:"uuid"`
	No            int64        `json:"no"`
	Status        string       `json:"status"`
	CallID        *uuid.UUID   `json:"call_id" format:"uuid"`
	BuyerID       *uuid.UUID   `json:"buyer_id" format:"uuid"`
	SnapshotID    uuid.UUID    `json:"snapshot_id" format:"uuid"`
	Currency      string       `json:"currency"`
	DeliveryMinor int64        `json:"delivery_minor" doc:"Minor units"`
	TotalMinor    int64        `json:"total_minor" doc:"Minor units"`
	Items         []ToldItem   `json:"items" nullable:"false"`
	Contact       *ToldContact `json:"contact" doc:"Null for receivers that get nothing personal, and once erased"`
	CreatedAt     time.Time    `json:"created_at"`
	ConfirmedAt   *time.Time   `json:"confirmed_at"`
	CancelledAt   *time.Time   `json:"cancelled_at"`
}

// ToldItem is a line of an order.
type ToldItem struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Quantity   int    `json:"quantity"`
	PriceMinor int64  `json:"price_minor" doc:"Minor units"`
	SumMinor   int64  `json:"sum_minor" doc:"Minor units"`
}

// ToldContact is whom and where to.
type ToldContact struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Address  string `json:"address"`
	Entrance string `json:"entrance"`
	Deliver  string `json:"deliver"`
	Comment  string `json:"comment"`
}

// ToldSnapshot is a state of the catalogue.
type ToldSnapshot struct {
	ID           uuid.UUID `json:"id" format:"uuid"`
	Seq          int       `json:"seq"`
	SourceID     uuid.UUID `json:"source_id" format:"uuid"`
	State        string    `json:"state"`
	TakenAt      time.Time `json:"taken_at"`
	ItemCount    int       `json:"item_count"`
	NewCount     int       `json:"new_count"`
	ChangedCount int       `json:"changed_count"`
	GoneCount    int       `json:"gone_count"`
	Reason       string    `json:"reason"`
}
