package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// visit is what the log of a request gathers while it is served.
type visit struct {
	log     *slog.Logger
	id      string
	account string
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

func requestID(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.id
	}
	return ""
}

// SetAccount writes in the log of the request who asks.
func SetAccount(ctx context.Context, account string) {
	if v := visitOf(ctx); v != nil {
		v.account = account
	}
}

// note logs an error whose text the client does not get. It is the one place
// where errors of requests are logged.
func note(ctx context.Context, p *Problem, err error) {
	v := visitOf(ctx)
	if v == nil || p.Status < 500 {
		return
	}
	v.log.Error("request failed", "request_id", p.RequestID, "status", p.Status, "account", v.account, "error", err.Error())
}

// access logs each request when it is done. Addresses with their questions are
// not logged, only which operation it was: numbers and words searched for are
// the buyers'.
func access(m *Metrics) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			took, status := time.Since(began), c.Response().Status
			m.observe(c.Request().Method, c.Path(), status, took)
			v := visitOf(c.Request().Context())
			level := slog.LevelInfo
			if c.Path() == "/healthz" || c.Path() == "/readyz" || c.Path() == "/metrics" {
				level = slog.LevelDebug
			}
			v.log.Log(c.Request().Context(), level, "request", "request_id", v.id, "method", c.Request().Method, "route", c.Path(),
				"status", status, "ms", took.Milliseconds(), "bytes", c.Response().Size, "ip", c.RealIP(), "account", v.account)
			return nil
		}
	}
}

// attend gives the request its id and its place in the log.
func attend(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			v := &visit{log: log, id: newRequestID()}
			c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), visitKey{}, v)))
			c.Response().Header().Set("X-Request-Id", v.id)
			return next(c)
		}
	}
}

// recovered turns a panic into a 500: no request may end the process.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if cut, ok := r.(error); ok && errors.Is(cut, http.ErrAbortHandler) {
				panic(r) // the server's own way to cut a connection
			}
			err = c.Request().Context().Err() // a client that went away is no fault of ours
			if err == nil {
				err = panicked{r, stack()}
			}
		}()
		return next(c)
	}
}
