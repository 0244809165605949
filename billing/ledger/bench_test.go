package ledger_test

import (
	"sync/atomic"
	"testing"
	"time"

	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

// BenchmarkPost is durable posting, one leg a transaction, with as many in flight
// as the application has connections: all of one shop, and of two in turn. Where
// nothing is included, one hot shop is no slower than two.
func BenchmarkPost(b *testing.B) {
	for name, shops := range map[string]int{"one_shop": 1, "two_shops": 2} {
		b.Run(name, func(b *testing.B) {
			w := world(b, demo())
			all := []tenanttest.Shop{w.A, w.B}[:shops]
			first := make([]cdr.FinishedCall, shops)
			for i, s := range all {
				first[i] = addLeg(b, w, s, shape{at: noon, talk: 61 * time.Second})
			}
			w.Admin(b, `insert into shop.call_leg select (jsonb_populate_record(l, jsonb_build_object('leg', n + 1))).*
				from shop.call_leg l, generate_series(1, $1) n`, b.N)
			var next atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := int(next.Add(1))
					f := first[n%shops]
					f.Leg = n + 1
					if _, err := post(b.Context(), w, all[n%shops], f); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
		})
	}
}
