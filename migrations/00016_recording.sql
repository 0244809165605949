-- Recordings: sealed by keys of their shop, kept in a store, for so long, deleted with proof.
-- +goose Up

alter table house.shop
  add retention_days int check (retention_days between 1 and 3650),       -- null: recordings are kept until somebody deletes them
  add secret_seconds int not null default 120 check (secret_seconds between 15 and 900); -- how long a recording may stand still for a payment

-- A shop's keys seal the keys of its recordings, and are themselves sealed by a
-- master key that is not in the database.
create table shop.recording_key (
  shop_id    uuid not null default house.app_shop() references house.shop,
  version    int  not null check (version > 0),
  master     text not null,               -- which master key
  wrapped    bytea,                       -- null: destroyed
  made_at    timestamptz not null,
  retired_at timestamptz,                 -- no recording is under it any more
  erased_at  timestamptz,
  primary key (shop_id, version),
  check ((erased_at is not null) = (wrapped is null))
);
call house.confine('shop.recording_key', 'select, insert, update');
call house.announce('shop.recording_key');

alter table shop.recording
  add key_version   int,                  -- of the shop's key; null: the file is not sealed, as of old
  add data_key      bytea,                -- the file's own key, sealed by that; null: destroyed
  add gaps          jsonb not null default '[]', -- [{"from_ms", "to_ms", "why"}] in which it stood still
  add place         text not null default 'spool' check (place in ('spool', 'directory', 's3', 'none')),
  add stored_bytes  bigint not null default 0,   -- of the file as it is kept
  add stored_sha256 bytea,
  add stored_at     timestamptz,          -- it was found whole where it is kept
  add tries         int not null default 0,      -- to bring it there, or to take it away
  add try_at        timestamptz not null default '-infinity',
  add try_error     text not null default '',
  add held          boolean not null default false, -- for the law: never deleted
  add held_reason   text not null default '',
  add deleted_at    timestamptz,
  add deleted_by    text not null default '',
  add deleted_rule  text not null default '',    -- request, retention, buyer, keys
  add deleted_reason text not null default '',
  add check ((deleted_at is not null) = (state = 'erased')),
  add check (not (held and state = 'erased')),
  add foreign key (shop_id, key_version) references shop.recording_key;
update shop.recording set place = 'directory' where state <> 'recording'; -- they are where they were written
create index recording_to_store on shop.recording (try_at) where place = 'spool' and state in ('ready', 'failed');
create index recording_to_wipe on shop.recording (try_at) where place <> 'none' and state = 'erased';
create index recording_of_key on shop.recording (shop_id, key_version) where data_key is not null;
create index recording_old on shop.recording (shop_id, started_at) where state in ('ready', 'failed');

-- What somebody must see to, while it lasts.
create table house.alarm (
  id         uuid primary key,
  kind       text not null,
  node       text not null,
  raised_at  timestamptz not null,
  cleared_at timestamptz,
  detail     text not null                -- in words, for whoever runs the platform
);
create unique index alarm_open on house.alarm (kind, node) where cleared_at is null;
grant select, insert, update on house.alarm to switchboard_across;

-- +goose Down
drop table house.alarm;
alter table shop.recording drop key_version, drop data_key, drop gaps, drop place, drop stored_bytes, drop stored_sha256, drop stored_at,
  drop tries, drop try_at, drop try_error, drop held, drop held_reason, drop deleted_at, drop deleted_by, drop deleted_rule, drop deleted_reason;
drop table shop.recording_key;
alter table house.shop drop retention_days, drop secret_seconds;
