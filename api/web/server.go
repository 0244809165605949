package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// Limits of a connection and of a request. A phone on a bad line is slower
// than an office, but no reader needs longer than this.
const (
	headerTimeout  = 5 * time.Second  // to send the header: slowloris ends here
	readTimeout    = 30 * time.Second // to send all of the request
	writeTimeout   = 60 * time.Second // to take the answer; streams renew it
	idleTimeout    = 2 * time.Minute
	handlerTimeout = 25 * time.Second // to do the work
	maxHeader      = 32 << 10
	maxBody        = "2M"
)

// Options of the server.
type Options struct {
	Log     *slog.Logger
	Metrics *Metrics
	Secure  bool // it is reached by https
}

// New returns a router with what every request passes: log, id, recovery,
// limits, security headers. It trusts no X-Forwarded-For: the client is who
// opened the connection.
func New(o Options) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = writeError
	e.Use(attend(o.Log), access(o.Metrics), recovered, secured(o.Secure), sameOrigin(), middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{Limit: maxBody, Skipper: large}))
	return e
}

// Server returns an HTTP server with its limits set.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Policies of content: pages run our own scripts only, answers of the API none.
const (
	pagePolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; media-src 'self' blob:; " +
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func secured(https bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h, path := c.Response().Header(), c.Request().URL.Path
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)")
			if https {
				h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
			}
			switch {
			case strings.HasPrefix(path, "/api/"):
				h.Set("Content-Security-Policy", dataPolicy)
				h.Set("Cache-Control", "no-store")
			case strings.HasPrefix(path, "/docs"):
				h.Set("Content-Security-Policy", docsPolicy)
			default:
				h.Set("Content-Security-Policy", pagePolicy)
			}
			return next(c)
		}
	}
}

// large tells whether a request brings goods, which its operation bounds itself.
func large(c echo.Context) bool {
	path := c.Request().URL.Path
	return strings.HasPrefix(path, Prefix+"/catalogue/") && (strings.HasSuffix(path, "/feed") || strings.HasSuffix(path, "/previews"))
}

// sameOrigin refuses requests that change something and come from another
// site's page, whatever credentials the browser sent along.
func sameOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return echo.NewHTTPError(http.StatusForbidden, "The request comes from another site.")
			}
			return next(c)
		}
	}
}

// writeError answers for what no operation answered for: unknown addresses,
// limits, panics.
func writeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var p *Problem
	var he *echo.HTTPError
	if errors.As(err, &he) {
		detail, _ := he.Message.(string)
		p = plain(he.Code, detail)
	} else {
		p = Explain(err, "body")
	}
	write(c, p, err)
}

// write sends p, and logs err if it is ours to see.
func write(c echo.Context, p *Problem, err error) {
	p.RequestID = requestID(c.Request().Context())
	note(c.Request().Context(), p, err)
	if p.retryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	c.Response().Header().Set(echo.HeaderContentType, p.ContentType(""))
	_ = c.JSON(p.Status, p) // a client that is gone reads nothing
}

// panicked is what a request died of.
type panicked struct {
	reason any
	stack  string
}

func (p panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.reason, p.stack) }

func stack() string { return string(debug.Stack()) }

func newRequestID() string { return uuid.NewString() }
