package telephony

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/alarm"
)

const (
	// probeEvery is how often the recordings' disk is tried: an alarm is seen within
	// ten seconds, and is over as soon after there is room again.
	probeEvery = 3 * time.Second
	// probeSize is what must fit: two seconds of two calls.
	probeSize = 64 << 10
)

// disk tells whether recordings can be written. Calls go on without it.
type disk struct {
	dir     string
	trouble chan error // at the bound: one is enough to raise the alarm
}

func newDisk(dir string) *disk { return &disk{dir, make(chan error, 1)} }

// report says that a recording could not be written. It does not block.
func (d *disk) report(err error) {
	select {
	case d.trouble <- err:
	default:
	}
}

// probe writes a file and takes it away.
func (d *disk) probe() error {
	name := filepath.Join(d.dir, ".probe")
	err := os.WriteFile(name, make([]byte, probeSize), 0o600)
	if gone := os.Remove(name); gone != nil && err == nil {
		err = gone
	}
	if err != nil {
		return fmt.Errorf("write to the recordings: %w", err)
	}
	return nil
}

// watchDisk keeps an alarm up for as long as recordings cannot be written.
func (n *Node) watchDisk(ctx context.Context) error {
	t := time.NewTicker(probeEvery)
	defer t.Stop()
	raised := true // by whoever had this name before
	for {
		var wrong error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case wrong = <-n.disk.trouble:
		case <-t.C:
			wrong = n.disk.probe()
		}
		if wrong == nil && !raised {
			continue
		}
		raised = wrong != nil
		if err := n.tellOfDisk(ctx, wrong); err != nil && ctx.Err() == nil {
			n.log.Error("alarm about the recordings' disk is not written", "about", wrong, "err", err)
			raised = true // the next tick tries again
		}
	}
}

// tellOfDisk raises an alarm because of wrong, or clears it for nil.
func (n *Node) tellOfDisk(ctx context.Context, wrong error) error {
	ctx, cancel := context.WithTimeout(ctx, probeEvery)
	defer cancel()
	return n.db.Across(ctx, "tell how it stands with the recordings' disk", func(tx tenant.AcrossTx) error {
		if wrong == nil {
			return alarm.Clear(tx, alarm.RecordingDisk, n.cfg.Node, time.Now())
		}
		return alarm.Raise(tx, alarm.Alarm{Kind: alarm.RecordingDisk, Node: n.cfg.Node, RaisedAt: time.Now(), Detail: wrong.Error()})
	})
}
