package speech

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Service is a voice behind HTTP. It is asked as OpenAI's /v1/audio/speech is,
// which is what most servers of text-to-speech that one can run understand.
type Service struct {
	url, token, model, voice string
	http                     *http.Client
}

// Access is where a service is and what it wants to know.
type Access struct{ URL, Token, Model, Voice string }

// NewService returns the voice of a service.
func NewService(a Access) (*Service, error) {
	u, err := url.Parse(a.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("speak with %q: not an address that begins with http:// or https://", a.URL)
	}
	client := &http.Client{
		Timeout: patience,
		// The token is for that address and no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Service{url: a.URL, token: a.Token, model: a.Model, voice: a.Voice, http: client}, nil
}

// Name is the address with the voice there.
func (s *Service) Name() string { return strings.Join([]string{s.url, s.model, s.voice}, " ") }

// Speak asks the service.
func (s *Service) Speak(ctx context.Context, t Text) ([]byte, error) {
	body, err := json.Marshal(map[string]string{
		"model": s.model, "voice": s.voice, "input": t.Words, "language": t.Language, "response_format": "wav",
	})
	if err != nil {
		return nil, fmt.Errorf("ask %s to speak: %w", s.url, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s to speak: %w", s.url, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "audio/wav")
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s to speak: %w", s.url, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return nil, fmt.Errorf("ask %s to speak: it answers %s: %s", s.url, res.Status, bytes.TrimSpace(said))
	}
	file, err := io.ReadAll(io.LimitReader(res.Body, mostBytes+1))
	if err == nil && len(file) > mostBytes {
		err = errTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("hear %s: %w", s.url, err)
	}
	return file, nil
}
