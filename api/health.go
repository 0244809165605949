package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"switchboard/tenant/fault"
)

// readyWithin is how long a part may take to say that it is there.
const readyWithin = 2 * time.Second

// serveHealth serves the addresses by which machines watch the process.
func (a *API) serveHealth() {
	a.router.Match(reading, "/healthz", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "alive"}) })
	a.router.Match(reading, "/readyz", a.ready)
	a.router.GET("/metrics", echo.WrapHandler(a.metrics.Handler()))
}

// readiness tells which parts answer. Why one does not is in the log, not here.
// An alarm does not make the process unready: calls go on.
type readiness struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
	Alarms []alarmed         `json:"alarms"`
}

// alarmed is an alarm that lasts; what exactly is wrong is in the database.
type alarmed struct {
	Kind  string    `json:"kind"`
	Node  string    `json:"node"`
	Since time.Time `json:"since"`
}

func (a *API) ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyWithin)
	defer cancel()
	r, status := readiness{"ready", map[string]string{}, []alarmed{}}, http.StatusOK
	for name, ask := range a.checks() {
		r.Parts[name] = "ready"
		if err := ask(ctx); err != nil {
			a.deps.Log.Warn("not ready", "part", name, "error", err)
			r.Parts[name], r.Status, status = "away", "not ready", http.StatusServiceUnavailable
		}
	}
	lasting, err := a.lasting(ctx)
	if err != nil {
		a.deps.Log.Warn("alarms are not told", "error", err)
	}
	for _, l := range lasting {
		r.Alarms = append(r.Alarms, alarmed{string(l.Kind), l.Node, l.RaisedAt})
	}
	return c.JSON(status, r)
}

func (a *API) checks() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"database": a.deps.DB.Ping,
		"redis":    func(ctx context.Context) error { return a.deps.Redis.Ping(ctx).Err() },
		"telephony": func(ctx context.Context) error {
			_, err := a.deps.Phones.Desk(ctx, uuid.Nil) // nobody's desk: answers as long as the node does
			if errors.Is(err, fault.NotFound) {
				return nil
			}
			return err
		},
	}
}
