package command

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// PathSpeak has a text spoken: POST Words, answered by Spoken.
const PathSpeak = "/v1/speak"

// Words are what a voice shall say.
type Words struct {
	Language string `json:"language"`
	Words    string `json:"words"`
}

// Spoken is what it said.
type Spoken struct {
	WAV []byte `json:"wav"` // A-law of 8 kHz
}

// Speak returns words as callers hear them. It is fault.Unavailable while no
// voice speaks.
func (c *Client) Speak(ctx context.Context, language, words string) ([]byte, error) {
	body, err := json.Marshal(Words{language, words})
	if err != nil {
		return nil, fmt.Errorf("ask telephony to speak: %w", err)
	}
	var s Spoken
	err = c.send(ctx, http.MethodPost, PathSpeak, body, &s)
	return s.WAV, err
}
