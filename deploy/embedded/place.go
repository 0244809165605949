package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// refuge holds the data of those whose own folders the server can't reach.
const refuge = "/var/lib/switchboard"

// temporaryPrefix names the folders of throwaway servers.
const temporaryPrefix = "switchboard-pg-"

// who is the user that the server runs as: PostgreSQL refuses root.
type who struct {
	uid, gid uint32
	drop     bool // whether that is another user than ours
}

func server() (who, error) {
	if os.Getuid() != 0 {
		return who{uid: uint32(os.Getuid()), gid: uint32(os.Getgid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return who{}, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return who{}, fmt.Errorf("user %s: %w", name, err)
		}
		return who{uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return who{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: start Switchboard as another user")
}

// Place returns the folder that holds the data which was asked for in dir, as
// an absolute path: dir itself, or, when we are root and the user that
// PostgreSQL runs as can't reach dir (a home that is closed to others), a
// folder under /var/lib/switchboard that is always the same for that dir.
func Place(dir string) (string, error) {
	w, err := server()
	if err != nil {
		return "", err
	}
	return w.place(dir, refuge)
}

func (w who) place(dir, refuge string) (string, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if !w.drop || w.reaches(full) {
		return full, nil
	}
	name := strings.ReplaceAll(strings.Trim(full, "/"), "/", "-")
	return filepath.Join(refuge, name), nil
}

// reaches reports whether w may pass through dir and all folders above it.
// Those that are yet to be made count as open, and so does the last one that
// exists if it is empty: prepare opens it.
func (w who) reaches(dir string) bool {
	last := dir
	for !exists(last) && last != filepath.Dir(last) {
		last = filepath.Dir(last)
	}
	for at := last; ; at = filepath.Dir(at) {
		if !w.passes(at) && (at != last || !empty(at)) {
			return false
		}
		if at == filepath.Dir(at) {
			return true
		}
	}
}

func exists(dir string) bool {
	_, err := os.Stat(dir)
	return !errors.Is(err, fs.ErrNotExist)
}

func (w who) passes(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch mode := info.Mode().Perm(); {
	case !ok:
		return false
	case owner.Uid == w.uid:
		return mode&0o100 != 0
	case owner.Gid == w.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// prepare makes dir and the folders above it, open to w for passing through
// and to nobody else for listing, whatever the umask.
func (w who) prepare(dir string) error {
	if w.passes(dir) {
		return nil
	}
	if !exists(dir) {
		if err := w.prepare(filepath.Dir(dir)); err != nil {
			return err
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	if !w.drop {
		return nil
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // to pass through, not to list
		return fmt.Errorf("open the data folder to the database's user: %w", err)
	}
	return nil
}

// own gives path to w.
func (w who) own(path string) error {
	if !w.drop {
		return nil
	}
	return os.Chown(path, int(w.uid), int(w.gid))
}

// write makes a file that only w (and root) can read.
func (w who) write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return w.own(path)
}

// temporary makes a folder for a throwaway server, and removes those of
// servers that were killed before they could.
func (w who) temporary() (string, error) {
	base := os.TempDir()
	if w.drop && !w.reaches(base) {
		base = refuge
		if err := w.prepare(base); err != nil {
			return "", err
		}
	}
	old, err := filepath.Glob(filepath.Join(base, temporaryPrefix+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		sweep(dir)
	}
	return os.MkdirTemp(base, temporaryPrefix)
}

// sweep removes a temporary folder that nobody holds. A young one may belong
// to a process that is about to lock it.
func sweep(dir string) {
	info, err := os.Stat(dir)
	if err != nil || time.Since(info.ModTime()) < 10*time.Minute {
		return
	}
	lock, err := tryLock(dir)
	if err != nil {
		return
	}
	defer lock.Close()
	_ = os.RemoveAll(dir) // another user's folder stays: it does no harm
}

// lockPatience is how long a folder may stay locked by a process that is gone:
// a child that it was starting holds the lock too, until it runs its program.
const lockPatience = time.Second

// errHeld says that another process has the lock.
var errHeld = errors.New("in use by another process")

// lockFolder takes the folder for this process, until the file is closed or
// the process ends.
func lockFolder(ctx context.Context, dir string) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		f, err := tryLock(dir)
		if !errors.Is(err, errHeld) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func tryLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		holder, _ := os.ReadFile(path)
		return nil, fmt.Errorf("the data in %s are %w (%s): stop that Switchboard, or choose another folder with --data",
			dir, errHeld, strings.TrimSpace(string(holder)))
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
