package telephony

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/media"
	"switchboard/telephony/media/prompt"
	"switchboard/telephony/media/speech"
	"switchboard/telephony/menu"
	"switchboard/telephony/say"
	"switchboard/tenant"
)

// voices are what shops have the machine say: the menus that are whole, and
// their sounds, at hand.
type voices struct {
	speech *speech.Cache
	dir    string // MEDIA_DIR
	log    *slog.Logger

	mu     sync.Mutex
	book   *directory.Directory
	sounds map[string]*media.Clip        // by SHA-256
	whole  map[uuid.UUID]*directory.Menu // the newest version of each menu all of which can be said
}

func newVoices(s *speech.Cache, dir string, log *slog.Logger) *voices {
	return &voices{speech: s, dir: dir, log: log, sounds: map[string]*media.Clip{}, whole: map[uuid.UUID]*directory.Menu{}}
}

// learn takes a newer directory: what it names is fetched and spoken before a
// call wants it. It reads files.
func (v *voices) learn(d *directory.Directory) {
	texts := greetings(d)
	used := map[string]uuid.UUID{}
	d.Shops(func(s *directory.Shop) {
		voice := d.Voice(s.ID)
		voice.Menus(func(m *directory.Menu) {
			for _, w := range m.Graph.Spoken() {
				if w.Text != "" {
					texts = append(texts, speech.Text{Language: s.Language, Words: w.Text})
				}
				if sha := voice.Sounds[w.Sound]; sha != "" {
					used[sha] = s.ID
				}
			}
		})
		for _, wait := range voice.Waits {
			if wait.Music != "" {
				used[wait.Music] = s.ID
			}
			if wait.Callback {
				texts = append(texts, standing(s.Language)...)
			}
		}
	})
	sounds := v.load(used)
	v.mu.Lock()
	v.book, v.sounds = d, sounds
	v.mu.Unlock()
	v.speech.Want(texts)
}

// load reads the sounds that are not at hand yet. One that cannot be read is
// logged, and what would play it is done without it.
func (v *voices) load(used map[string]uuid.UUID) map[string]*media.Clip {
	v.mu.Lock()
	before := v.sounds
	v.mu.Unlock()
	sounds := make(map[string]*media.Clip, len(used))
	for sha, shop := range used {
		if sounds[sha] = before[sha]; sounds[sha] != nil {
			continue
		}
		clip, err := media.LoadWAV(filepath.Join(v.dir, shop.String(), sha+".wav"))
		if err != nil {
			v.log.Error("a sound of a shop is not played", "shop", shop, "err", err)
			delete(sounds, sha)
			continue
		}
		sounds[sha] = clip
	}
	return sounds
}

// clip returns what is said if it is at hand, else nil.
func (v *voices) clip(s *directory.Shop, w menu.Words) *media.Clip {
	if w.Sound == "" {
		return v.speech.Ready(speech.Text{Language: s.Language, Words: w.Text})
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.book == nil {
		return nil
	}
	return v.sounds[v.book.Voice(s.ID).Sounds[w.Sound]]
}

// menu returns the menu that a call of a number meets: the newest version that
// can be said whole. A menu of which something cannot be said yet, or any more,
// is no menu: its callers go to the queue.
func (v *voices) menu(n *directory.Number) *directory.Menu {
	v.mu.Lock()
	book := v.book
	v.mu.Unlock()
	if book == nil {
		return nil
	}
	m := book.Voice(n.Shop.ID).Menu(n)
	if m == nil {
		return nil
	}
	v.mu.Lock()
	before := v.whole[m.ID]
	v.mu.Unlock()
	for _, c := range []*directory.Menu{m, before} {
		if c != nil && v.can(n.Shop, c) {
			v.mu.Lock()
			v.whole[m.ID] = c
			v.mu.Unlock()
			return c
		}
	}
	return nil
}

func (v *voices) can(s *directory.Shop, m *directory.Menu) bool {
	for _, w := range m.Graph.Spoken() {
		if v.clip(s, w) == nil {
			return false
		}
	}
	return true
}

// music is what callers of a queue wait to.
func (v *voices) music(s *directory.Shop, queue uuid.UUID) *media.Clip {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.book != nil {
		if c := v.sounds[v.book.Voice(s.ID).Waits[queue].Music]; c != nil {
			return c
		}
	}
	return prompt.Music()
}

// speak says what nobody could know before.
func (v *voices) speak(ctx context.Context, s *directory.Shop, words string) (*media.Clip, error) {
	return v.speech.Clip(ctx, speech.Text{Language: s.Language, Words: words})
}

// place says a caller's place and, if it can be told, their wait.
func (v *voices) place(ctx context.Context, s *directory.Shop, at line.Standing) ([]*media.Clip, error) {
	words := say.Language(s.Language).Waiting(at.No, time.Duration(at.WaitMS)*time.Millisecond)
	clip, err := v.speak(ctx, s, words)
	if err != nil {
		return nil, err
	}
	clips := []*media.Clip{clip}
	if at.Callback {
		if offer := v.clip(s, menu.Words{Text: offerCallback(s.Language)}); offer != nil {
			clips = append(clips, offer)
		}
	}
	return clips, nil
}

// promise says that the caller will be called back, if that is at hand.
func (v *voices) promise(s *directory.Shop) *media.Clip {
	return v.clip(s, menu.Words{Text: willCall(s.Language)})
}

// voice is what the wires are given.
func (n *Node) voice() line.Voice {
	orders := &orders{db: n.db, missed: map[string]misses{}}
	return line.Voice{
		Menu: n.voices.menu, Clip: n.voices.clip, Music: n.voices.music, Place: n.voices.place, Promise: n.voices.promise, Ring: n.ringBuyer, Speak: n.voices.speak, Order: orders.tell, Known: n.known,
	}
}

// known reports whether the caller has rung or ordered before.
func (n *Node) known(ctx context.Context, q line.Question) (is bool) {
	scope, err := n.db.EnterAsJob(ctx, "menu", tenant.ID(q.Shop.ID))
	if err == nil {
		err = n.db.Within(ctx, scope, func(tx tenant.Tx) error {
			return tx.Query().Raw(`select exists (select from shop.buyer_phone where phone = ?)
				or exists (select from shop.call_party p join shop.call c on c.id = p.call_id where p.phone = ? and c.answered_at is not null)`,
				q.Phone, q.Phone).Scan(&is).Error
		})
	}
	if err != nil {
		n.log.Warn("a caller is taken for a stranger", "err", fmt.Errorf("look for the caller's past: %w", err))
	}
	return is
}
