package command

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"
)

// PathQuality is GET ?call= of how the sound of a call comes through.
const PathQuality = "/v1/quality"

// LegQuality is how the sound of a leg comes through, now.
type LegQuality struct {
	Leg       uuid.UUID  `json:"leg"`
	Party     string     `json:"party"`  // buyer, operator, third, supervisor
	Device    string     `json:"device"` // telephone, browser
	Operator  *uuid.UUID `json:"operator,omitempty"`
	Codec     string     `json:"codec"`
	Encrypted bool       `json:"encrypted"`
	Heard     Way        `json:"heard"` // from the party
	Told      Way        `json:"told"`  // to the party, by its reports
	RTTMS     float64    `json:"rtt_ms"`
}

// Way is one direction. Scores are MOS, 1 to 4.5; 0 is not known.
type Way struct {
	Packets  int64   `json:"packets"` // that there should have been
	Lost     int64   `json:"lost"`
	JitterMS float64 `json:"jitter_ms"`
	Score    float64 `json:"score"`
	Worst    float64 `json:"worst"`
	Mean     float64 `json:"mean"`
}

// Quality returns how the sound of a call that is up comes through, a leg each;
// nothing for a call that is not.
func (c *Client) Quality(ctx context.Context, call uuid.UUID) ([]LegQuality, error) {
	var legs []LegQuality
	err := c.send(ctx, http.MethodGet, PathQuality+"?call="+url.QueryEscape(call.String()), nil, &legs)
	return legs, err
}
