package rig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Pin has a process and all that it has started run on these cores only, by
// number. What they start later does too.
func Pin(pid int, cores ...int) error {
	var set unix.CPUSet
	for _, c := range cores {
		set.Set(c)
	}
	threads, err := threads(pid)
	if err != nil {
		return fmt.Errorf("pin process %d: %w", pid, err)
	}
	for _, t := range threads {
		if err := unix.SchedSetaffinity(t, &set); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("pin thread %d of process %d to cores %v: %w", t, pid, cores, err)
		}
	}
	return nil
}

// threads returns those of a process and of all that it has started.
func threads(pid int) ([]int, error) {
	at := filepath.Join("/proc", strconv.Itoa(pid), "task")
	entries, err := os.ReadDir(at)
	if err != nil {
		return nil, err
	}
	var all []int
	for _, e := range entries {
		t, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		all = append(all, t)
		started, err := os.ReadFile(filepath.Join(at, e.Name(), "children"))
		if err != nil {
			continue // the thread is gone
		}
		for _, word := range strings.Fields(string(started)) {
			child, _ := strconv.Atoi(word) // 0 has no threads
			below, err := threads(child)
			if err == nil {
				all = append(all, below...)
			}
		}
	}
	return all, nil
}
