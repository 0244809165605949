package directory

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/menu"
	"switchboard/tenant"
	"switchboard/tenant/hours"
)

// Voice is what the machine says for a shop beside its greeting.
type Voice struct {
	Queues  map[string]*Queue // by name, all of the shop
	Waits   map[uuid.UUID]Wait
	Sounds  map[string]string // by name: the SHA-256 in hexadecimal
	byQueue map[uuid.UUID]*Menu
	byPhone map[uuid.UUID]*Menu
}

// Wait is what callers of a queue hear while they wait.
type Wait struct {
	Every    time.Duration // between two announcements; 0: none
	Callback bool          // they may press 1 and be rung in their turn
	Music    string        // the SHA-256 of a sound of the shop's; "": the stock music
}

// Menu is a published menu.
type Menu struct {
	ID      uuid.UUID
	Version uuid.UUID
	No      int
	Graph   menu.Menu
	voice   *Voice
}

// Queue returns the shop's queue of that name, or nil.
func (m *Menu) Queue(name string) *Queue {
	if m.voice == nil {
		return nil
	}
	return m.voice.Queues[name]
}

// nothing is the voice of a shop that says nothing of its own.
var nothing = &Voice{}

// Voice returns what the machine says for a shop; never nil.
func (d *Directory) Voice(shop uuid.UUID) *Voice {
	if v := d.voices[shop]; v != nil {
		return v
	}
	return nothing
}

// Menu returns the newest menu of a number: its own, or that of its queue; nil
// for none.
func (v *Voice) Menu(n *Number) *Menu {
	if m := v.byPhone[n.ID]; m != nil {
		return m
	}
	return v.byQueue[n.Queue.ID]
}

// Menus calls visit with each menu that some number has.
func (v *Voice) Menus(visit func(*Menu)) {
	seen := map[uuid.UUID]bool{}
	for _, all := range []map[uuid.UUID]*Menu{v.byPhone, v.byQueue} {
		for _, m := range all {
			if !seen[m.ID] {
				seen[m.ID] = true
				visit(m)
			}
		}
	}
}

func (d *Directory) loadVoices(tx tenant.AcrossTx, log *slog.Logger) error {
	d.voices = map[uuid.UUID]*Voice{}
	if err := d.loadSounds(tx); err != nil {
		return err
	}
	menus, err := loadMenus(tx, log)
	if err != nil {
		return err
	}
	if err := d.loadWaits(tx, menus); err != nil {
		return err
	}
	var own []struct{ ShopID, ID, MenuID uuid.UUID }
	if err := tx.Query().Raw("select shop_id, id, menu_id from shop.number where menu_id is not null").Scan(&own).Error; err != nil {
		return fmt.Errorf("read the menus of numbers: %w", err)
	}
	for _, r := range own {
		if m := menus[r.MenuID]; m != nil {
			m.voice = d.voiceOf(r.ShopID)
			m.voice.byPhone[r.ID] = m
		}
	}
	return nil
}

func (d *Directory) voiceOf(shop uuid.UUID) *Voice {
	v := d.voices[shop]
	if v == nil {
		v = &Voice{
			Queues: map[string]*Queue{}, Waits: map[uuid.UUID]Wait{}, Sounds: map[string]string{},
			byQueue: map[uuid.UUID]*Menu{}, byPhone: map[uuid.UUID]*Menu{},
		}
		d.voices[shop] = v
	}
	return v
}

func (d *Directory) loadSounds(tx tenant.AcrossTx) error {
	var rows []struct {
		ShopID uuid.UUID
		Name   string
		Sha256 []byte
	}
	if err := tx.Query().Raw("select shop_id, name, sha256 from shop.sound").Scan(&rows).Error; err != nil {
		return fmt.Errorf("read sounds: %w", err)
	}
	for _, r := range rows {
		d.voiceOf(r.ShopID).Sounds[r.Name] = hex.EncodeToString(r.Sha256)
	}
	return nil
}

// loadMenus reads the newest version of each menu that something uses. One that
// cannot be read is logged, and nobody meets it.
func loadMenus(tx tenant.AcrossTx, log *slog.Logger) (map[uuid.UUID]*Menu, error) {
	var rows []struct {
		MenuID, ID uuid.UUID
		Version    int
		Graph      json.RawMessage
	}
	err := tx.Query().Raw(`
		select distinct on (v.shop_id, v.menu_id) v.menu_id, v.id, v.version, v.graph from shop.menu_version v
		 where exists (select 1 from shop.queue q where q.shop_id = v.shop_id and q.menu_id = v.menu_id)
		    or exists (select 1 from shop.number n where n.shop_id = v.shop_id and n.menu_id = v.menu_id)
		 order by v.shop_id, v.menu_id, v.version desc`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read menus: %w", err)
	}
	menus := map[uuid.UUID]*Menu{}
	for _, r := range rows {
		m := &Menu{ID: r.MenuID, Version: r.ID, No: r.Version}
		if err := json.Unmarshal(r.Graph, &m.Graph); err != nil {
			log.Error("menu is left out of the directory", "version", r.ID, "err", err)
			continue
		}
		menus[r.MenuID] = m
	}
	return menus, nil
}

func (d *Directory) loadWaits(tx tenant.AcrossTx, menus map[uuid.UUID]*Menu) error {
	var rows []struct {
		ShopID, ID     uuid.UUID
		Name, Tier     string
		PromiseShare   int
		PromiseMs      int64
		Hours          []byte
		MenuID         *uuid.UUID
		AnnounceS      int
		OffersCallback bool
		Music          []byte
	}
	err := tx.Query().Raw(`
		select q.shop_id, q.id, q.name, q.tier, q.promise_share, q.promise_ms, q.hours, q.menu_id, q.announce_s, q.offers_callback, s.sha256 as music
		  from shop.queue q left join shop.sound s on s.shop_id = q.shop_id and s.id = q.music_id`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read what queues say: %w", err)
	}
	for _, r := range rows {
		v := d.voiceOf(r.ShopID)
		v.Waits[r.ID] = Wait{Every: time.Duration(r.AnnounceS) * time.Second, Callback: r.OffersCallback, Music: hex.EncodeToString(r.Music)}
		if week, err := hours.Parse(r.Hours); err == nil { // else its numbers are left out, and logged
			v.Queues[r.Name] = &Queue{ID: r.ID, Name: r.Name, Tier: r.Tier, PromiseShare: r.PromiseShare, PromiseMS: r.PromiseMs, Hours: week}
		}
		if r.MenuID != nil && menus[*r.MenuID] != nil {
			menus[*r.MenuID].voice = v
			v.byQueue[r.ID] = menus[*r.MenuID]
		}
	}
	return nil
}
