package speech

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"switchboard/telephony/media"
)

// Bounds of the cache.
const (
	queueMost  = 32               // who may wait for the voice; more are refused
	memoryMost = 64 << 20         // bytes of clips at hand, about an hour; what is more is not at hand
	retryAfter = 10 * time.Minute // until a text is tried again that could not be spoken
)

// Cache holds prompts by voice and text: on disk, and those that calls may want
// in memory. Nothing of it is in a call's way: Ready looks into memory alone.
type Cache struct {
	voice  Voice
	shelf  shelf
	log    *slog.Logger
	flight singleflight.Group
	queue  chan struct{}
	turn   chan struct{} // one speaks at a time: calls need the processor more
	wake   chan struct{}

	mu     sync.Mutex
	wanted map[Text]bool
	ready  map[Text]*media.Clip
	bytes  int
	tried  map[Text]time.Time // of what could not be spoken
}

// Open returns the cache of a folder, which it makes if need be. Several
// processes may share one.
func Open(dir string, v Voice, log *slog.Logger) (*Cache, error) {
	s, err := openShelf(dir)
	if err != nil {
		return nil, err
	}
	return &Cache{
		voice: v, shelf: s, log: log, queue: make(chan struct{}, queueMost), turn: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		wanted: map[Text]bool{}, ready: map[Text]*media.Clip{}, tried: map[Text]time.Time{},
	}, nil
}

// Ready returns the prompt of a wanted text if it is at hand, else nil. It
// never waits for a disk or a voice.
func (c *Cache) Ready(t Text) *media.Clip {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready[t]
}

// Want says which texts calls may want from now on; Run makes those that are
// missing. It returns at once.
func (c *Cache) Want(texts []Text) {
	wanted := make(map[Text]bool, len(texts))
	for _, t := range texts {
		wanted[t] = true
	}
	c.mu.Lock()
	c.wanted = wanted
	for t, clip := range c.ready {
		if !wanted[t] {
			delete(c.ready, t)
			c.bytes -= size(clip)
		}
	}
	for t := range c.tried {
		if !wanted[t] {
			delete(c.tried, t)
		}
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default: // a look is due already
	}
}

// size is how much of the memory a clip takes: both laws.
func size(c *media.Clip) int { return 2 * rate * int(c.Length().Milliseconds()) / 1000 }

// Run makes what is wanted and missing, until ctx ends. What cannot be spoken
// is logged, and tried again after a while.
func (c *Cache) Run(ctx context.Context) {
	t := time.NewTicker(retryAfter)
	defer t.Stop()
	for {
		for _, text := range c.missing(time.Now()) {
			if _, err := c.Clip(ctx, text); err != nil && ctx.Err() == nil {
				c.log.Warn("a text has no prompt", "language", text.Language, "key", key(c.voice, text)[:8], "err", err)
				c.failed(text, time.Now())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-t.C:
		}
	}
}

// missing are the wanted texts that it is time to make.
func (c *Cache) missing(now time.Time) []Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Text
	for t := range c.wanted {
		if c.ready[t] == nil && now.Sub(c.tried[t]) >= retryAfter {
			all = append(all, t)
		}
	}
	return all
}

func (c *Cache) failed(t Text, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wanted[t] {
		c.tried[t] = at
	}
}

// Clip returns the prompt of a text, made if need be: that takes as long as the
// voice does. Who asks for what is being made already waits for the same.
func (c *Cache) Clip(ctx context.Context, t Text) (*media.Clip, error) {
	for {
		if clip := c.Ready(t); clip != nil {
			return clip, nil
		}
		mine := false
		made, err, _ := c.flight.Do(key(c.voice, t), func() (any, error) {
			mine = true
			return c.fetch(ctx, t)
		})
		if err == nil {
			return made.(*media.Clip), nil
		}
		if mine || ctx.Err() != nil || !givenUp(err) {
			return nil, err
		}
		// Whoever we waited with had less patience.
	}
}

// fetch takes a prompt from the shelf, or has it spoken.
func (c *Cache) fetch(ctx context.Context, t Text) (*media.Clip, error) {
	if clip := c.shelf.find(key(c.voice, t)); clip != nil {
		c.keep(t, clip)
		return clip, nil
	}
	pcm, err := c.speak(ctx, t)
	if err != nil {
		return nil, err
	}
	// At hand first: a full disk takes nobody's greeting away.
	clip := media.NewClip(pcm)
	c.keep(t, clip)
	if err := c.shelf.put(key(c.voice, t), pcm); err != nil {
		c.log.Warn("a prompt is not kept on disk", "err", err)
	}
	return clip, nil
}

func (c *Cache) speak(ctx context.Context, t Text) ([]int16, error) {
	plain, err := t.clean()
	if err != nil {
		return nil, fmt.Errorf("make a prompt: %w", err)
	}
	select {
	case c.queue <- struct{}{}:
		defer func() { <-c.queue }()
	default:
		return nil, fmt.Errorf("make a prompt: %d wait for the voice already", queueMost)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the voice: %w", ctx.Err())
	}
	file, err := c.voice.Speak(ctx, plain)
	if err != nil {
		return nil, err
	}
	pcm, err := prepare(file)
	if err != nil {
		return nil, fmt.Errorf("use what %s said: %w", c.voice.Name(), err)
	}
	return pcm, nil
}

// keep has a clip at hand if it is wanted and there is room.
func (c *Cache) keep(t Text, clip *media.Clip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.wanted[t] || c.ready[t] != nil || c.bytes+size(clip) > memoryMost {
		return
	}
	c.ready[t] = clip
	c.bytes += size(clip)
	delete(c.tried, t)
}

// givenUp reports whether somebody's patience ended.
func givenUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// Once has a text of one call spoken, and keeps it nowhere: it may be somebody's
// own words.
func (c *Cache) Once(ctx context.Context, t Text) (*media.Clip, error) {
	pcm, err := c.speak(ctx, t)
	if err != nil {
		return nil, err
	}
	return media.NewClip(pcm), nil
}
