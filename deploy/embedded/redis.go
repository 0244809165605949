package embedded

import (
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Redis is a Redis in this process. What it holds is lost with the process,
// which is as good as a wiped Redis: it rings bells and keeps nothing.
type Redis struct {
	server *miniredis.Miniredis
	stop   chan struct{}
	done   chan struct{}
}

// StartRedis starts a Redis on 127.0.0.1, on a port of the kernel's choice.
func StartRedis() (*Redis, error) {
	m := miniredis.NewMiniRedis()
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	r := &Redis{server: m, stop: make(chan struct{}), done: make(chan struct{})}
	go r.age()
	return r, nil
}

// age lets time pass for keys that expire: miniredis has no clock of its own.
func (r *Redis) age() {
	defer close(r.done)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			r.server.FastForward(time.Second)
		case <-r.stop:
			return
		}
	}
}

// Addr returns host:port.
func (r *Redis) Addr() string { return r.server.Addr() }

// URL returns the address as REDIS_URL has it.
func (r *Redis) URL() string { return "redis://" + r.Addr() + "/0" }

// Stop closes all connections and waits for the server to end. Call it once.
func (r *Redis) Stop() {
	close(r.stop)
	<-r.done
	r.server.Close()
}
