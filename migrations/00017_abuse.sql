-- What keeps a shop's telephones from being misused: whom it may call and for
-- how much, what was unusual, and what went over the wire.
-- +goose Up

-- What a shop may spend on calls out. Without a row the platform's defaults
-- hold (tenant/outgoing).
create table shop.outgoing_limit (
  shop_id       uuid primary key default house.app_shop() references house.shop,
  enabled       boolean not null,
  countries     text[] not null,           -- besides its own: ISO 3166, two letters
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  hour          int not null check (hour >= 0),         -- calls
  hour_each     int not null check (hour_each >= 0),    -- calls of one operator
  day_minutes   int not null check (day_minutes >= 0),
  hour_spend    bigint not null check (hour_spend >= 0), -- millionths of the currency's unit
  day_spend     bigint not null check (day_spend >= 0),
  at_once       int not null check (at_once >= 0),
  changed_at    timestamptz not null,
  changed_by    text not null              -- actor
);
call house.confine('shop.outgoing_limit', 'select, insert, update');

-- Each call out that somebody asked for, paid for in advance by slices: what a
-- cap is counted from, whichever node asks. It holds no telephone number.
create table shop.outgoing_call (
  shop_id     uuid not null default house.app_shop() references house.shop,
  id          uuid not null,
  asked_at    timestamptz not null,
  call_id     uuid,                        -- the call that it belongs to, if there is one
  operator_id uuid,
  path        text not null check (path in ('desk', 'transfer', 'refer', 'redirect', 'callback', 'overflow', 'dialler')),
  country     text not null default '',
  price       bigint not null default 0,   -- of a minute, millionths
  answered_at timestamptz,
  paid_ms     bigint not null default 0,   -- of talking
  cost        bigint not null default 0,   -- of what is paid
  lapses_at   timestamptz not null,        -- over at the latest: nobody says so after a crash
  ended_at    timestamptz,
  refused     text not null default '',    -- why it did not go out
  primary key (shop_id, id)
);
call house.confine('shop.outgoing_call', 'select, insert, update');
create index on shop.outgoing_call (shop_id, asked_at);
create index on shop.outgoing_call (asked_at);

-- The SIP messages of a call's legs, compressed. Passwords, keys and digits
-- pressed were struck out before; numbers were not, so erasure deletes the row.
create table shop.call_trace (
  shop_id  uuid not null default house.app_shop() references house.shop,
  call_id  uuid not null,
  body     bytea not null,
  saved_at timestamptz not null,
  primary key (shop_id, call_id)
);
call house.confine('shop.call_trace', 'select, delete');
create index on shop.call_trace (saved_at);

-- What was unusual, for somebody to look at. The same thing once an hour.
create table house.alert (
  id       uuid primary key,
  at       timestamptz not null,
  last_at  timestamptz not null,
  times    int not null default 1,
  kind     text not null,
  shop_id  uuid references house.shop,
  subject  text not null,                  -- what it is about: a country, an operator, a trunk, an address
  detail   jsonb not null default '{}',    -- ids and numbers only
  seen_at  timestamptz,
  seen_by  uuid references house.account
);
call house.confine('house.alert', '');
create index on house.alert (at desc);
create index alert_open on house.alert (kind, subject) where seen_at is null;

-- +goose Down
drop table house.alert, shop.call_trace, shop.outgoing_call, shop.outgoing_limit;
