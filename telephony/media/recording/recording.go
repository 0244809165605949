// Package recording writes what a buyer and an operator say to a file: sealed,
// or a stereo A-law WAV file as it is.
package recording

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/wav"
	"switchboard/tenant/sealed"
)

// Facts is what there is to know about a finished recording.
type Facts struct {
	Bytes      int64 // of the WAV file
	DurationMS int64
	SHA256     string // of the WAV file, in hexadecimal
	Stored     Stored
}

// Stored is the file as it lies on the disk; for a WAV file that is not sealed
// the same.
type Stored struct {
	Bytes  int64
	SHA256 string
}

// Recorder is a media.Tap that writes a recording. The first channel is the
// buyer's, the second the operator's; both are on one time line, and what nobody
// says is silence.
type Recorder struct {
	path  string
	began time.Time
	file  medium
	stop  chan struct{}
	wg    sync.WaitGroup

	mu     sync.Mutex
	tape   *tape // nil when nothing is recorded any more
	failed error
	tell   func(error)

	// what the writing goroutine uses alone, and Close after it
	written int64 // bytes of samples
	buffer  [channels * rate / 2]byte

	once  sync.Once
	facts Facts
	err   error
}

// medium is what a Recorder writes to.
type medium interface {
	// Write takes samples.
	Write(samples []byte) (int, error)
	// finish ends the file after size bytes of samples, those that it took, and
	// returns its facts.
	finish(size int64) (Facts, error)
}

// flushEvery is how often samples go to the file. With lag it keeps a killed
// process' recording whole up to less than a second before.
const flushEvery = 500 * time.Millisecond

// maxBytes is what the sizes in a WAV header can say: 74 hours.
const maxBytes = wav.Endless &^ 1

// Start begins a recording at path, now: a WAV file as it is. A file that is
// there already is an error: no recording is ever overwritten.
func Start(path string) (*Recorder, error) { return StartAt(path, time.Now()) }

// StartAt begins a recording with the sample that is heard at an instant; what
// was said before it - while a notice still played - is left out.
func StartAt(path string, instant time.Time) (*Recorder, error) {
	f, err := create(path)
	if err != nil {
		return nil, err
	}
	return begin(path, f, func() (medium, error) { return newPlain(f) }, instant)
}

// StartSealed is Start for a file that only its secret opens.
func StartSealed(path string, secret sealed.Secret) (*Recorder, error) {
	f, err := create(path)
	if err != nil {
		return nil, err
	}
	return begin(path, f, func() (medium, error) { return newVault(f, secret) }, time.Now())
}

// begin starts to write to what open makes of a file.
func begin(path string, f file, open func() (medium, error), instant time.Time) (*Recorder, error) {
	m, err := open()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("start recording %s: %w", path, err)
	}
	r := &Recorder{path: path, began: instant, file: m, stop: make(chan struct{}), tape: newTape()}
	r.wg.Go(r.run)
	return r, nil
}

// OnFailure has tell called, once, when the recording can't go on, because the
// disk is full for instance. The call goes on, and so must tell: it runs on the
// goroutine that writes. If it failed already, tell is called at once.
func (r *Recorder) OnFailure(tell func(error)) {
	r.mu.Lock()
	r.tell = tell
	failed := r.failed
	r.mu.Unlock()
	if failed != nil {
		tell(failed)
	}
}

// Hear records a packet of a channel. It does not block on the disk.
func (r *Recorder) Hear(channel int, p *media.Packet) {
	now := r.position(p.At)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil {
		r.tape.put(channel, p, now)
	}
}

// Pause has the recording stand still from an instant on: both channels are
// silent, as are keys. It returns where that is, in ms. A second Pause changes
// nothing.
func (r *Recorder) Pause(instant time.Time) int64 {
	at := max(0, r.position(instant))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil {
		at = r.tape.hush(at)
	}
	return (at*1000 + rate - 1) / rate // all of the span that is told is silent
}

// Resume has it go on, and returns from where, in ms: a little after the instant,
// so that nothing of before is heard that comes late.
func (r *Recorder) Resume(instant time.Time) int64 {
	at := max(0, r.position(instant)) + patience
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tape != nil {
		at = r.tape.speak(at)
	}
	return at * 1000 / rate
}

// position returns where an instant is on the time line.
func (r *Recorder) position(instant time.Time) int64 {
	return int64(instant.Sub(r.began)) * rate / int64(time.Second)
}

func (r *Recorder) run() {
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case <-r.stop:
			return
		case now := <-t.C:
			if err := r.flush(r.position(now) - lag); err != nil {
				r.fail(err)
				return
			}
		}
	}
}

// flush writes the samples before position end to the file.
func (r *Recorder) flush(end int64) error {
	for {
		r.mu.Lock()
		n := 0
		if r.tape != nil {
			n = r.tape.take(end, r.buffer[:])
		}
		r.mu.Unlock()
		if n == 0 {
			return nil
		}
		if r.written+int64(n) > maxBytes {
			return fmt.Errorf("record %s: longer than a WAV file can be", r.path)
		}
		n, err := r.file.Write(r.buffer[:n])
		r.written += int64(n)
		if err != nil {
			return fmt.Errorf("record %s: %w", r.path, err)
		}
	}
}

// fail ends the recording, not the call.
func (r *Recorder) fail(err error) {
	r.mu.Lock()
	r.tape, r.failed = nil, err
	tell := r.tell
	r.mu.Unlock()
	if tell != nil {
		tell(err)
	}
}

// Close ends the recording and returns its facts, along with the error that
// ended it before, if one did: what was written until then is a whole file. It
// reads the file once, for the hash: 57.6 MB for an hour. A second Close
// returns the same.
func (r *Recorder) Close() (Facts, error) {
	r.once.Do(func() {
		close(r.stop)
		r.wg.Wait()
		r.facts, r.err = r.finish(r.position(time.Now()))
	})
	return r.facts, r.err
}

func (r *Recorder) finish(end int64) (Facts, error) {
	err := r.flush(end)
	r.mu.Lock()
	r.tape = nil
	err = errors.Join(r.failed, err)
	r.mu.Unlock()
	facts, ended := r.file.finish(r.written)
	if ended != nil {
		err = errors.Join(err, fmt.Errorf("finish recording %s: %w", r.path, ended))
	}
	return facts, err
}
