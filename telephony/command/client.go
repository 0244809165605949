package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// patience is how long a node may take to answer: it answers from memory.
const patience = 3 * time.Second

// maxAnswer bounds what is read of an answer: a floor of 5,000 operators is
// some 2 MB.
const maxAnswer = 16 << 20

// Client asks telephony nodes.
type Client struct {
	bases  []string
	first  atomic.Int32 // which of them answered last
	secret string
	http   *http.Client
}

// NewClient returns a client of the nodes at the bases, such as
// http://127.0.0.1:8089, by commas. Which of them leads, and which has an
// operator, it finds out by asking.
func NewClient(bases, secret string) *Client {
	c := &Client{secret: secret, http: &http.Client{Timeout: patience}}
	for base := range strings.SplitSeq(bases, ",") {
		c.bases = append(c.bases, strings.TrimRight(base, "/"))
	}
	return c
}

// Do carries out an order. It answers fault.NotFound for a call or operator
// that the switch does not have, fault.Conflict for what makes no sense now,
// and fault.Unavailable if the node does not answer.
func (c *Client) Do(ctx context.Context, o Order) error {
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("ask telephony to %s: %w", o.Verb, err)
	}
	return c.send(ctx, http.MethodPost, PathDo, body, nil)
}

// Desk returns an operator's state. An operator who never came on duty is
// away.
func (c *Client) Desk(ctx context.Context, operator uuid.UUID) (Desk, error) {
	var d Desk
	err := c.send(ctx, http.MethodGet, PathDesk+"?operator="+operator.String(), nil, &d)
	return d, err
}

// Targets returns to whom the operator's call may go.
func (c *Client) Targets(ctx context.Context, operator uuid.UUID) (Targets, error) {
	var t Targets
	err := c.send(ctx, http.MethodGet, PathTargets+"?operator="+operator.String(), nil, &t)
	return t, err
}

// Floor returns the whole room, and what nodes that have retired still have of it.
func (c *Client) Floor(ctx context.Context) (Floor, error) {
	var f Floor
	err := c.floor(ctx, &f)
	return f, err
}

func (c *Client) ask(ctx context.Context, base, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask telephony %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.secret)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask telephony %s: %w: %w", path, fault.Unavailable, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("hear telephony %s: %w: %w", path, fault.Unavailable, err)
	}
	if res.StatusCode >= 300 {
		return refusal(path, res.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("read telephony's answer to %s: %w", path, err)
	}
	return nil
}

// refusal turns a problem back into the fault that it was.
func refusal(path string, status int, answer []byte) error {
	var p Problem
	if err := json.Unmarshal(answer, &p); err != nil {
		return fmt.Errorf("telephony %s answered %d", path, status)
	}
	if err := Codes[p.Code]; err != nil {
		return err
	}
	switch p.Kind {
	case "not_found":
		return fmt.Errorf("%s: %w", p.Text, fault.NotFound)
	case "forbidden":
		return fmt.Errorf("%s: %w", p.Text, fault.Forbidden)
	case "invalid":
		field, problem, _ := strings.Cut(p.Text, ": ")
		return fault.Invalid{Field: field, Problem: problem}
	case "conflict":
		return fmt.Errorf("%s: %w", p.Text, fault.Conflict)
	}
	return fmt.Errorf("%s: %w", p.Text, fault.Unavailable)
}
