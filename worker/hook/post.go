package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/hook/sign"
)

// patience is how long a receiver may take to answer, connecting and all. It takes
// what it is told, and works on it afterwards.
const patience = 10 * time.Second

// heard is how much of an answer is read.
const heard = 8 << 10

// post sends.
type post struct {
	http     *http.Client
	patience time.Duration
}

func newPost(door fetch.Door) post {
	return post{patience: patience, http: &http.Client{
		Transport:     door.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send makes one attempt. Whatever comes of it is in the result.
func (p post) send(ctx context.Context, parcel hook.Parcel, now time.Time) hook.Result {
	r := hook.Result{At: now}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	req, err := request(ctx, parcel, now)
	if err != nil {
		r.Error = err.Error()
		return r
	}
	r.Request = told(req, parcel.Message)
	res, err := p.http.Do(req)
	r.Took = time.Since(began)
	if err != nil {
		r.Error = reason(err)
		return r
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, heard)) // the status is the answer: what follows is for the log
	r.Took, r.Status, r.Answer = time.Since(began), res.StatusCode, string(answer)
	r.Error, r.Gone, r.RetryAfter = judge(res.StatusCode), res.StatusCode == http.StatusGone, retryAfter(res, now)
	return r
}

// request is the message as it goes out.
func request(ctx context.Context, p hook.Parcel, now time.Time) (*http.Request, error) {
	doc, err := json.Marshal(p.Message)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", p.News.Event, err)
	}
	headers, err := sign.Message{ID: p.News.ID.String(), At: now, Body: doc}.Headers(p.Secrets...)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(doc))
	if err != nil {
		return nil, errors.New("the address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Switchboard-Webhooks/1")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	return req, nil
}

// told is the request as the log has it: nothing personal, no signature, and no
// parameters of the address, which may be a password.
func told(req *http.Request, m body.Message) string {
	doc, err := json.MarshalIndent(m.Masked(), "", "  ")
	if err != nil {
		return ""
	}
	address := *req.URL
	if address.RawQuery != "" {
		address.RawQuery = "•••"
	}
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s %s://%s%s\n", req.Method, address.Scheme, address.Host, address.RequestURI())
	names := make([]string, 0, len(req.Header))
	for name := range req.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := req.Header.Get(name)
		if name == "Webhook-Signature" || name == "Authorization" {
			value = "•••"
		}
		fmt.Fprintf(b, "%s: %s\n", strings.ToLower(name), value)
	}
	b.WriteByte('\n')
	b.Write(doc)
	return b.String()
}

// judge says why an answer is no success; "" if it is one.
func judge(code int) string {
	switch {
	case code >= 300 && code < 400:
		return fmt.Sprintf("answered %d, a redirect: give the address that it leads to", code)
	case code < 200 || code >= 300:
		return fmt.Sprintf("answered %d %s", code, http.StatusText(code))
	}
	return ""
}

// reason words why there was no answer, without addresses of ours.
func reason(err error) string {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	var timeout net.Error
	switch {
	case errors.Is(err, fetch.ErrNotPublic):
		return fetch.ErrNotPublic.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}

// retryAfter is how long a receiver asks to be left alone; 0 if it does not.
func retryAfter(res *http.Response, now time.Time) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	h := res.Header.Get("Retry-After")
	if s, err := strconv.Atoi(h); err == nil && s > 0 {
		return time.Duration(min(s, 1<<20)) * time.Second
	}
	if at, err := http.ParseTime(h); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
