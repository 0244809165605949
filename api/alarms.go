package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"switchboard/tenant"
	"switchboard/tenant/alarm"
)

// lasting returns what somebody must see to.
func (a *API) lasting(ctx context.Context) (all []alarm.Alarm, err error) {
	err = a.deps.DB.Across(ctx, "look for alarms", func(tx tenant.AcrossTx) error {
		all, err = alarm.Lasting(tx)
		return err
	})
	return all, err
}

// alarms are figures for /metrics: 1 for each alarm that lasts.
type alarms struct {
	api  *API
	last *prometheus.Desc
}

func newAlarms(a *API) alarms {
	return alarms{a, prometheus.NewDesc("switchboard_alarm", "An alarm that lasts: since when, as a Unix time.", []string{"kind", "node"}, nil)}
}

// Describe implements prometheus.Collector.
func (m alarms) Describe(all chan<- *prometheus.Desc) { all <- m.last }

// Collect implements prometheus.Collector. Without a database there is nothing to
// tell; /readyz tells that.
func (m alarms) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	found, err := m.api.lasting(ctx)
	if err != nil {
		m.api.deps.Log.Warn("alarms are not in the figures", "error", err)
		return
	}
	for _, f := range found {
		since := float64(f.RaisedAt.UnixMilli()) / float64(time.Second/time.Millisecond)
		all <- prometheus.MustNewConstMetric(m.last, prometheus.GaugeValue, since, string(f.Kind), f.Node)
	}
}
