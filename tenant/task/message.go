package task

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/outbox"
)

// LeftMessage is the reason of a call whose buyer spoke to the machine.
const LeftMessage Reason = "voicemail"

// Message is one that a buyer has left.
type Message struct {
	ShopID uuid.UUID `json:"shop_id"`
	CallID uuid.UUID `json:"call_id"`
	At     time.Time `json:"at"`
}

// Left is owed for every message: it may be written down, and its shop is told.
var Left = outbox.Kind[Message]{Name: "voicemail.left", Queue: outbox.Slow, MaxAttempts: 6, Timeout: 2 * time.Minute}

// MessageWords says in the shop's language how long the message is.
func MessageWords(language string, spokenMS int64) string {
	s := (spokenMS + 999) / 1000
	if language == "ru" {
		return fmt.Sprintf("Оставил сообщение, %d с.", s)
	}
	return fmt.Sprintf("Left a message of %d s.", s)
}
