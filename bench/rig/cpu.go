package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// jiffy is the unit of /proc's times: USER_HZ is 100 on every Linux that Go runs on.
const jiffy = 10 * time.Millisecond

// CPU returns what a process has used by itself.
func CPU(pid int) (time.Duration, error) {
	s, err := readStat(pid)
	return s.own, err
}

// TreeCPU returns what a process and all that it has started have used, those
// included that are gone and were waited for.
func TreeCPU(pid int) (time.Duration, error) {
	paths, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	children := map[int][]stat{}
	for _, path := range paths {
		n, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			continue
		}
		if s, err := readStat(n); err == nil { // else it has ended since
			children[s.parent] = append(children[s.parent], s)
		}
	}
	root, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	return root.tree(children), nil
}

type stat struct {
	pid, parent int
	own, waited time.Duration
}

func (s stat) tree(children map[int][]stat) time.Duration {
	sum := s.own + s.waited
	for _, c := range children[s.pid] {
		sum += c.tree(children)
	}
	return sum
}

// readStat reads /proc/PID/stat: the name is in brackets and may hold anything,
// so fields are counted from the last bracket on (proc_pid_stat(5)).
func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, fmt.Errorf("read the times of process %d: %w", pid, err)
	}
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	f := strings.Fields(rest) // from field 3 on
	if len(f) < 15 {
		return stat{}, fmt.Errorf("read the times of process %d: %q", pid, rest)
	}
	at := func(field int) int {
		n, _ := strconv.Atoi(f[field-3])
		return n
	}
	return stat{
		pid: pid, parent: at(4),
		own:    time.Duration(at(14)+at(15)) * jiffy,
		waited: time.Duration(at(16)+at(17)) * jiffy,
	}, nil
}
