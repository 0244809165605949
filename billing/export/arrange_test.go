package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/export"
	"switchboard/billing/ledger"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var moscow = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		panic(err)
	}
	return zone
}()

// november is the month, in Moscow.
var november = export.Span{From: time.Date(2026, 11, 1, 0, 0, 0, 0, moscow), To: time.Date(2026, 12, 1, 0, 0, 0, 0, moscow)}

// world is two shops on the same plan since October.
func world(t testing.TB, p plan.Plan) *tenanttest.World {
	t.Helper()
	w := tenanttest.Open(t)
	since := november.From.AddDate(0, -1, 0)
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		v, err := plan.Publish(tx, p, since)
		if err != nil {
			return err
		}
		for _, s := range []tenanttest.Shop{w.A, w.B} {
			_, err := tx.Exec("insert into shop.subscription (shop_id, id, plan_id, effective_from, created_at) values ($1, $2, $3, $4, $4)",
				s.ID.UUID(), uuid.New(), v.PlanID, since)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// addPosted makes an answered call of so much talk, or the next version of one,
// and posts it.
func addPosted(t testing.TB, w *tenanttest.World, s tenanttest.Shop, l cdr.Leg) ledger.Posted {
	t.Helper()
	l.ShopID, l.Leg, l.Source, l.Direction, l.Disposition = s.ID.UUID(), 1, cdr.FromSwitch, "inbound", "answered"
	if l.Version == 0 {
		l.Version, l.CallID = 1, w.AddCall(t, s, uuid.Nil, *l.AnsweredAt)
	}
	l.StartedAt, l.EndedAt, l.ReceivedAt = l.AnsweredAt.Add(-9500*time.Millisecond), l.AnsweredAt.Add(time.Duration(l.TalkMS+l.HoldMS)*time.Millisecond), *l.AnsweredAt
	l.NumberID = &s.Number
	rows, err := json.Marshal([]cdr.Leg{l.Sealed()})
	if err != nil {
		t.Fatal(err)
	}
	var p ledger.Posted
	err = w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error {
		if _, err := tx.Exec(cdr.InsertLegsSQL, string(rows)); err != nil {
			return err
		}
		p, err = ledger.Post(tx, l.Finished(), l.EndedAt)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// talk is a leg that was answered at a moment.
func talk(at time.Time, seconds int64) cdr.Leg {
	l := cdr.Leg{AnsweredAt: &at}
	l.RingMS, l.GreetingMS, l.QueueMS, l.TalkMS, l.WrapUpMS = 0, 2500, 7000, seconds*1000, 15_250
	return l
}

// exported is the export of a shop, read back by the names of its columns.
func exported(t testing.TB, w *tenanttest.World, s tenanttest.Shop, span export.Span) ([]map[string]string, export.Total) {
	t.Helper()
	var b bytes.Buffer
	var total export.Total
	err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) (err error) {
		total, err = export.Billing(tx, &b, span)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows, total
}

// sum adds up a column of whole numbers.
func sum(t testing.TB, rows []map[string]string, column string) (total int64) {
	t.Helper()
	for _, row := range rows {
		v, err := strconv.ParseInt(row[column], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		total += v
	}
	return total
}
