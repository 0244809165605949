-- The catalogue: sources, immutable dated snapshots, items with the snapshots they live in.
-- +goose Up

create table shop.catalogue_source (
  shop_id       uuid not null default house.app_shop() references house.shop,
  id            uuid not null,
  format        text not null check (format in ('yml')),
  location      text not null,            -- URL, or a file's path
  every_s       int not null default 3600 check (every_s >= 60),
  etag          text not null default '',
  last_modified text not null default '',
  checked_at    timestamptz,
  error         text not null default '',
  created_at    timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, location)
);
call house.confine('shop.catalogue_source', 'select, insert, update');

create table shop.snapshot (
  shop_id       uuid not null default house.app_shop() references house.shop,
  id            uuid not null,
  seq           int not null check (seq > 0),
  source_id     uuid not null,
  state         text not null check (state in ('staging', 'published', 'held', 'refused')),
  taken_at      timestamptz not null,     -- when the feed was fetched: the age of its facts
  published_at  timestamptz,
  item_count    int not null default 0,
  new_count     int not null default 0,
  changed_count int not null default 0,
  gone_count    int not null default 0,
  problems      jsonb not null default '[]',
  reason        text not null default '', -- why held or refused
  primary key (shop_id, id),
  unique (shop_id, seq),
  foreign key (shop_id, source_id) references shop.catalogue_source,
  check ((published_at is not null) = (state = 'published'))
);
call house.confine('shop.snapshot', 'select, insert, update');

-- A row is one version of an item: true from snapshot first_seq to last_seq (null: still).
create table shop.item (
  shop_id         uuid not null default house.app_shop() references house.shop,
  id              uuid not null,
  source_id       uuid not null,
  offer_id        text not null,
  first_seq       int not null,
  last_seq        int,
  sku             text not null,          -- lower case
  name            text not null,
  vendor          text not null default '',
  category        text not null default '',
  price_minor     bigint not null check (price_minor >= 0),
  old_price_minor bigint,
  currency        text not null,
  available       boolean not null,
  stock           int,                    -- null: the feed does not say
  barcode         text not null default '',
  url             text not null default '',
  picture         text not null default '',
  params          jsonb not null default '[]',
  content_hash    bytea not null,
  search          tsvector not null,
  primary key (shop_id, id),
  unique (shop_id, source_id, offer_id, first_seq),
  foreign key (shop_id, source_id) references shop.catalogue_source,
  check (last_seq is null or last_seq >= first_seq)
);
call house.confine('shop.item', 'select, insert, update');
call house.open_to_definer('shop.item');
create unique index item_current on shop.item (shop_id, source_id, offer_id) where last_seq is null;
create index item_sku on shop.item (shop_id, sku text_pattern_ops);
-- The shop stands in the index, or a common word would be looked up in every shop.
create extension if not exists btree_gin with schema public;
create index item_search on shop.item using gin (shop_id, search) where last_seq is null;

-- +goose StatementBegin
-- search_items finds the current items of the transaction's shop that have every
-- one of words (a tsquery) and the word last, which may be unfinished; those of
-- exactly that SKU first. Full-text matching is not leakproof, so that under row
-- policies it would read the whole shop: this function looks past them and puts
-- their filter back. Words that fit thousands of items are ranked among 2000.
create function shop.search_items(words text, last text, sku text, at_most int) returns table (item_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.id from (
    select i.id, i.sku, i.available, i.search, q.q from shop.item i,
      (select to_tsquery('russian', search_items.words) &&
        (to_tsquery('russian', search_items.last) || to_tsquery('simple', search_items.last || ':*')) as q) q
     where i.shop_id = house.app_shop() and i.last_seq is null and i.search @@ q.q
     limit 2000) f
   order by f.sku = search_items.sku desc, f.available desc, ts_rank(f.search, f.q) desc, f.sku, f.id
   limit search_items.at_most
$$;
-- +goose StatementEnd
revoke all on function shop.search_items(text, text, text, int) from public;
grant execute on function shop.search_items(text, text, text, int) to switchboard_app;
grant create on schema shop to switchboard_definer;
alter function shop.search_items(text, text, text, int) owner to switchboard_definer;
revoke create on schema shop from switchboard_definer;

create table shop.item_staged (
  shop_id         uuid not null default house.app_shop() references house.shop,
  snapshot_id     uuid not null,
  offer_id        text not null,
  body            jsonb not null,
  content_hash    bytea not null,
  primary key (shop_id, snapshot_id, offer_id),
  foreign key (shop_id, snapshot_id) references shop.snapshot
);
call house.confine('shop.item_staged', 'select, insert, delete');

-- +goose Down
drop function shop.search_items(text, text, text, int);
drop table shop.item_staged, shop.item, shop.snapshot, shop.catalogue_source;
