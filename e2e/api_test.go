package e2e

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"switchboard/bench/rig"
	"switchboard/telephony/media/wav"
)

// call is a call as the API shows it.
type call struct {
	ID           string     `json:"id"`
	From         string     `json:"from"`
	To           string     `json:"to"`
	State        string     `json:"state"`
	Outcome      *string    `json:"outcome"`
	EndedBy      *string    `json:"ended_by"`
	OperatorID   *string    `json:"operator_id"`
	StartedAt    time.Time  `json:"started_at"`
	AnsweredAt   *time.Time `json:"answered_at"`
	EndedAt      *time.Time `json:"ended_at"`
	QueueS       float64    `json:"queue_s"`
	TalkS        float64    `json:"talk_s"`
	RecordingURL *string    `json:"recording_url"`
	Charge       *struct {
		Amount int64 `json:"amount"`
	} `json:"charge"`
}

// lost is a lost call as the API shows it.
type lost struct {
	CallID   string  `json:"call_id"`
	From     string  `json:"from"`
	Reason   string  `json:"reason"`
	Words    string  `json:"words"`
	Owner    string  `json:"owner"`
	TaskID   *string `json:"task_id"`
	Callback *struct {
		State        string  `json:"state"`
		ClosedReason string  `json:"closed_reason"`
		ClosedCallID *string `json:"closed_call_id"`
	} `json:"callback"`
}

// every reads all pages of a list.
func every[T any](s *scene, c *rig.Client, path string) []T {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var all []T
	cursor := ""
	for {
		var page struct {
			Items []T     `json:"items"`
			Next  *string `json:"next_cursor"`
		}
		if err := c.Get(ctx, path+"?limit=50"+cursor, &page); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		cursor = "&cursor=" + url.QueryEscape(*page.Next)
	}
}

// callFrom waits for the call of a number in a state, and returns it.
func (s *scene) callFrom(c *rig.Client, number, state string) call {
	s.t.Helper()
	var found call
	s.await("the call from "+number+" is "+state, patience, func() bool {
		for _, one := range every[call](s, c, "/calls") {
			if one.From == number && one.State == state {
				found = one
				return true
			}
		}
		return false
	})
	return found
}

// rated waits for the charge of a call, and returns its raw milliseconds.
func (s *scene) rated(id string) (rawMS, billedS int64) {
	s.t.Helper()
	s.await("the charge for call "+id, patience, func() bool {
		return s.look("select raw_ms, billed_s from shop.charge where call_id = $1 and kind = 'usage'", []any{id}, &rawMS, &billedS) == nil
	})
	return rawMS, billedS
}

// recording reads what a call sounded like: the buyer left, the operator right.
func (s *scene) recording(c *rig.Client, one call) wav.Sound {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if one.RecordingURL == nil {
		s.t.Fatalf("call %s has no recording", one.ID)
	}
	file, err := c.Raw(ctx, "GET", strings.TrimPrefix(*one.RecordingURL, "/api/v1"), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	sound, err := wav.Read(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(sound.Channels) != 2 {
		s.t.Fatalf("the recording of call %s has %d channels", one.ID, len(sound.Channels))
	}
	return sound
}

// look reads one row of what no operation of the API shows into dest.
func (s *scene) look(query string, args []any, dest ...any) error {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.Info.AdminURL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set role switchboard_across"); err != nil {
		s.t.Fatal(err)
	}
	return conn.QueryRow(ctx, query, args...).Scan(dest...)
}

// count is look for a number.
func (s *scene) count(query string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.look(query, args, &n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}
