package journal

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Rows carry the names of their columns: they travel as one JSON document a
// table, which PostgreSQL spreads into rows.
type (
	// Event is what happened (past tense: an input of the room) or what was
	// decided about it (imperative). Body holds ids and numbers only.
	Event struct {
		Seq    int64           `json:"seq"`
		AtMS   int64           `json:"at_ms"`
		At     time.Time       `json:"at"`
		ShopID *uuid.UUID      `json:"shop_id"`
		CallID *uuid.UUID      `json:"call_id"`
		Kind   string          `json:"kind"`
		Body   json.RawMessage `json:"body"`
	}

	// Call is the row of a call, as it is after the batch.
	Call struct {
		ShopID      uuid.UUID       `json:"shop_id"`
		ID          uuid.UUID       `json:"id"`
		No          int64           `json:"no"`
		Direction   string          `json:"direction"`
		State       string          `json:"state"`
		Outcome     *string         `json:"outcome"`
		EndedBy     *string         `json:"ended_by"`
		SIPCode     *int            `json:"sip_code"`
		Reason      string          `json:"reason"`
		Pool        string          `json:"pool"`
		Epoch       int64           `json:"epoch"`
		Node        string          `json:"node"`
		Trunk       string          `json:"trunk"`
		NumberID    *uuid.UUID      `json:"number_id"`
		QueueID     *uuid.UUID      `json:"queue_id"`
		OperatorID  *uuid.UUID      `json:"operator_id"`
		StartedAt   time.Time       `json:"started_at"`
		AnsweredAt  *time.Time      `json:"answered_at"`
		EndedAt     *time.Time      `json:"ended_at"`
		FinishedAt  *time.Time      `json:"finished_at"`
		RingMS      int64           `json:"ring_ms"`
		GreetingMS  int64           `json:"greeting_ms"`
		QueueMS     int64           `json:"queue_ms"`
		TalkMS      int64           `json:"talk_ms"`
		HoldMS      int64           `json:"hold_ms"`
		WrapUpMS    int64           `json:"wrap_up_ms"`
		Explanation json.RawMessage `json:"explanation"`
	}

	// Party is the buyer's side of a call: the part that can be erased.
	Party struct {
		ShopID   uuid.UUID `json:"shop_id"`
		CallID   uuid.UUID `json:"call_id"`
		PhoneRaw string    `json:"phone_raw"`
		Phone    string    `json:"phone"`
		Display  string    `json:"display"`
	}

	// Grant admits an operator to a shop for a call; For of 0 ends it now.
	Grant struct {
		ID         uuid.UUID `json:"id"`
		OperatorID uuid.UUID `json:"operator_id"`
		ShopID     uuid.UUID `json:"shop_id"`
		Reason     string    `json:"reason"`
		Subject    uuid.UUID `json:"subject"`
		ForMS      int64     `json:"for_ms"`
	}

	// Dialog is a leg that is up: what a successor needs to end it.
	Dialog struct {
		ID      uuid.UUID       `json:"id"`
		ShopID  *uuid.UUID      `json:"shop_id"`
		CallID  uuid.UUID       `json:"call_id"`
		Side    string          `json:"side"`
		State   json.RawMessage `json:"state"`
		MediaAt time.Time       `json:"media_at"`
	}

	// Turn is one person's time with a call; a call has several if it was handed
	// on.
	Turn struct {
		ShopID     uuid.UUID  `json:"shop_id"`
		CallID     uuid.UUID  `json:"call_id"`
		No         int        `json:"no"`
		Party      string     `json:"party"` // operator, specialist, outside
		OperatorID *uuid.UUID `json:"operator_id"`
		JoinedAt   time.Time  `json:"joined_at"`
		LeftAt     *time.Time `json:"left_at"`
		TalkMS     int64      `json:"talk_ms"`
		HoldMS     int64      `json:"hold_ms"`
	}

	// Recording is the row of a recording, as it is after the batch.
	Recording struct {
		ShopID     uuid.UUID `json:"shop_id"`
		ID         uuid.UUID `json:"id"`
		CallID     uuid.UUID `json:"call_id"`
		Kind       string    `json:"kind"` // call, voicemail
		State      string    `json:"state"`
		Path       string    `json:"path"`
		StartedAt  time.Time `json:"started_at"`
		OffsetMS   int64     `json:"offset_ms"`
		DurationMS int64     `json:"duration_ms"`
		Bytes      int64     `json:"bytes"`
		SHA256     *string   `json:"sha256"` // \x and hexadecimal
		Error      string    `json:"error"`

		KeyVersion   *int    `json:"key_version"` // nil: the file is not sealed
		DataKey      *string `json:"data_key"`    // \x and hexadecimal
		Gaps         []Gap   `json:"gaps"`
		StoredBytes  int64   `json:"stored_bytes"`
		StoredSHA256 *string `json:"stored_sha256"`
	}

	// Gap is a stretch of a recording in which it stood still: silence on both
	// channels. ToMS is nil as long as it does.
	Gap struct {
		FromMS int64  `json:"from_ms"`
		ToMS   *int64 `json:"to_ms"`
		Why    string `json:"why"`
	}
)
