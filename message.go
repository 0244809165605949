package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/task"
)

// message returns the recording of a message, for whoever writes it down.
func (s *service) message(_ context.Context, tx tenant.Tx, m task.Message) ([]byte, error) {
	rec, err := cdr.RecordingOf(tx, m.CallID)
	if err != nil {
		return nil, err
	}
	if rec.State == "recording" {
		return nil, fmt.Errorf("the recording of call %s is not closed yet", m.CallID) // the job comes again
	}
	root, err := os.OpenRoot(s.dirs.recordings)
	if err != nil {
		return nil, fmt.Errorf("open the recordings: %w", err)
	}
	defer root.Close()
	wav, err := root.ReadFile(rec.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the sound of call %s is gone: %w", m.CallID, fault.NotFound)
	}
	return wav, err
}
