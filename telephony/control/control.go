// Package control serves the private control API: what api and worker ask of a
// telephony node.
package control

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/pprof"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/trace"
	"switchboard/tenant/fault"
)

// maxOrder bounds the body of an order: ids and a reason.
const maxOrder = 8 << 10

// Switch is what the control API asks. It is implemented by the node.
type Switch interface {
	Do(context.Context, command.Order) error
	Desk(context.Context, uuid.UUID) (command.Desk, error)
	Floor(context.Context) (command.Floor, error)
	Targets(ctx context.Context, operator uuid.UUID) (command.Targets, error)
	Supervise(context.Context, command.Supervision) error
	Quality(call uuid.UUID) []command.LegQuality
	Drain()
	Speak(context.Context, command.Words) (command.Spoken, error)
	Security() command.Security
	Pardon(command.Pardon) error
	Trace(call uuid.UUID) (trace.Call, error)
}

// Handler serves the API to whoever has the secret.
func Handler(s Switch, secret string, log *slog.Logger) http.Handler {
	h := handler{s, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+command.PathDesk, h.desk)
	mux.HandleFunc("GET "+command.PathFloor, h.floor)
	mux.HandleFunc("GET "+command.PathTargets, h.targets)
	mux.HandleFunc("GET "+command.PathQuality, h.quality)
	mux.HandleFunc("POST "+command.PathDo, h.do)
	mux.HandleFunc("POST "+command.PathSupervise, h.supervise)
	mux.HandleFunc("POST "+command.PathDrain, h.drain)
	mux.HandleFunc("POST "+command.PathSpeak, h.speak)
	mux.HandleFunc("GET "+command.PathSecurity, h.security)
	mux.HandleFunc("POST "+command.PathPardon, h.pardon)
	mux.HandleFunc("GET "+command.PathTrace, h.trace)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index) // what a node is busy with, for whoever runs it
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return guarded(mux, []byte("Bearer "+secret))
}

func guarded(next http.Handler, want []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "the control API needs its secret", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

type handler struct {
	s   Switch
	log *slog.Logger
}

func (h handler) desk(w http.ResponseWriter, r *http.Request) {
	operator, err := uuid.Parse(r.URL.Query().Get("operator"))
	if err != nil {
		h.refuse(w, r, fault.Invalid{Field: "operator", Problem: "is not an id"})
		return
	}
	d, err := h.s.Desk(r.Context(), operator)
	h.answer(w, r, d, err)
}

func (h handler) targets(w http.ResponseWriter, r *http.Request) {
	operator, err := uuid.Parse(r.URL.Query().Get("operator"))
	if err != nil {
		h.refuse(w, r, fault.Invalid{Field: "operator", Problem: "is not an id"})
		return
	}
	t, err := h.s.Targets(r.Context(), operator)
	h.answer(w, r, t, err)
}

func (h handler) floor(w http.ResponseWriter, r *http.Request) {
	f, err := h.s.Floor(r.Context())
	h.answer(w, r, f, err)
}

func (h handler) quality(w http.ResponseWriter, r *http.Request) {
	call, err := uuid.Parse(r.URL.Query().Get("call"))
	if err != nil {
		h.refuse(w, r, fault.Invalid{Field: "call", Problem: "is not an id"})
		return
	}
	h.answer(w, r, append([]command.LegQuality{}, h.s.Quality(call)...), nil)
}

func (h handler) do(w http.ResponseWriter, r *http.Request) {
	var o command.Order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&o); err != nil {
		h.refuse(w, r, fault.Invalid{Problem: "an order is a JSON object: " + err.Error()})
		return
	}
	h.answer(w, r, struct{}{}, h.s.Do(r.Context(), o))
}

func (h handler) speak(w http.ResponseWriter, r *http.Request) {
	var words command.Words
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&words); err != nil {
		h.refuse(w, r, fault.Invalid{Problem: "words are a JSON object: " + err.Error()})
		return
	}
	spoken, err := h.s.Speak(r.Context(), words)
	h.answer(w, r, spoken, err)
}

func (h handler) drain(w http.ResponseWriter, r *http.Request) {
	h.s.Drain()
	h.answer(w, r, struct{}{}, nil)
}

func (h handler) answer(w http.ResponseWriter, r *http.Request, v any, err error) {
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		h.log.Debug("control answer is not sent", "path", r.URL.Path, "err", err)
	}
}

func (h handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	kind, status := "unavailable", http.StatusServiceUnavailable
	var invalid fault.Invalid
	switch {
	case errors.Is(err, fault.NotFound):
		kind, status = "not_found", http.StatusNotFound
	case errors.Is(err, fault.Conflict):
		kind, status = "conflict", http.StatusConflict
	case errors.Is(err, fault.Forbidden):
		kind, status = "forbidden", http.StatusForbidden
	case errors.As(err, &invalid):
		kind, status = "invalid", http.StatusBadRequest
	case errors.Is(err, command.ErrElsewhere):
		status = http.StatusMisdirectedRequest
	default:
		h.log.Error("control request", "path", r.URL.Path, "err", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(command.Problem{Kind: kind, Code: codeOf(err), Text: err.Error()}) // the caller has gone if this fails
}

func codeOf(err error) string {
	for code, known := range command.Codes {
		if errors.Is(err, known) {
			return code
		}
	}
	return ""
}
