package cdr

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Transcript is what a service understood of a message.
type Transcript struct {
	State      string // ready, failed
	Words      string
	Language   string
	Confidence int // permille, by the service's word
	At         time.Time
}

// TranscriptOf returns the words of the message that the call's buyer left; nil
// if nothing was written down.
func TranscriptOf(tx tenant.Tx, call uuid.UUID) (*Transcript, error) {
	var all []Transcript
	if err := tx.Query().Raw("select state, words, language, confidence, at from shop.transcript where call_id = ?", call).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("read the words of the message of call %s: %w", call, err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return &all[0], nil
}
