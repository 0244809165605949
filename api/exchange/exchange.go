// Package exchange speaks the protocol in which 1C sends goods to a site: it
// signs in, asks what may be sent, sends files in pieces, and has each imported.
package exchange

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

const (
	// Path is where the exchange of a source is; its id follows.
	Path = "/exchange/1c/"

	cookie    = "switchboard_1c"
	lasts     = 6 * time.Hour // of a session: the first exchange of a large shop takes hours
	fileLimit = 1 << 20       // bytes of one piece, as 1C is told
	context1C = "session of 1C"
)

// Handler answers 1C.
type Handler struct {
	db  *tenant.DB
	box seal.Box // opens the passwords of sources, and seals sessions
	now func() time.Time
}

// New returns a Handler.
func New(db *tenant.DB, box seal.Box, now func() time.Time) *Handler { return &Handler{db, box, now} }

// ServeHTTP implements http.Handler. 1C reads the first line, and shows a person
// the second.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	answer, err := h.answer(w, r)
	var invalid fault.Invalid
	switch {
	case err == nil:
		_, _ = io.WriteString(w, answer+"\n") //nolint:gosec // plain text of our own, read by 1C
	case errors.Is(err, fault.Unauthorized), errors.Is(err, fault.NotFound):
		w.Header().Set("WWW-Authenticate", `Basic realm="1C"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "failure\nwrong login or password\n")
	case errors.As(err, &invalid):
		_, _ = io.WriteString(w, "failure\n"+invalid.Error()+"\n")
	default:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "failure\nit did not work; try again\n")
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (string, error) {
	source, err := uuid.Parse(strings.TrimPrefix(r.URL.Path, Path))
	if err != nil {
		return "", fmt.Errorf("exchange at %s: %w", r.URL.Path, fault.NotFound)
	}
	mode := r.URL.Query().Get("mode")
	if mode == "checkauth" {
		return h.admit(w, r, source)
	}
	e, err := h.enter(r, source)
	if err != nil {
		return "", err
	}
	if kind := r.URL.Query().Get("type"); kind != "catalog" {
		return "", fault.Invalid{Field: "type", Problem: "only the catalogue is exchanged"}
	}
	return h.step(r, e, mode)
}

// step does what a mode asks for.
func (h *Handler) step(r *http.Request, e catalogue.Exchange, mode string) (string, error) {
	ctx, now := r.Context(), h.now().UTC()
	switch mode {
	case "init":
		err := e.DB.Within(ctx, e.Scope, func(tx tenant.Tx) error { return catalogue.Drop(tx, e.Source) })
		return "zip=yes\nfile_limit=" + strconv.Itoa(fileLimit), err
	case "file":
		return h.file(r, e)
	case "import":
		_, err := e.Take(ctx, now.Add(catalogue.Quiet))
		return "success", err
	case "complete", "deactivate":
		_, err := e.Take(ctx, now)
		return "success", err
	}
	return "", fault.Invalid{Field: "mode", Problem: "is none of checkauth, init, file, import, complete"}
}

// admit signs 1C in: it gets a cookie, by its name and its value.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request, source uuid.UUID) (string, error) {
	login, password, _ := r.BasicAuth()
	shop, err := catalogue.Admit(r.Context(), h.db, source, login, password, h.box)
	if err != nil {
		return "", err
	}
	sealed, err := h.box.Seal(fmt.Sprintf("%s %s %d", source, shop, h.now().Add(lasts).Unix()), context1C)
	if err != nil {
		return "", err
	}
	value := base64.RawURLEncoding.EncodeToString(sealed)
	//nolint:gosec // 1C in a shop's own network may come over http, as its address says
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: value, Path: Path, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode})
	return "success\n" + cookie + "\n" + value, nil
}

// enter follows the cookie of a session.
func (h *Handler) enter(r *http.Request, source uuid.UUID) (catalogue.Exchange, error) {
	refused := fmt.Errorf("exchange with source %s: %w", source, fault.Unauthorized)
	c, err := r.Cookie(cookie)
	if err != nil {
		return catalogue.Exchange{}, refused
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return catalogue.Exchange{}, refused
	}
	text, err := h.box.Open(sealed, context1C)
	if err != nil {
		return catalogue.Exchange{}, refused
	}
	return h.follow(r.Context(), source, strings.Fields(text))
}

// follow enters the shop that a session is of, if it is of this source and lasts.
func (h *Handler) follow(ctx context.Context, source uuid.UUID, said []string) (catalogue.Exchange, error) {
	refused := fmt.Errorf("exchange with source %s: %w", source, fault.Unauthorized)
	if len(said) != 3 || said[0] != source.String() {
		return catalogue.Exchange{}, refused
	}
	shop, err := uuid.Parse(said[1])
	until, wrong := strconv.ParseInt(said[2], 10, 64)
	if err != nil || wrong != nil || h.now().Unix() > until {
		return catalogue.Exchange{}, refused
	}
	scope, err := h.db.EnterAsJob(ctx, "1c", tenant.ID(shop))
	return catalogue.Exchange{DB: h.db, Scope: scope, Source: source}, err
}

// file keeps a piece of a file. Pictures are taken and thrown away: 1C would stop
// if they were refused.
func (h *Handler) file(r *http.Request, e catalogue.Exchange) (string, error) {
	name, err := catalogue.FileName(r.URL.Query().Get("filename"))
	if err != nil {
		return "", err
	}
	part, err := io.ReadAll(io.LimitReader(r.Body, 4*fileLimit+1))
	if err != nil {
		return "", fmt.Errorf("take a piece of %s: %w", name, err)
	}
	if len(part) > 4*fileLimit {
		return "", fault.Invalid{Problem: "the piece is larger than file_limit"}
	}
	if !catalogue.Readable(name) {
		return "success", nil
	}
	err = e.DB.Within(r.Context(), e.Scope, func(tx tenant.Tx) error {
		_, err := catalogue.Append(tx, e.Source, name, part, h.now().UTC())
		return err
	})
	return "success", err
}
