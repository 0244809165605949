// Package rig runs the programs that are measured and tested: the real
// Switchboard, and the yardsticks beside it. It needs Linux.
package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// patience is how long a program may take to be ready, or to be gone.
const patience = 60 * time.Second

// Process is a program that was started here. It does not outlive us.
type Process struct {
	Name string
	cmd  *exec.Cmd
	log  string // path of what it says
	done chan struct{}
	err  error // why it ended; read it once done is closed
}

// start runs a program, with its output in a file of dir, until it is ended or
// we die: then the kernel sends it the signal.
func start(dir string, cmd *exec.Cmd, deathSignal syscall.Signal) (*Process, error) {
	p := &Process{Name: filepath.Base(cmd.Path), cmd: cmd, done: make(chan struct{})}
	out, err := os.CreateTemp(dir, p.Name+"-*.log")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	defer out.Close()
	p.log = out.Name()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: deathSignal}
	started := make(chan error)
	go func() { // the signal comes when the thread ends that started it, so that is kept
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process is gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// Log is all that it has said.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Kill ends it as a power cut would.
func (p *Process) Kill() { p.end(syscall.SIGKILL) }

// Stop asks it to end, and makes it if it does not.
func (p *Process) Stop() error {
	p.end(syscall.SIGTERM)
	if p.err != nil {
		return fmt.Errorf("stop %s: %w: %s", p.Name, p.err, p.lastLine())
	}
	return nil
}

func (p *Process) end(how syscall.Signal) {
	const grace = 20 * time.Second
	_ = p.cmd.Process.Signal(how) // it may have ended: then done is closed
	select {
	case <-p.done:
	case <-time.After(grace):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p *Process) lastLine() string {
	lines := strings.Split(strings.TrimSpace(p.Log()), "\n")
	return lines[len(lines)-1]
}

// until waits for ready, as long as the process lives.
func (p *Process) until(ctx context.Context, what string, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for !ready() {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it %s: %w: %s", p.Name, what, p.reason(), p.Log())
		case <-ctx.Done():
			return fmt.Errorf("%s has not %s: %w: %s", p.Name, what, ctx.Err(), p.lastLine())
		case <-t.C:
		}
	}
	return nil
}

// reason is why it ended; no error is a reason too.
func (p *Process) reason() error {
	if p.err == nil {
		return errors.New("without an error")
	}
	return p.err
}
