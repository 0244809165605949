// Package recording writes what a buyer and an operator say to a stereo A-law
// WAV file.
package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/wav"
)

// Facts is what there is to know about a finished recording.
type Facts struct {
	Bytes      int64
	DurationMS int64
	SHA256     string // of the whole file, in hexadecimal
}

// Recorder is a media.Tap that writes a recording. The first channel is the
// buyer's, the second the operator's; both are on one time line, and what nobody
// says is silence.
type Recorder struct {
	path  string
	began time.Time
	file  file
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

// file is what a Recorder needs of an *os.File. The tests have one on a disk
// that is full.
type file interface {
	io.ReadWriteSeeker
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// flushEvery is how often samples go to the file. With lag it keeps a killed
// process' recording whole up to less than a second before.
const flushEvery = 500 * time.Millisecond

// maxBytes is what the sizes in a WAV header can say: 74 hours.
const maxBytes = wav.Endless &^ 1

// Start begins a recording at path, now. A file that is there already is an
// error: no recording is ever overwritten.
func Start(path string) (*Recorder, error) { return StartAt(path, time.Now()) }

// StartAt begins a recording with the sample that is heard at an instant; what
// was said before it - while a notice still played - is left out.
func StartAt(path string, instant time.Time) (*Recorder, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start recording: %w", err)
	}
	r, err := start(path, f, instant)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// start writes the header of a file that has no end yet, which players play as
// far as it goes, and begins to write.
func start(path string, f file, instant time.Time) (*Recorder, error) {
	h := wav.StereoHeader(wav.Endless)
	if _, err := f.Write(h[:]); err != nil {
		return nil, fmt.Errorf("start recording %s: %w", path, err)
	}
	r := &Recorder{path: path, began: instant, file: f, stop: make(chan struct{}), tape: newTape()}
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
	facts, sealed := seal(r.file, r.written)
	if sealed != nil {
		err = errors.Join(err, fmt.Errorf("finish recording %s: %w", r.path, sealed))
	}
	if closed := r.file.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("close recording %s: %w", r.path, closed))
	}
	return facts, err
}

// seal gives a file with size bytes of samples its final header and length, and
// returns its facts. A torn last sample is cut off.
func seal(f file, size int64) (Facts, error) {
	size -= size % channels
	h := wav.StereoHeader(uint32(size))
	if _, err := f.WriteAt(h[:], 0); err != nil {
		return Facts{}, err
	}
	if err := f.Truncate(wav.HeaderSize + size); err != nil {
		return Facts{}, err
	}
	if err := f.Sync(); err != nil {
		return Facts{}, err
	}
	return examine(f)
}

func examine(f io.ReadSeeker) (Facts, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Facts{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return Facts{}, err
	}
	return Facts{
		Bytes:      n,
		DurationMS: (n - wav.HeaderSize) / channels * 1000 / rate,
		SHA256:     hex.EncodeToString(sum.Sum(nil)),
	}, nil
}
