package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Login is a person's.
type Login struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Client uses the HTTP API like anyone.
type Client struct {
	base  string
	token string
	http  http.Client
}

// Enter logs in.
func Enter(ctx context.Context, base string, l Login) (*Client, error) {
	c := &Client{base: base, http: http.Client{Timeout: 30 * time.Second}}
	var out struct {
		AccessToken string `json:"access_token"`
	}
	err := c.Do(ctx, http.MethodPost, "/sessions", map[string]string{"email": l.Email, "password": l.Password, "client": "api"}, &out)
	c.token = out.AccessToken
	return c, err
}

// Get reads a document.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.Do(ctx, http.MethodGet, path, nil, out)
}

// Do asks for an operation; in and out are JSON, or nil.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	body, err := c.Raw(ctx, method, path, in)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: %w: %s", method, path, err, body)
	}
	return nil
}

// Raw does so and returns the body as it came; a status of 400 or more is an error.
func (c *Client) Raw(ctx context.Context, method, path string, in any) ([]byte, error) {
	var send bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&send).Encode(in); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, &send)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, body)
	}
	return body, nil
}
