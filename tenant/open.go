package tenant

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// Pool sizes: the application's serves requests, the cross-shop one the
// journal, sign-in and jobs. Beyond them a request waits for its turn.
const (
	appConns    = 16
	acrossConns = 12
)

// Open connects both logins. appURL must be the role that row policies
// confine, acrossURL the one that sees all shops.
func Open(ctx context.Context, appURL, acrossURL string) (*DB, error) {
	_, app, err := connect(ctx, appURL, appConns)
	if err != nil {
		return nil, fmt.Errorf("connect as the application: %w", err)
	}
	db := &DB{app: app}
	if err := db.refusePrivileged(ctx); err != nil {
		return nil, err
	}
	pool, all, err := connect(ctx, acrossURL, acrossConns)
	if err != nil {
		return nil, fmt.Errorf("connect across shops: %w", err)
	}
	db.across = &across{pool, all}
	return db, nil
}

// Close gives back the connections.
func (db *DB) Close() {
	if d, err := db.app.DB(); err == nil {
		_ = d.Close()
	}
	if d, err := db.across.gorm.DB(); err == nil {
		_ = d.Close()
	}
	db.across.pool.Close()
}

// Ping reports whether both logins answer.
func (db *DB) Ping(ctx context.Context) error {
	d, err := db.app.DB()
	if err != nil {
		return err
	}
	if err := d.PingContext(ctx); err != nil {
		return fmt.Errorf("application's database: %w", err)
	}
	return db.across.pool.Ping(ctx)
}

// refusePrivileged stops a server whose application login could look past the
// row policies: every wall would be paper.
func (db *DB) refusePrivileged(ctx context.Context) error {
	var above bool
	err := db.app.WithContext(ctx).Raw(`
		select r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, 'switchboard_across', 'member')
		  from pg_roles r where r.rolname = current_user`).Scan(&above).Error
	if err != nil {
		return fmt.Errorf("look at the application's role: %w", err)
	}
	if above {
		return fmt.Errorf("the application's login may look past row policies: DATABASE_URL must be the role switchboard_app")
	}
	return nil
}

func connect(ctx context.Context, url string, conns int32) (*pgxpool.Pool, *gorm.DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, nil, err
	}
	cfg.MaxConns = conns
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.RuntimeParams["search_path"] = "shop, house, public"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "switchboard"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, nil, err
	}
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: stdlib.OpenDBFromPool(pool)}), &gorm.Config{
		Logger:                 logger.Discard, // errors are returned, and logged once at the edge
		SkipDefaultTransaction: true,           // Within and Across are the transactions
		NamingStrategy:         schema.NamingStrategy{SingularTable: true},
		NowFunc:                func() time.Time { return time.Now().UTC() },
	})
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return pool, g, nil
}
