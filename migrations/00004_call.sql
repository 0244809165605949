-- Calls: what happened, told once and never changed but by its own life.
-- +goose Up

create table shop.call (
  shop_id      uuid not null default house.app_shop() references house.shop,
  id           uuid not null,
  no           bigint not null,           -- the shop's own numbering
  direction    text not null check (direction in ('inbound', 'outbound')),
  state        text not null check (state in ('greeting', 'menu', 'waiting', 'talking', 'held', 'moving', 'wrap-up', 'ended')),
  outcome      text check (outcome in ('answered', 'abandoned', 'overflowed', 'voicemail', 'refused', 'failed', 'served')),
  ended_by     text check (ended_by in ('caller', 'operator', 'system')),
  sip_code     int,
  reason       text not null default '',  -- in words, for the shop
  pool         text not null,
  epoch        bigint not null,
  node         text not null,
  trunk        text not null default '',
  number_id    uuid,
  queue_id     uuid,
  operator_id  uuid,
  started_at   timestamptz not null,
  answered_at  timestamptz,               -- a person joined
  ended_at     timestamptz,               -- the media ended
  finished_at  timestamptz,               -- wrap-up ended too
  ring_ms      bigint not null default 0 check (ring_ms >= 0),
  greeting_ms  bigint not null default 0 check (greeting_ms >= 0),
  queue_ms     bigint not null default 0 check (queue_ms >= 0),
  talk_ms      bigint not null default 0 check (talk_ms >= 0),
  hold_ms      bigint not null default 0 check (hold_ms >= 0),
  wrap_up_ms   bigint not null default 0 check (wrap_up_ms >= 0),
  explanation  jsonb,                     -- why this operator, why that long
  snapshot_id  uuid,                      -- the catalogue as the operator saw it
  primary key (shop_id, id),
  unique (shop_id, no),
  foreign key (shop_id, number_id) references shop.number,
  foreign key (shop_id, queue_id) references shop.queue,
  foreign key (shop_id, snapshot_id) references shop.snapshot,
  check ((ended_at is not null) = (state in ('wrap-up', 'ended'))),
  check ((finished_at is not null) = (state = 'ended')),
  check ((outcome is not null) = (state in ('wrap-up', 'ended')))
);
call house.confine('shop.call', 'select, update');
create index call_started on shop.call (shop_id, started_at desc, id);
create index call_open on shop.call (pool, epoch) where state <> 'ended';

