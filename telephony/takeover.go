package telephony

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"switchboard/telephony/journal"
	"switchboard/telephony/media/recording"
	"switchboard/telephony/sipua"
)

// takeOver ends what a predecessor that died has left: it closes the calls as
// of the last media that was heard, says BYE to the other ends, and makes the
// recordings whole. None of it can be carried on: the audio died with the
// process. What cannot be ended now is logged and left to the reaper.
func (n *Node) takeOver(ctx context.Context) error {
	calls, err := n.lease.OpenCalls(ctx)
	if err != nil {
		return err
	}
	dialogs, err := n.lease.Orphans(ctx)
	if err != nil {
		return err
	}
	tapes, err := n.lease.Tapes(ctx)
	if err != nil {
		return err
	}
	for _, d := range dialogs {
		n.bye(d)
	}
	for _, c := range calls {
		if err := n.lease.CloseCall(ctx, c, time.Now().UTC()); err != nil {
			n.log.Error("call of a dead switch is not closed", "call", c.ID, "err", err)
		}
	}
	for _, d := range dialogs {
		if err := n.lease.DropDialog(ctx, d); err != nil {
			n.log.Error("dialog of a dead switch is not forgotten", "call", d.CallID, "err", err)
		}
	}
	for _, t := range tapes {
		n.mend(ctx, t)
	}
	if len(calls)+len(dialogs)+len(tapes) > 0 {
		n.log.Warn("took over from a switch that died", "calls", len(calls), "dialogs", len(dialogs), "recordings", len(tapes))
	}
	return ctx.Err()
}

// bye tells the other end of a dialog that it is over.
func (n *Node) bye(o journal.Orphan) {
	d, err := sipua.ParseDialog(o.State)
	if err == nil {
		err = n.ua.Hangup(d, "the switch was restarted")
	}
	if err != nil {
		n.log.Error("BYE to a dialog of a dead switch", "call", o.CallID, "side", o.Side, "err", err)
	}
}

// mend makes a recording whole whose writer died.
func (n *Node) mend(ctx context.Context, t journal.Tape) {
	facts, err := n.repair(ctx, t)
	row := journal.Recording{Bytes: facts.Bytes, DurationMS: facts.DurationMS, StoredBytes: facts.Stored.Bytes}
	state := "ready"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		state, row.Error = "failed", "the file is not there"
	case err != nil:
		state, row.Error = "failed", "the file cannot be mended"
		n.log.Error("recording of a dead switch", "path", t.Path, "err", err)
	default:
		sum, stored := `\x`+facts.SHA256, `\x`+facts.Stored.SHA256
		row.SHA256, row.StoredSHA256 = &sum, &stored
	}
	if err := n.lease.CloseTape(ctx, t, state, row); err != nil {
		n.log.Error("recording of a dead switch is not closed", "path", t.Path, "err", err)
	}
}

// repair gives the file of a recording its end.
func (n *Node) repair(ctx context.Context, t journal.Tape) (recording.Facts, error) {
	path := filepath.Join(n.cfg.RecordingsDir, filepath.FromSlash(t.Path))
	if t.KeyVersion == nil {
		return recording.Repair(path)
	}
	secret, err := n.lease.OpenSealed(ctx, n.masters, t)
	if err != nil {
		return recording.Facts{}, err
	}
	return recording.RepairSealed(path, secret)
}
