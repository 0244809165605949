package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Beat is the time between two signs of life of a stream.
const Beat = 15 * time.Second

// Events is a stream of server-sent events to one client.
type Events struct{ w http.ResponseWriter }

// Stream begins one on w, which Patient made.
func Stream(w http.ResponseWriter) Events {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // or a proxy would keep it
	w.WriteHeader(http.StatusOK)
	return Events{w}
}

// Send sends data as JSON. Its error means that the client is gone.
func (e Events) Send(event string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", event, b); err != nil {
		return err
	}
	return http.NewResponseController(e.w).Flush()
}

// Beat sends a sign of life.
func (e Events) Beat(now time.Time) error {
	return e.Send("beat", map[string]time.Time{"at": now.UTC()})
}
