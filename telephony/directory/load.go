package directory

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/hours"
)

// Load reads the directory. A row that makes no sense (a zone that is not
// known, hours that cannot be read) leaves out the number it belongs to, is
// logged, and keeps nobody else from being reached.
func Load(ctx context.Context, db *tenant.DB, log *slog.Logger) (*Directory, error) {
	d := &Directory{numbers: map[e164.Number]*Number{}, operators: map[uuid.UUID]*Operator{}, phones: map[string]*Operator{}, supervisors: map[uuid.UUID]*Operator{}}
	err := db.Across(ctx, "load the directory", func(tx tenant.AcrossTx) error {
		shops, err := loadShops(tx, log)
		if err != nil {
			return err
		}
		d.shops = shops
		if err := d.loadPeople(tx); err != nil {
			return err
		}
		if err := d.loadNumbers(tx, shops, log); err != nil {
			return err
		}
		if err := d.loadVoices(tx, log); err != nil {
			return err
		}
		if err := d.loadOperators(tx); err != nil {
			return err
		}
		if err := d.loadSupervisors(tx, shops); err != nil {
			return err
		}
		return d.loadTrunks(tx, log)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func loadShops(tx tenant.AcrossTx, log *slog.Logger) (map[uuid.UUID]*Shop, error) {
	var rows []struct {
		ID                                         uuid.UUID
		Pool                                       string
		Slug, Language, Timezone, Status, Greeting string
		GreetingText                               string
		Recording                                  bool
		RefusalKey                                 string
		AwaySeconds, SecretSeconds                 int
		Face                                       `gorm:"embedded"`
	}
	const all = "select id, pool, slug, language, timezone, status, greeting, greeting_text, recording, refusal_key, away_seconds, secret_seconds, name_ru, name_en, spoken_ru, spoken_en, colour from house.shop"
	if err := tx.Query().Raw(all).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read shops: %w", err)
	}
	shops := make(map[uuid.UUID]*Shop, len(rows))
	for _, r := range rows {
		zone, err := time.LoadLocation(r.Timezone)
		if err != nil {
			log.Error("shop is left out of the directory", "shop", r.Slug, "err", err)
			continue
		}
		var refusal byte
		if r.RefusalKey != "" {
			refusal = r.RefusalKey[0]
		}
		shops[r.ID] = &Shop{
			ID: r.ID, Pool: r.Pool, Slug: r.Slug, Language: r.Language, Zone: zone, Status: r.Status, Greeting: r.Greeting, Greets: r.GreetingText, Record: r.Recording, Refusal: refusal,
			Away: time.Duration(r.AwaySeconds) * time.Second, Secret: time.Duration(r.SecretSeconds) * time.Second, Face: r.Face,
		}
	}
	return shops, nil
}

func (d *Directory) loadNumbers(tx tenant.AcrossTx, shops map[uuid.UUID]*Shop, log *slog.Logger) error {
	var rows []struct {
		E164, Source         string
		ShopID, ID, QueueID  uuid.UUID
		QueueName, QueueTier string
		PromiseShare         int
		PromiseMs            int64
		Hours                []byte
	}
	err := tx.Query().Raw(`
		select d.e164, n.source, d.shop_id, n.id, q.id as queue_id, q.name as queue_name, q.tier as queue_tier, q.promise_share, q.promise_ms, q.hours
		  from house.did d
		  join shop.number n on n.shop_id = d.shop_id and n.id = d.number_id
		  join shop.queue q on q.shop_id = n.shop_id and q.id = n.queue_id`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read numbers: %w", err)
	}
	for _, r := range rows {
		week, err := hours.Parse(r.Hours)
		shop := shops[r.ShopID]
		if err != nil || shop == nil {
			log.Error("number is left out of the directory", "number", r.E164, "err", err)
			continue
		}
		q := shop.Queue(r.QueueID)
		if q == nil { // made since the queues were read
			q = &Queue{r.QueueID, r.QueueName, r.QueueTier, r.PromiseShare, r.PromiseMs, week}
			shop.Queues = append(shop.Queues, q)
		}
		n := e164.Number(r.E164)
		d.numbers[n] = &Number{r.ID, n, shop, q, r.Source}
	}
	return nil
}

func (d *Directory) loadOperators(tx tenant.AcrossTx) error {
	var rows []struct {
		ID               uuid.UUID
		Pool, Name, Tier string
		User, Ha1, URI   string
		AlwaysOn         bool
		WrapUpMs         int64
	}
	err := tx.Query().Raw(`
		select o.id, o.pool, a.name, o.tier, coalesce(o.sip_user, '') as user, coalesce(o.sip_ha1, '') as ha1, coalesce(o.sip_uri, '') as uri,
		       o.always_on, o.wrap_up_ms
		  from house.operator o join house.account a on a.id = o.id
		 where a.disabled_at is null`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read operators: %w", err)
	}
	for _, r := range rows {
		o := &Operator{ID: r.ID, Pool: r.Pool, Name: r.Name, Tier: r.Tier, SIPUser: r.User, HA1: r.Ha1, SIPURI: r.URI, AlwaysOn: r.AlwaysOn, WrapUpMS: r.WrapUpMs}
		d.operators[o.ID] = o
		if o.SIPUser != "" {
			d.phones[o.SIPUser] = o
		}
	}
	var served []struct{ OperatorID, ShopID uuid.UUID }
	if err := tx.Query().Raw("select operator_id, shop_id from house.operator_shop").Scan(&served).Error; err != nil {
		return fmt.Errorf("read whom operators serve: %w", err)
	}
	for _, s := range served {
		if o := d.operators[s.OperatorID]; o != nil {
			o.Shops = append(o.Shops, s.ShopID)
		}
	}
	for _, o := range d.operators {
		slices.SortFunc(o.Shops, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	}
	return nil
}
