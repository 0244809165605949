package calls

import (
	"time"

	"switchboard/tenant/cdr"
)

// Transcript is what a service understood of a message that the buyer left.
type Transcript struct {
	State      string    `json:"state" enum:"ready,failed" doc:"failed: the service was asked in vain"`
	Words      string    `json:"words"`
	Language   string    `json:"language" example:"ru"`
	Confidence float64   `json:"confidence" doc:"0 to 1, by the service's own word"`
	At         time.Time `json:"at"`
}

func showTranscript(t *cdr.Transcript) *Transcript {
	if t == nil {
		return nil
	}
	return &Transcript{t.State, t.Words, t.Language, float64(t.Confidence) / 1000, t.At}
}