-- The buyer's side of a call: erased without touching the call.
create table shop.call_party (
  shop_id   uuid not null default house.app_shop() references house.shop,
  call_id   uuid not null,
  phone_raw text not null,                -- as received
  phone     text not null default '',     -- E.164, where it is one
  display   text not null default '',
  primary key (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.call_party', 'select, delete');
create index call_party_phone on shop.call_party (shop_id, phone) where phone <> '';

create table shop.call_event (
  shop_id uuid not null default house.app_shop() references house.shop,
  call_id uuid not null,
  seq     bigint not null,                -- of the journal
  at_ms   bigint not null,
  at      timestamptz not null,
  kind    text not null,
  body    jsonb not null,                 -- ids and numbers only
  primary key (shop_id, call_id, at_ms, seq),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.call_event', 'select');
create trigger append_only before update or delete on shop.call_event for each statement execute function house.append_only();

-- The call detail record: one a leg, immutable; a correction is version + 1.
create table shop.call_leg (
  shop_id     uuid not null default house.app_shop() references house.shop,
  call_id     uuid not null,
  leg         int not null,
  version     int not null check (version > 0),
  source      text not null check (source in ('switch', 'reaper', 'correction')),
  direction   text not null check (direction in ('inbound', 'outbound')),
  disposition text not null,              -- the outcome
  started_at  timestamptz not null,
  answered_at timestamptz,
  ended_at    timestamptz not null,
  ring_ms     bigint not null check (ring_ms >= 0),
  greeting_ms bigint not null check (greeting_ms >= 0),
  queue_ms    bigint not null check (queue_ms >= 0),
  talk_ms     bigint not null check (talk_ms >= 0),
  hold_ms     bigint not null check (hold_ms >= 0),
  wrap_up_ms  bigint not null check (wrap_up_ms >= 0),
  number_id   uuid,
  queue_id    uuid,
  operator_id uuid,
  sha256      bytea not null,             -- of the values above: a resend with other content is an error
  received_at timestamptz not null,
  primary key (shop_id, call_id, leg, version),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.call_leg', 'select, insert');
create trigger append_only before update or delete on shop.call_leg for each statement execute function house.append_only();
create index call_leg_answered on shop.call_leg (shop_id, answered_at, call_id, leg) where answered_at is not null;

create table shop.recording (
  shop_id     uuid not null default house.app_shop() references house.shop,
  id          uuid not null,
  call_id     uuid not null,
  state       text not null check (state in ('recording', 'ready', 'failed', 'erased')),
  path        text not null,              -- below the recordings directory
  started_at  timestamptz not null,
  offset_ms   bigint not null,            -- from the call's start
  duration_ms bigint not null default 0,
  bytes       bigint not null default 0,
  sha256      bytea,
  error       text not null default '',
  primary key (shop_id, id),
  unique (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.recording', 'select, update');
create index recording_open on shop.recording (state) where state = 'recording';

-- Work for people.
create table shop.task (
  shop_id       uuid not null default house.app_shop() references house.shop,
  id            uuid not null,
  kind          text not null check (kind in ('callback')),
  state         text not null check (state in ('open', 'claimed', 'done', 'cancelled')),
  call_id       uuid not null,            -- the call that made it
  queue_id      uuid,
  owner         text not null,            -- the responsible unit: pool:NAME or member:ID
  claimed_by    uuid,                     -- account
  due_at        timestamptz not null,
  created_at    timestamptz not null,
  closed_at     timestamptz,
  closed_reason text not null default '',
  closed_call_id uuid,                    -- the call that closed it
  primary key (shop_id, id),
  unique (shop_id, kind, call_id),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, queue_id) references shop.queue,
  check ((closed_at is not null) = (state in ('done', 'cancelled')))
);
call house.confine('shop.task', 'select, insert, update');
create index task_open on shop.task (shop_id, due_at) where closed_at is null;

create table shop.lost_call (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  call_id    uuid not null,
  reason     text not null,               -- code: abandoned, busy, failed, closed
  words      text not null,               -- "hung up after 14 s: all 42 operators were busy"
  waited_ms  bigint not null,
  owner      text not null,
  task_id    uuid,
  lost_at    timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, task_id) references shop.task
);
call house.confine('shop.lost_call', 'select, insert');
create index lost_call_at on shop.lost_call (shop_id, lost_at desc, id);

-- A walk through a script, in a call.
create table shop.walk (
  shop_id           uuid not null default house.app_shop() references house.shop,
  id                uuid not null,
  call_id           uuid not null,
  script_version_id uuid not null,
  operator_id       uuid,
  state             jsonb not null,
  adherence         int,                  -- permille of the required steps
  started_at        timestamptz not null,
  updated_at        timestamptz not null,
  ended_at          timestamptz,
  primary key (shop_id, id),
  unique (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, script_version_id) references shop.script_version
);
call house.confine('shop.walk', 'select, insert, update');
create table shop.walk_step (
  shop_id uuid not null default house.app_shop() references house.shop,
  walk_id uuid not null,
  seq     int not null,
  node    text not null,
  answer  jsonb,                          -- the buyer's words: erasable
  at      timestamptz not null,
  primary key (shop_id, walk_id, seq),
  foreign key (shop_id, walk_id) references shop.walk
);
call house.confine('shop.walk_step', 'select, insert, update');

-- What the buyer ordered.
create table shop."order" (
  shop_id        uuid not null default house.app_shop() references house.shop,
  id             uuid not null,
  no             bigint not null,
  call_id        uuid,
  buyer_id       uuid,
  operator_id    uuid,
  snapshot_id    uuid not null,
  status         text not null check (status in ('draft', 'confirmed', 'cancelled')),
  currency       text not null,
  delivery_minor bigint not null default 0 check (delivery_minor >= 0),
  total_minor    bigint not null check (total_minor >= 0),
  created_at     timestamptz not null,
  confirmed_at   timestamptz,
  cancelled_at   timestamptz,
  primary key (shop_id, id),
  unique (shop_id, no),
  foreign key (shop_id, call_id) references shop.call,
  foreign key (shop_id, snapshot_id) references shop.snapshot,
  foreign key (shop_id, buyer_id) references shop.buyer,
  check ((cancelled_at is not null) = (status = 'cancelled'))
);
call house.confine('shop.order', 'select, insert, update');
create index order_created on shop."order" (shop_id, created_at desc, id);
create index order_call on shop."order" (shop_id, call_id);
-- Whom and where to: erased without touching the order.
create table shop.order_contact (
  shop_id  uuid not null default house.app_shop() references house.shop,
  order_id uuid not null,
  name     text not null default '',
  phone    text not null default '',
  address  text not null default '',
  entrance text not null default '',      -- entrance, code, floor
  deliver  text not null default '',      -- date and time, as agreed
  comment  text not null default '',
  primary key (shop_id, order_id),
  foreign key (shop_id, order_id) references shop."order"
);
call house.confine('shop.order_contact', 'select, insert, update, delete');
create table shop.order_line (
  shop_id     uuid not null default house.app_shop() references house.shop,
  order_id    uuid not null,
  line        int not null,
  item_id     uuid not null,
  sku         text not null,
  name        text not null,
  quantity    int not null check (quantity > 0),
  price_minor bigint not null check (price_minor >= 0),
  sum_minor   bigint not null check (sum_minor = price_minor * quantity),
  primary key (shop_id, order_id, line),
  foreign key (shop_id, order_id) references shop."order",
  foreign key (shop_id, item_id) references shop.item
);
call house.confine('shop.order_line', 'select, insert, delete');

-- The shop's own numbering of what a person reads: orders.
create table shop.numbering (
  shop_id uuid not null default house.app_shop() references house.shop,
  kind    text not null check (kind in ('order')),
  last    bigint not null,
  primary key (shop_id, kind)
);
call house.confine('shop.numbering', 'select, insert, update');

-- +goose Down
drop table shop.numbering, shop.order_line, shop.order_contact, shop."order", shop.walk_step, shop.walk,
  shop.lost_call, shop.task, shop.recording, shop.call_leg, shop.call_event, shop.call_party, shop.call;
