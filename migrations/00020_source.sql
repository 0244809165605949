-- Sources of every format, what shops' systems send, and snapshots that can be
-- compared, thrown away and forgotten.
-- +goose Up
alter table shop.catalogue_source drop constraint catalogue_source_format_check;
alter table shop.catalogue_source
  add constraint catalogue_source_format_check check (format in ('yml', 'merchant', 'commerceml', 'csv', 'xlsx', 'json', 'shopify', 'woocommerce', 'insales')),
  add name text not null default '',
  add mapping jsonb not null default '{}',    -- feed.Mapping
  add login text not null default '',         -- at the server that is asked, or of the system that sends
  add secret_sealed bytea,
  add paused boolean not null default false;

alter table shop.snapshot drop constraint snapshot_state_check;
alter table shop.snapshot
  add constraint snapshot_state_check check (state in ('staging', 'published', 'held', 'refused', 'discarded')),
  add read_count int not null default 0,      -- items staged so far
  add cause text not null default '' check (cause in ('', 'lost', 'prices', 'empty')), -- of being held
  add up_count int not null default 0,        -- of the changed: prices that rose, fell; stock that changed
  add down_count int not null default 0,
  add stock_count int not null default 0,
  add forgotten_at timestamptz;               -- what it had is no longer kept

-- Items that ended or began between two snapshots.
create index item_ended on shop.item (shop_id, last_seq) where last_seq is not null;
create index item_began on shop.item (shop_id, first_seq);
grant delete on shop.item to switchboard_app;

-- What a shop's system has sent, until it is read and no longer needed.
create table shop.feed_file (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  source_id  uuid not null,
  name       text not null,
  seq        bigint not null generated always as identity, -- in which they are read
  state      text not null check (state in ('open', 'whole')),
  complete   boolean not null default false,  -- what was sent before it no longer counts
  size       bigint not null default 0 check (size >= 0),
  created_at timestamptz not null,
  primary key (shop_id, id),
  foreign key (shop_id, source_id) references shop.catalogue_source
);
call house.confine('shop.feed_file', 'select, insert, update, delete');
create index feed_file_source on shop.feed_file (shop_id, source_id, seq);

create table shop.feed_chunk (
  shop_id uuid not null default house.app_shop() references house.shop,
  file_id uuid not null,
  n       int not null check (n >= 0),
  bytes   bytea not null,
  primary key (shop_id, file_id, n),
  foreign key (shop_id, file_id) references shop.feed_file on delete cascade
);
call house.confine('shop.feed_chunk', 'select, insert, delete');
alter table shop.feed_chunk alter bytes set storage external; -- most of it is packed already

-- +goose Down
drop table shop.feed_chunk, shop.feed_file;
revoke delete on shop.item from switchboard_app;
drop index shop.item_began;
drop index shop.item_ended;
update shop.snapshot set state = 'refused' where state = 'discarded';
alter table shop.snapshot
  drop forgotten_at, drop stock_count, drop down_count, drop up_count, drop cause, drop read_count, drop constraint snapshot_state_check,
  add constraint snapshot_state_check check (state in ('staging', 'published', 'held', 'refused'));
alter table shop.catalogue_source drop constraint catalogue_source_format_check;
update shop.catalogue_source set format = 'yml';
alter table shop.catalogue_source
  drop paused, drop secret_sealed, drop login, drop mapping, drop name,
  add constraint catalogue_source_format_check check (format in ('yml'));
