package hook

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
)

// BenchmarkBeside prints how long a shop's system waits for news, by the 99th of a
// hundred: alone, and beside twenty receivers of another shop that hang or are known
// to be dead; and the one over the other. An operation is one piece of news.
func BenchmarkBeside(b *testing.B) {
	w := open(b, loopback)
	release := make(chan struct{})
	dead := listen(b, func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return false
	})
	heard := make(chan time.Time, 1)
	live := listen(b, func(http.ResponseWriter, *http.Request) bool { heard <- time.Now(); return true })
	events := []body.Event{body.OrderCreated}
	w.tell(b, w.B, hook.Settings{URL: live.URL, Events: events})
	order := w.order(b, w.B)
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { w.courier.Run(ctx) })
	<-heard
	alone := w.waits(b, order, heard)
	for i := range 20 {
		w.tell(b, w.A, hook.Settings{URL: dead.URL, Events: events})
		if i == 9 {
			w.Admin(b, "update shop.receiver set streak = 5 where shop_id = $1", w.A.ID.UUID())
		}
	}
	for range 50 { // a thousand things that they do not take
		w.order(b, w.A)
	}
	beside := w.waits(b, order, heard)
	close(release)
	stop()
	all.Wait()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(alone.Milliseconds()), "p99-alone-ms")
	b.ReportMetric(float64(beside.Milliseconds()), "p99-beside-ms")
	b.ReportMetric(float64(beside)/float64(alone), "ratio")
}

// waits tells the shop of a hundred things, one after the other, and returns the
// ninety-ninth wait.
func (w *town) waits(b *testing.B, order uuid.UUID, heard chan time.Time) time.Duration {
	b.Helper()
	var all []time.Duration
	for range 100 {
		began := time.Now()
		w.Admin(b, `select shop.tell(shop_id, 'order.created', id, id, '{}') from shop."order" where id = $1`, order)
		all = append(all, (<-heard).Sub(began))
	}
	slices.Sort(all)
	return all[98]
}
