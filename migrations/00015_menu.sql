-- What callers hear who speak with the machine: menus, sounds, what is said
-- while they wait, messages that they leave.
-- +goose Up

-- A sound that a shop has uploaded, as telephones play it. Its file is named by
-- its hash, below the shop's folder of MEDIA_DIR.
create table shop.sound (
  shop_id     uuid not null default house.app_shop() references house.shop,
  id          uuid not null,
  name        text not null check (name <> '' and length(name) <= 60),
  sha256      bytea not null check (length(sha256) = 32),
  bytes       bigint not null check (bytes > 0),
  duration_ms bigint not null check (duration_ms > 0),
  source      text not null,              -- the format that it was uploaded in
  created_at  timestamptz not null,
  created_by  text not null,              -- actor
  primary key (shop_id, id),
  unique (shop_id, name)
);
call house.confine('shop.sound', 'select, insert, delete');
call house.announce('shop.sound');

create table shop.menu (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  name       text not null check (name <> '' and length(name) <= 60),
  draft      text not null,               -- YAML; it may be broken
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, name)
);
call house.confine('shop.menu', 'select, insert, update');

create table shop.menu_version (
  shop_id      uuid not null default house.app_shop(),
  id           uuid not null,
  menu_id      uuid not null,
  version      int not null check (version > 0),
  source       text not null,             -- the YAML, as written
  graph        jsonb not null,
  note         text not null default '',
  published_at timestamptz not null,
  published_by text not null,             -- actor
  primary key (shop_id, id),
  unique (shop_id, menu_id, version),
  foreign key (shop_id, menu_id) references shop.menu
);
call house.confine('shop.menu_version', 'select, insert');
call house.freeze('shop.menu_version');
call house.announce('shop.menu_version');

-- What calls of a queue meet; a number may have a menu of its own.
alter table shop.queue add menu_id uuid, add announce_s int not null default 0 check (announce_s = 0 or announce_s between 15 and 600),
  add offers_callback boolean not null default false, add music_id uuid,
  add foreign key (shop_id, menu_id) references shop.menu, add foreign key (shop_id, music_id) references shop.sound;
alter table shop.number add menu_id uuid, add foreign key (shop_id, menu_id) references shop.menu;

-- Digits that a caller gave: personal, and erased without touching the call.
create table shop.menu_entry (
  shop_id uuid not null default house.app_shop() references house.shop,
  call_id uuid not null,
  seq     bigint not null,                -- of the journal
  node    text not null,
  digits  text not null,
  at      timestamptz not null,
  primary key (shop_id, call_id, seq),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.menu_entry', 'select, delete');

alter table shop.recording add kind text not null default 'call' check (kind in ('call', 'voicemail'));
create index recording_voicemail on shop.recording (started_at) where kind = 'voicemail';

-- The words of a message, as a service heard them: personal.
create table shop.transcript (
  shop_id    uuid not null default house.app_shop() references house.shop,
  call_id    uuid not null,
  state      text not null check (state in ('ready', 'failed')),
  words      text not null default '',
  language   text not null default '',
  confidence int not null default 0 check (confidence between 0 and 1000), -- permille, by the service's word
  attempts   int not null default 1,
  at         timestamptz not null,
  primary key (shop_id, call_id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.transcript', 'select, delete');

-- +goose Down
drop table shop.transcript;
alter table shop.recording drop kind;
drop table shop.menu_entry;
alter table shop.number drop menu_id;
alter table shop.queue drop menu_id, drop announce_s, drop offers_callback, drop music_id;
drop table shop.menu_version, shop.menu, shop.sound;
