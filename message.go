package main

import (
	"context"
	"fmt"
	"io"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/task"
)

// message returns the recording of a message, for whoever writes it down.
func (s *service) message(ctx context.Context, tx tenant.Tx, m task.Message) ([]byte, error) {
	rec, err := cdr.RecordingOf(tx, m.CallID)
	if err != nil {
		return nil, err
	}
	if rec.State == "recording" {
		return nil, fmt.Errorf("the recording of call %s is not closed yet", m.CallID) // the job comes again
	}
	reader, err := s.tapes.Reader(tx, rec)
	if err != nil {
		return nil, err
	}
	sound, err := s.tapes.Open(ctx, reader)
	if err != nil {
		return nil, err
	}
	defer sound.Close()
	return io.ReadAll(sound)
}
