package voice

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// read returns the voice of the one shop that the transaction sees.
func read(tx tenant.Tx) (ShopVoice, error) {
	v := ShopVoice{Queues: []QueueVoice{}, Numbers: []NumberVoice{}}
	err := tx.Query().Raw("select language, greeting, greeting_text, away_seconds, refusal_key from house.shop").Row().
		Scan(&v.Language, &v.Greeting, &v.GreetingText, &v.AwaySeconds, &v.RefusalKey)
	if err != nil {
		return v, fmt.Errorf("read the voice of the shop: %w", err)
	}
	if err := tx.Query().Raw("select id, name, menu_id, announce_s, offers_callback, music_id from shop.queue order by name, id").Scan(&v.Queues).Error; err != nil {
		return v, fmt.Errorf("read what queues say: %w", err)
	}
	if err := tx.Query().Raw("select id, e164, menu_id from shop.number order by e164").Scan(&v.Numbers).Error; err != nil {
		return v, fmt.Errorf("read the menus of numbers: %w", err)
	}
	return v, nil
}

func setShop(tx tenant.Tx, s shopSettings) error {
	if _, err := tx.Exec("update house.shop set greeting_text = $1, away_seconds = $2, refusal_key = $3", s.GreetingText, s.AwaySeconds, s.RefusalKey); err != nil {
		return fmt.Errorf("change the greeting: %w", err)
	}
	return tenant.Audit(tx, "voice.set", tx.Scope().Shop().String(), map[string]any{"away_seconds": s.AwaySeconds, "refusal_key": s.RefusalKey})
}

func setQueueVoice(tx tenant.Tx, id uuid.UUID, s QueueSettings) error {
	if err := known(tx, "shop.menu", s.MenuID); err != nil {
		return err
	}
	if err := known(tx, "shop.sound", s.MusicID); err != nil {
		return err
	}
	n, err := tx.Exec("update shop.queue set menu_id = $2, announce_s = $3, offers_callback = $4, music_id = $5 where id = $1",
		id, s.MenuID, s.AnnounceS, s.OffersCallback, s.MusicID)
	return changed(tx, "queue.voice", id, n, err)
}

func setNumberMenu(tx tenant.Tx, id uuid.UUID, menu *uuid.UUID) error {
	if err := known(tx, "shop.menu", menu); err != nil {
		return err
	}
	n, err := tx.Exec("update shop.number set menu_id = $2 where id = $1", id, menu)
	return changed(tx, "number.voice", id, n, err)
}

func changed(tx tenant.Tx, action string, id uuid.UUID, rows int64, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", action, id, err)
	case rows == 0:
		return fmt.Errorf("%s %s: %w", action, id, fault.NotFound)
	}
	return tenant.Audit(tx, action, id.String(), nil)
}

// known checks that what is named is the shop's: the key of the table would say
// so too, but not as a fault.
func known(tx tenant.Tx, table string, id *uuid.UUID) error {
	if id == nil {
		return nil
	}
	var n int
	if err := tx.Query().Raw("select count(*) from "+table+" where id = ?", *id).Scan(&n).Error; err != nil {
		return fmt.Errorf("look for %s in %s: %w", id, table, err)
	}
	if n == 0 {
		return fmt.Errorf("%s %s: %w", table, id, fault.NotFound)
	}
	return nil
}
