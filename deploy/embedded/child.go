package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// child is a process that ends with us.
type child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // why it ended; read it once done is closed
}

// command prepares a program of PostgreSQL's, run as w in dir.
func (w who) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:gosec // found by find, arguments are ours
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"} // none of PG*, none of our secrets
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true,           // Ctrl-C is for us: we stop it after those who use it
		Pdeathsig: syscall.SIGINT, // a fast shutdown when we die, be it by kill -9
	}
	if w.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: w.uid, Gid: w.gid}
	}
	return cmd
}

// start runs cmd. Pdeathsig fires when the thread that started the child
// ends, so that thread is kept until the child has ended.
func start(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.done)
		}
	}()
	return c, <-started
}

// run runs cmd to its end.
func run(cmd *exec.Cmd) error {
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	c, err := start(cmd)
	if err != nil {
		return err
	}
	<-c.done
	if c.err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), c.err, strings.TrimSpace(said.String()))
	}
	return nil
}

// failure returns why the child ended; nil is a reason too.
func (c *child) failure() error {
	if c.err == nil {
		return errors.New("without an error")
	}
	return c.err
}

// end stops the child by how, then by ever harsher signals, each given
// patience, and returns when it is gone.
func (c *child) end(how syscall.Signal, patience time.Duration) {
	for _, s := range []syscall.Signal{how, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = c.cmd.Process.Signal(s) // it may have ended: then done is closed
		select {
		case <-c.done:
			return
		case <-time.After(patience):
		}
	}
}

// endRemains waits until no process works on the databases in data, after
// asking the server that its dead parent left behind to stop, and removes the
// note of its process id: that id may belong to somebody else by now.
// The caller holds the folder's lock, so no living Switchboard uses it.
func endRemains(ctx context.Context, data string) error {
	note := filepath.Join(data, "postmaster.pid")
	text, err := os.ReadFile(note)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(first)) // 0 if torn: then only its servants are waited for
	deadline := time.Now().Add(3 * stopPatience)
	for asked := false; ; asked = true {
		left := worksIn(data)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v of an earlier start still use it: end them", left)
		}
		for _, p := range left {
			if p == pid && !asked {
				_ = syscall.Kill(pid, syscall.SIGINT) // it may have gone since
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err := os.Remove(note); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// worksIn returns the processes whose working folder is data, which is where
// PostgreSQL's server and all its servants stay.
func worksIn(data string) []int {
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well formed
	var pids []int
	for _, link := range links {
		if at, err := os.Readlink(link); err != nil || at != real {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
