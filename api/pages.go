package api

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchboard/api/docs"
	"switchboard/api/exchange"
	"switchboard/api/web"
	"switchboard/tenant/fault"
)

// serveContract serves the contract for programs and for people.
func (a *API) serveContract() {
	contract := a.parts.api.OpenAPI()
	a.router.GET(web.Prefix+"/openapi.yaml", func(c echo.Context) error {
		b, err := contract.YAML()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/openapi+yaml", b)
	})
	a.router.GET(web.Prefix+"/openapi.json", func(c echo.Context) error {
		b, err := json.Marshal(contract)
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/openapi+json", b)
	})
	a.router.GET("/docs", func(c echo.Context) error {
		b, err := docs.Page(contract)
		if err != nil {
			return err
		}
		return c.HTMLBlob(http.StatusOK, b)
	})
	a.router.GET("/docs/page.css", func(c echo.Context) error { return c.Blob(http.StatusOK, "text/css; charset=utf-8", docs.Style) })
}

// serveExchange speaks with 1C.
func (a *API) serveExchange() {
	a.router.Match([]string{http.MethodGet, http.MethodPost}, exchange.Path+":source", echo.WrapHandler(exchange.New(a.deps.DB, a.deps.Box, time.Now)))
}

// serveBrowsers gives the sockets of operators' browsers to telephony.
func (a *API) serveBrowsers() {
	a.router.GET("/rtc", func(c echo.Context) error {
		if a.deps.Browsers == nil {
			return fault.NotFound
		}
		a.deps.Browsers.ServeHTTP(c.Response(), c.Request())
		return nil
	})
}

// reading are the methods that change nothing.
var reading = []string{http.MethodGet, http.MethodHead}

// servePages serves the frontend. An address that is no file is the page of
// the same name inside it; one of the API that does not exist stays an error.
func (a *API) servePages() {
	a.router.Match(reading, "/*", func(c echo.Context) error {
		name := strings.TrimPrefix(path.Clean(c.Request().URL.Path), "/")
		if a.deps.Pages == nil || strings.HasPrefix(name+"/", "api/") || strings.HasPrefix(name+"/", "docs/") {
			return fault.NotFound
		}
		if info, err := fs.Stat(a.deps.Pages, name); err != nil || info.IsDir() {
			if path.Ext(name) != "" {
				return fault.NotFound
			}
			name = "index.html"
		}
		return a.sendPage(c, name)
	})
}

func (a *API) sendPage(c echo.Context, name string) error {
	b, err := fs.ReadFile(a.deps.Pages, name)
	if err != nil {
		return err
	}
	cache := "no-cache"
	if strings.HasPrefix(name, "assets/") {
		cache = "public, max-age=31536000, immutable" // their names carry a hash
	}
	c.Response().Header().Set("Cache-Control", cache)
	info, err := fs.Stat(a.deps.Pages, name)
	if err != nil {
		return err
	}
	http.ServeContent(c.Response(), c.Request(), name, info.ModTime(), bytes.NewReader(b))
	return nil
}
