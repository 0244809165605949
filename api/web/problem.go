// Package web is how the API speaks HTTP: errors, pages of lists, limits, the
// log of requests.
package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/tenant/fault"
)

// Problem is an error as RFC 9457 writes it.
type Problem struct {
	Title     string `json:"title" doc:"The status in words" example:"Not Found"`
	Status    int    `json:"status" doc:"HTTP status code" example:"404"`
	Code      string `json:"code" doc:"What went wrong, stable for programs" enum:"bad_request,unauthorized,forbidden,not_found,method_not_allowed,timeout,conflict,changed,csrf,stale,in_progress,key_reused,too_large,unsupported,invalid,shop_required,no_phone,held_by_phone,too_many,deleted,internal,unavailable"`
	Detail    string `json:"detail" doc:"The same for people, in English"`
	RequestID string `json:"request_id,omitempty" doc:"To quote when you ask us about it"`
	Errors    []Flaw `json:"errors,omitempty" nullable:"false" doc:"Every value at fault"`
	Current   any    `json:"current,omitempty" doc:"With the code stale: what is kept now, in the shape of the operation's answer. What was sent is not kept"`

	retryAfter int // seconds; 0: does not say
}

// Flaw is one value at fault.
type Flaw struct {
	Location string `json:"location,omitempty" doc:"Path of the value" example:"body.items[2].sku"`
	Message  string `json:"message" doc:"What is wrong with it"`
	Line     int    `json:"line,omitempty" doc:"Line of the text that holds it, from 1"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// codes are the stable words of statuses that no fault names.
var codes = map[int]string{
	http.StatusBadRequest:            "bad_request",
	http.StatusUnauthorized:          "unauthorized",
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "not_found",
	http.StatusMethodNotAllowed:      "method_not_allowed",
	http.StatusRequestTimeout:        "timeout",
	http.StatusConflict:              "conflict",
	http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType:  "unsupported",
	http.StatusUnprocessableEntity:   "invalid",
	http.StatusTooManyRequests:       "too_many",
	http.StatusServiceUnavailable:    "unavailable",
}

func plain(status int, detail string) *Problem {
	code, ok := codes[status]
	if !ok && status < 500 {
		code = "bad_request"
	}
	if !ok && status >= 500 {
		code = "internal"
	}
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

var speakOurProblems sync.Once

// useProblems makes huma answer its own findings as Problems, and hand over the
// errors of handlers. Its hooks are variables of its package, so this is too.
func useProblems() {
	speakOurProblems.Do(func() {
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			return found(status, msg, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			if status == http.StatusInternalServerError && len(errs) == 1 {
				return answer(ctx, errs[0])
			}
			p := found(status, msg, errs)
			p.RequestID = requestID(ctx.Context())
			return p
		}
	})
}

// found is a Problem that huma saw before any handler of ours ran. It does not
// echo values: one may be a password.
func found(status int, msg string, errs []error) *Problem {
	p := plain(status, msg)
	for _, err := range errs {
		var d huma.ErrorDetailer
		switch {
		case err == nil:
		case errors.As(err, &d):
			p.Errors = append(p.Errors, Flaw{Location: d.ErrorDetail().Location, Message: d.ErrorDetail().Message})
		default:
			p.Errors = append(p.Errors, Flaw{Message: err.Error()})
		}
	}
	return p
}

// answer turns an error of a handler into a Problem, logs what only we may
// see, and sets Retry-After.
func answer(ctx huma.Context, err error) *Problem {
	root := "body"
	if op := ctx.Operation(); op != nil && op.RequestBody == nil {
		root = "query"
	}
	p := Explain(err, root)
	p.RequestID = requestID(ctx.Context())
	note(ctx.Context(), p, err)
	if p.retryAfter > 0 {
		ctx.SetHeader("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return p
}

// Coded gives an error a code of its own instead of its kind's.
func Coded(code string, err error) error { return coded{code, "", err} }

// Told is Coded with words of its own too, for people.
func Told(code, detail string, err error) error { return coded{code, detail, err} }

type coded struct {
	code, detail string
	error
}

func (c coded) Unwrap() error { return c.error }

// Gone answers for what was there and was deleted, to those who could see it.
func Gone(detail string) *Problem {
	p := plain(http.StatusGone, detail)
	p.Code = "deleted"
	return p
}

// Stale answers with what is kept now a change that was made from an older
// state.
func Stale(current any, err error) error { return stale{current, err} }

type stale struct {
	current any
	error
}

func (s stale) Unwrap() error { return s.error }

// Later says after how many seconds a refused request may come again.
func Later(seconds int, err error) error { return later{seconds, err} }

type later struct {
	seconds int
	error
}

func (l later) Unwrap() error { return l.error }

// kinds is the one table from faults to statuses. A nil text shows the error's
// own.
var kinds = []struct {
	kind   error
	status int
	detail string
}{
	{fault.NotFound, http.StatusNotFound, "There is no such thing, or it is not yours."},
	{fault.Conflict, http.StatusConflict, ""},
	{fault.Forbidden, http.StatusForbidden, "Your role does not allow this."},
	{fault.Unauthorized, http.StatusUnauthorized, "Sign in first."},
	{fault.TooMany, http.StatusTooManyRequests, "Too many requests: wait as long as Retry-After says."},
	{fault.Unavailable, http.StatusServiceUnavailable, "A part of the service is down for the moment. Try again."},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "The service is too busy for the moment. Try again."},
	{context.Canceled, statusClientGone, "The request was given up."},
}

// statusClientGone is nginx's number for a client that went away; nobody reads it.
const statusClientGone = 499

// Explain turns an error into the Problem that a client may see. root is
// where fields of input errors are: body or query.
func Explain(err error, root string) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		own := *p // the request's id is written into it
		return &own
	}
	p = classify(err, root)
	var c coded
	if errors.As(err, &c) {
		p.Code = c.code
		if c.detail != "" {
			p.Detail = c.detail
		}
	}
	var l later
	if errors.As(err, &l) {
		p.retryAfter = l.seconds
	}
	var s stale
	if errors.As(err, &s) {
		p.Code, p.Current = "stale", s.current
	}
	return p
}

func classify(err error, root string) *Problem {
	var one fault.Invalid
	var many fault.Problems
	switch {
	case errors.As(err, &many):
		return invalid(many, root)
	case errors.As(err, &one):
		return invalid(fault.Problems{one}, root)
	}
	for _, k := range kinds {
		if !errors.Is(err, k.kind) {
			continue
		}
		p := plain(k.status, k.detail)
		if p.Detail == "" {
			p.Detail = strings.TrimSuffix(err.Error(), ": "+k.kind.Error())
		}
		if k.status == http.StatusServiceUnavailable {
			p.retryAfter = 1
		}
		return p
	}
	return databaseProblem(err)
}

func invalid(problems fault.Problems, root string) *Problem {
	p := plain(http.StatusUnprocessableEntity, "The request has values that cannot be used.")
	for _, e := range problems {
		p.Errors = append(p.Errors, Flaw{Location: place(root, e.Field), Message: e.Problem, Line: e.Line})
	}
	return p
}

// place returns the path of a field in the request: a field that names its
// root keeps it.
func place(root, field string) string {
	if field == "" {
		return root
	}
	for _, known := range []string{"body", "query", "path", "header"} {
		if strings.HasPrefix(field, known+".") {
			return field
		}
	}
	return root + "." + field
}
