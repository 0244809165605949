package body

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
	"switchboard/tenant/page"
	"switchboard/tenant/task"
)

// News is a thing that happened, as its row has it.
type News struct {
	ID        uuid.UUID
	Event     Event
	ObjectID  uuid.UUID
	SubjectID uuid.UUID
	Facts     json.RawMessage
	At        time.Time
}

// Write reads what the news is about and writes the message of it, with all that
// is personal. What has been erased since is not in it.
func Write(tx tenant.Tx, n News) (Message, error) {
	m := Message{Type: n.Event, Timestamp: n.At.UTC(), ShopID: tx.Scope().Shop().UUID(), Data: ToldData{Facts: n.Facts}}
	err := m.Data.read(tx, n)
	if errors.Is(err, fault.NotFound) {
		err = nil
	}
	if err != nil {
		return Message{}, fmt.Errorf("write %s of %s: %w", n.Event, n.SubjectID, err)
	}
	return m, nil
}

func (d *ToldData) read(tx tenant.Tx, n News) error {
	switch n.Event {
	case CallStarted, CallAnswered, CallEnded, RecordingReady:
		return d.readCall(tx, n.ObjectID)
	case CallLost, VoicemailLeft:
		return errors.Join(d.readLostCall(tx, n.ObjectID), d.readCall(tx, n.ObjectID))
	case CallbackDone, CallbackCancelled:
		return errors.Join(d.readTask(tx, n.SubjectID), d.readCall(tx, n.ObjectID))
	case OrderCreated, OrderChanged:
		return d.readOrder(tx, n.SubjectID)
	case SnapshotPublished, SnapshotHeld, SnapshotRefused:
		return d.readSnapshot(tx, n.SubjectID)
	default:
		return nil
	}
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

func (d *ToldData) readCall(tx tenant.Tx, id uuid.UUID) error {
	s, err := cdr.Take(tx, id)
	if err != nil {
		return err
	}
	c := s.Call
	d.Call = &ToldCall{
		ID: c.ID, No: c.No, Direction: c.Direction, From: string(c.From), To: string(c.To), State: string(c.State), Outcome: c.Outcome, Reason: c.Reason,
		QueueID: c.QueueID, OperatorID: c.OperatorID, StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, EndedAt: c.EndedAt,
		QueueS: seconds(c.QueueMS), TalkS: seconds(c.TalkMS), HoldS: seconds(c.HoldMS), WrapUpS: seconds(c.WrapUpMS), OrderID: c.OrderID,
	}
	if c.RecordingID != nil {
		d.Call.RecordingURL = "/api/v1/calls/" + c.ID.String() + "/recording"
	}
	return nil
}

func (d *ToldData) readLostCall(tx tenant.Tx, call uuid.UUID) error {
	lost, _, err := task.ListLost(tx, task.LostFilter{CallID: &call}, page.Cursor{}, 1)
	if err != nil || len(lost) == 0 {
		return err
	}
	l := lost[0]
	d.LostCall = &ToldLostCall{ID: l.ID, Reason: string(l.Reason), Words: l.Words, WaitedS: seconds(l.WaitedMS), TaskID: l.TaskID}
	if l.TaskID == nil {
		return nil
	}
	return d.readTask(tx, *l.TaskID)
}

func (d *ToldData) readTask(tx tenant.Tx, id uuid.UUID) error {
	t, err := task.Take(tx, id)
	if err != nil {
		return err
	}
	d.Task = &ToldTask{ID: t.ID, Kind: t.Kind, State: string(t.State), CallID: t.CallID, DueAt: t.DueAt, ClosedAt: t.ClosedAt, ClosedReason: t.ClosedReason,
		ClosedCallID: t.ClosedCallID, Phone: t.Phone}
	return nil
}

func (d *ToldData) readOrder(tx tenant.Tx, id uuid.UUID) error {
	o, err := order.Take(tx, id)
	if err != nil {
		return err
	}
	d.Order = &ToldOrder{
		ID: o.ID, No: o.No, Status: string(o.Status), CallID: o.CallID, BuyerID: o.BuyerID, SnapshotID: o.SnapshotID, Currency: string(o.Currency),
		DeliveryMinor: o.DeliveryMinor, TotalMinor: o.TotalMinor, Items: make([]ToldItem, len(o.Lines)),
		CreatedAt: o.CreatedAt, ConfirmedAt: o.ConfirmedAt, CancelledAt: o.CancelledAt,
	}
	for i, l := range o.Lines {
		d.Order.Items[i] = ToldItem{l.SKU, l.Name, l.Quantity, l.PriceMinor, l.SumMinor}
	}
	c := ToldContact{o.Contact.Name, o.Contact.Phone, o.Contact.Address, o.Contact.Entrance, o.Contact.Deliver, o.Contact.Comment}
	if c != (ToldContact{}) {
		d.Order.Contact = &c
	}
	return nil
}

func (d *ToldData) readSnapshot(tx tenant.Tx, id uuid.UUID) error {
	s, err := catalogue.Take(tx, id)
	if err != nil {
		return err
	}
	d.Snapshot = &ToldSnapshot{ID: s.ID, Seq: s.Seq, SourceID: s.SourceID, State: string(s.State), TakenAt: s.TakenAt, ItemCount: s.ItemCount,
		NewCount: s.NewCount, ChangedCount: s.ChangedCount, GoneCount: s.GoneCount, Reason: s.Reason}
	return nil
}

// Masked returns the message as whoever gets nothing personal reads it: the
// buyer's number by its last digits, and no contact. A log has it so too.
func (m Message) Masked() Message {
	if c := m.Data.Call; c != nil {
		masked := *c
		if c.Direction == "outbound" {
			masked.To = mask(c.To)
		} else {
			masked.From = mask(c.From)
		}
		m.Data.Call = &masked
	}
	if t := m.Data.Task; t != nil {
		masked := *t
		masked.Phone = mask(t.Phone)
		masked.ClosedReason = ""
		m.Data.Task = &masked
	}
	if o := m.Data.Order; o != nil {
		masked := *o
		masked.Contact = nil
		m.Data.Order = &masked
	}
	return m
}

func mask(phone string) string { return e164.Number(phone).Masked() }

// Personal returns the texts of the message that Masked takes away: where an
// answer repeats them, a log leaves them out.
func (m Message) Personal() []string {
	var all []string
	if c := m.Data.Call; c != nil {
		all = append(all, c.From, c.To)
	}
	if t := m.Data.Task; t != nil {
		all = append(all, t.Phone, t.ClosedReason)
	}
	if o := m.Data.Order; o != nil && o.Contact != nil {
		c := o.Contact
		all = append(all, c.Name, c.Phone, c.Address, c.Entrance, c.Deliver, c.Comment)
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
