package telephony_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// small gives the directory little room, and returns what fills it and what
// makes room again. As root that is a disk of its own; as anybody else a
// directory that cannot be written to, which is full to whoever begins a file.
func small(t *testing.T, dir string) (fill, empty func()) {
	t.Helper()
	if os.Getuid() != 0 {
		chmod := func(mode os.FileMode) func() {
			return func() {
				_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
					if err == nil && d.IsDir() {
						err = os.Chmod(p, mode)
					}
					return err
				})
			}
		}
		t.Cleanup(chmod(0o700))
		return chmod(0o500), chmod(0o700)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	rest := filepath.Join(dir, "rest")
	fill = func() {
		f, err := os.Create(rest)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	return fill, func() { _ = os.Remove(rest) }
}

// TestTheDiskIsFull: the call goes on and is heard, its tape ends and says why,
// an alarm is up within ten seconds; with room again it is over, and the next
// call is recorded, and nobody did anything.
func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	var fill, empty func()
	h := open(t, silently(t))
	fill, empty = small(t, h.recordings)
	k := h.talk()
	k.say(spokenTone, answerTone, 75)
	fill()
	full := time.Now()
	a := k.player.Loop(k.buyer.audio, media.NewClip(tone.Sine(spokenTone, 8000)))
	defer a.Stop()
	h.until("an alarm is up", "select 1 from house.alarm where kind = 'recording_disk' and cleared_at is null")
	t.Logf("the alarm took %s", time.Since(full).Round(time.Millisecond)) // 10 s at most, on a machine of its own
	if os.Getuid() == 0 {
		h.until("the row says so, in the call", `select 1 from shop.recording r join shop.call c on c.id = r.call_id
			where r.state = 'ready' and r.error like 'the disk%' and c.state = 'talking' and r.duration_ms > 400`)
		if s := h.sound(); frames(s.Channels[0], spokenTone) < 10 {
			t.Error("what fitted is not heard")
		}
	}
	k.ears[1].forget()
	h.eventually("the operator still hears the buyer", func() bool { return k.ears[1].frames(spokenTone) > 25 })
	empty()
	h.until("the alarm is over", "select 1 from house.alarm where kind = 'recording_disk' and cleared_at is not null")
	k.buyer.leg.Hangup("bye")
	await[sipua.Ended](t, k.desk)
	h.until("the operator is free", "select 1 from shop.call where state = 'ended'")
	h.phone().ring(h, "84950000001", "89215550144")
	k.at.answer(t, next(t, k.at))
	h.until("the next call is recorded", "select count(*) from shop.recording where error = '' having count(*) = 1")
	if n := tenanttest.One[int](t, h.w, "select count(*) from house.audit where action in ('alarm.raise', 'alarm.clear')"); n != 2 {
		t.Errorf("%d lines of audit about the alarm", n)
	}
}
