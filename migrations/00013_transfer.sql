-- Calls that are handed to somebody else: whom a shop allows, and who had a call when.
-- +goose Up

-- To whom a shop's calls may be handed. A shop without a row has the defaults:
-- anybody of the pool and of its own, nobody outside.
create table shop.transfer_rule (
  shop_id     uuid primary key default house.app_shop() references house.shop,
  operators   boolean not null default true,  -- others of the pool
  queues      boolean not null default true,  -- of the same shop
  specialists boolean not null default true,  -- members who have a telephone
  outside     text[] not null default '{}' check (cardinality(outside) <= 50), -- beginnings of E.164 numbers
  email       text not null default '' check (length(email) <= 254),           -- offered to who begs in vain
  ring_s      int not null default 20 check (ring_s between 5 and 120),        -- how long an outside telephone rings
  queue_s     int not null default 60 check (queue_s between 5 and 3600),      -- after this in a queue, who had the call is asked again
  park_s      int not null default 120 check (park_s between 5 and 900),       -- the longest parking
  park_free   boolean not null default false, -- who parks a call is free for others meanwhile
  updated_at  timestamptz not null
);
call house.confine('shop.transfer_rule', 'select, insert, update');
call house.announce('shop.transfer_rule');

-- Where a specialist is rung: personal, erased by emptying it.
alter table shop.member add phone text not null default '' check (phone = '' or phone ~ '^\+[1-9][0-9]{3,14}$');
call house.announce('shop.member');

-- Who had a call, one after another, and what each talked: a wage can be split by it.
create table shop.call_turn (
  shop_id     uuid not null default house.app_shop() references house.shop,
  call_id     uuid not null,
  no          int not null check (no > 0),
  party       text not null check (party in ('operator', 'specialist', 'outside')),
  operator_id uuid,
  joined_at   timestamptz not null,
  left_at     timestamptz,                    -- null after a crash: nobody noted it
  talk_ms     bigint not null default 0 check (talk_ms >= 0),
  hold_ms     bigint not null default 0 check (hold_ms >= 0),
  primary key (shop_id, call_id, no),
  foreign key (shop_id, call_id) references shop.call,
  check ((party = 'operator') = (operator_id is not null))
);
call house.confine('shop.call_turn', 'select');
create index call_turn_operator on shop.call_turn (operator_id, joined_at desc) where operator_id is not null;

alter table house.dialog drop constraint dialog_side_check;
alter table house.dialog add constraint dialog_side_check check (side in ('buyer', 'operator', 'third', 'supervisor'));

-- +goose Down
delete from house.dialog where side not in ('buyer', 'operator');
alter table house.dialog drop constraint dialog_side_check;
alter table house.dialog add constraint dialog_side_check check (side in ('buyer', 'operator'));
drop table shop.call_turn;
drop trigger announce on shop.member;
alter table shop.member drop phone;
drop table shop.transfer_rule;
