package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// Login is how a person of the story signs in.
type Login struct{ Email, Password string }

// client uses the public API like anyone.
type client struct {
	base  string
	token string
	http  *http.Client
}

// signIn opens a session.
func signIn(ctx context.Context, base string, l Login) (*client, error) {
	c := &client{base: base, http: &http.Client{Timeout: 10 * time.Second}}
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	err := c.post(ctx, "/sessions", map[string]string{"email": l.Email, "password": l.Password, "client": "api"}, &tokens)
	if err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", l.Email, err)
	}
	c.token = tokens.AccessToken
	return c, nil
}

func (c *client) get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.send(ctx, http.MethodGet, path, nil, into)
}

func (c *client) post(ctx context.Context, path string, body, into any) error {
	doc, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.send(ctx, http.MethodPost, path, doc, into)
}

func (c *client) send(ctx context.Context, method, path string, body []byte, into any) error {
	answer, err := c.raw(ctx, method, path, body)
	if err != nil || into == nil || len(answer) == 0 {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// raw returns the body of an answer, or the problem that it tells.
func (c *client) raw(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", uuid.NewString())
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s answered %d: %s", method, path, res.StatusCode, bytes.TrimSpace(answer))
	}
	return answer, nil
}
