package main

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
)

// mallocs reads from /metrics how many times Switchboard has allocated, 0 if it
// does not say.
func (s *stage) mallocs(ctx context.Context) float64 {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.sb.Info.HTTP+"/metrics", nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "go_memstats_mallocs_total "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err == nil {
				return n
			}
		}
	}
	return 0
}
