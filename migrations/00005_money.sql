-- Money: charges that explain themselves, transfers of double entry. Append-only.
-- +goose Up

create table shop.charge (
  shop_id           uuid not null default house.app_shop() references house.shop,
  id                uuid not null,
  subject           text not null check (subject in ('shop', 'operator', 'carrier')),
  call_id           uuid not null,
  leg               int not null,
  version           int not null,
  kind              text not null check (kind in ('usage', 'reversal')),
  tariff_version_id uuid not null references house.tariff_version,
  service_at        timestamptz not null, -- when the call was answered
  period            text not null check (period ~ '^[0-9]{4}-[0-9]{2}$'), -- month in the shop's zone
  raw_ms            bigint not null,      -- billable parts, before rounding
  billed_s          bigint not null,
  bundle_s          bigint not null,      -- taken from included seconds
  amount            bigint not null,      -- minor units; a reversal is negative
  scale             int not null default 2,
  currency          text not null,
  reverses_id       uuid,
  explain           jsonb not null,
  posted_at         timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, subject, call_id, leg, version, kind),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, reverses_id) references shop.charge
);
call house.confine('shop.charge', 'select, insert');
call house.freeze('shop.charge');
create index charge_service on shop.charge (shop_id, service_at, call_id, leg);
create index charge_period on shop.charge (shop_id, period);

-- A cache of the ledger: re-derivable from transfers.
create table shop.account_book (
  shop_id  uuid not null default house.app_shop() references house.shop,
  id       uuid not null,
  kind     text not null,                 -- receivable, revenue.minutes, ...
  currency text not null,
  primary key (shop_id, id),
  unique (shop_id, kind, currency)
);
call house.confine('shop.account_book', 'select, insert');

create table shop.transfer (
  shop_id     uuid not null default house.app_shop() references house.shop,
  id          uuid not null,
  charge_id   uuid,
  debit_id    uuid not null,
  credit_id   uuid not null,
  amount      bigint not null check (amount > 0),
  currency    text not null,
  kind        text not null,
  reverses_id uuid,
  idem_key    text not null,
  created_at  timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, idem_key),
  foreign key (shop_id, charge_id) references shop.charge,
  foreign key (shop_id, debit_id) references shop.account_book,
  foreign key (shop_id, credit_id) references shop.account_book,
  foreign key (shop_id, reverses_id) references shop.transfer,
  check (debit_id <> credit_id)
);
call house.confine('shop.transfer', 'select, insert');
call house.freeze('shop.transfer');

-- Included seconds and free calls that a charge used up.
create table shop.bundle_use (
  shop_id   uuid not null default house.app_shop() references house.shop,
  charge_id uuid not null,
  period    text not null,
  plan_id   uuid not null references house.plan,
  seconds   bigint not null,              -- a reversal gives back: negative
  calls     bigint not null default 0,    -- likewise: 1, 0 or -1
  primary key (shop_id, charge_id),
  foreign key (shop_id, charge_id) references shop.charge
);
call house.confine('shop.bundle_use', 'select, insert');
call house.freeze('shop.bundle_use');
create index on shop.bundle_use (shop_id, plan_id, period);

-- +goose Down
drop table shop.bundle_use, shop.transfer, shop.account_book, shop.charge;
