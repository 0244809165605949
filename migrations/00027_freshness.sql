-- How long prices and stock live, and how old they were when they were said.
-- +goose Up

-- Without a row the platform's times hold (tenant/fresh).
create table shop.freshness (
  shop_id    uuid primary key default house.app_shop() references house.shop,
  price_s    int not null check (price_s between 60 and 2592000),
  stock_s    int not null check (stock_s between 60 and 2592000),
  delivery_s int not null check (delivery_s between 60 and 2592000),
  changed_at timestamptz not null,
  changed_by text not null                -- actor
);
call house.confine('shop.freshness', 'select, insert, update');

-- A price or a stock that an operator gave, as old as it was then.
create table shop.said_fact (
  shop_id  uuid not null default house.app_shop() references house.shop,
  id       uuid not null,
  call_id  uuid,                          -- null: an order outside a call
  via      text not null check (via in ('walk', 'order')),
  field    text not null check (field in ('price', 'stock', 'delivery')),
  sku      text not null,
  source   text not null check (source in ('feed', 'voice')),
  age_s    int not null check (age_s >= 0),
  withheld boolean not null,              -- stale: the operator was to promise to confirm it
  said_at  timestamptz not null,
  primary key (shop_id, id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.said_fact', 'select, insert');
create index said_fact_at on shop.said_fact (shop_id, said_at);

-- +goose Down
drop table shop.said_fact, shop.freshness;
