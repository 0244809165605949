package script

import (
	"bytes"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"switchboard/tenant/fault"
)

// yamlLine finds the line in a message of the YAML library.
var yamlLine = regexp.MustCompile(`line (\d+): `)

// syntax says where src stops being YAML. The library counts lines from 0 in
// some messages and from 1 in others, says nothing of the first, and for a
// block tells where the block began; the one thing that it must not do is to
// send a shop to the wrong line.
func syntax(src []byte, err error) *fault.Invalid {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	switch {
	case strings.HasPrefix(text, "did not find expected key"), strings.HasPrefix(text, "did not find expected '-'"):
		line = firstBroken(src)
	case strings.HasPrefix(text, "did not find expected") && line > 1:
		line++
	}
	return &fault.Invalid{Problem: "this is not YAML: " + text, Line: line}
}

// firstBroken returns the first line with which src is no YAML any more.
func firstBroken(src []byte) int {
	lines := bytes.SplitAfter(src, []byte("\n"))
	return 1 + sort.Search(len(lines)-1, func(k int) bool {
		var n yaml.Node
		return yaml.Unmarshal(bytes.Join(lines[:k+1], nil), &n) != nil
	})
}
