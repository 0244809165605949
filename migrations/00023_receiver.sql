-- What a shop's own systems are told: what happened in it, who is to know, and
-- how far each telling has come.
-- +goose Up

-- A shop's system that is told.
create table shop.receiver (
  shop_id       uuid not null default house.app_shop() references house.shop,
  id            uuid not null,
  name          text not null,
  form          text not null check (form in ('standard', 'amocrm', 'bitrix24', 'retailcrm')), -- how it wants to be told
  url           text not null,
  events        text[] not null,
  personal      boolean not null default false, -- buyers' numbers, names and addresses go to it as they are
  secret        bytea not null,           -- sealed: what it knows us by
  old_secret    bytea,                    -- sealed: the one before, which signs too until old_until
  old_until     timestamptz,
  state         text not null check (state in ('on', 'paused', 'off')), -- paused by a person: what happens waits; off by us: it was dead
  off_reason    text not null default '', -- code: dead, gone
  streak        int not null default 0 check (streak >= 0), -- attempts that failed since the last that did not
  failing_since timestamptz,
  rest_until    timestamptz not null,     -- nothing is tried before
  last_done_at  timestamptz,
  created_at    timestamptz not null,
  changed_at    timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, name),
  check ((old_secret is null) = (old_until is null)),
  check ((state = 'off') = (off_reason <> ''))
);
call house.confine('shop.receiver', 'select, insert, update, delete');

-- What happened. It goes out under its id however often it is told.
create table shop.news (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  seq        bigint generated always as identity, -- orders what happened to one object; between objects it means nothing
  event      text not null,
  object_id  uuid not null,               -- what it is told in order of: the call, the order, the catalogue's source
  subject_id uuid not null,               -- the row that it is about: that, or the task, the recording, the snapshot
  facts      jsonb not null default '{}', -- how it was then: ids, numbers, states
  at         timestamptz not null,
  primary key (shop_id, id)
);
call house.confine('shop.news', 'select, insert');
create index news_at on shop.news (shop_id, at);
create index news_old on shop.news (at);

-- One piece of news on its way to one receiver.
create table shop.delivery (
  shop_id     uuid not null default house.app_shop() references house.shop,
  id          uuid not null,
  receiver_id uuid not null,
  news_id     uuid not null,
  event       text not null,
  object_id   uuid not null,
  seq         bigint not null,            -- of the news
  state       text not null check (state in ('owed', 'done', 'given_up')),
  due_at      timestamptz not null,       -- of one that is taken: when it counts as lost
  taken_at    timestamptz,                -- under way since
  attempts    int not null default 0,     -- in all
  tries       int not null default 0,     -- since it was owed, anew
  first_at    timestamptz,                -- of these tries
  done_at     timestamptz,
  last_status int,                        -- of HTTP
  last_error  text not null default '',
  created_at  timestamptz not null,
  primary key (shop_id, id),
  unique (shop_id, receiver_id, news_id),
  foreign key (shop_id, receiver_id) references shop.receiver on delete cascade,
  foreign key (shop_id, news_id) references shop.news on delete cascade,
  check ((done_at is not null) = (state <> 'owed'))
);
call house.confine('shop.delivery', 'select, insert, update');
create index delivery_owed on shop.delivery (shop_id, receiver_id, due_at, seq) where state = 'owed';
create index delivery_order on shop.delivery (shop_id, receiver_id, object_id, seq) where state = 'owed';
create index delivery_taken on shop.delivery (shop_id, receiver_id) where state = 'owed' and taken_at is not null;
create index delivery_list on shop.delivery (shop_id, created_at desc, id);
create index delivery_news on shop.delivery (shop_id, news_id);

-- What was said and answered, with what is personal struck out.
create table shop.delivery_attempt (
  shop_id     uuid not null default house.app_shop() references house.shop,
  delivery_id uuid not null,
  n           int not null check (n > 0),
  at          timestamptz not null,
  took_ms     bigint not null check (took_ms >= 0),
  status      int,                        -- null: there was no answer
  error       text not null default '',
  request     text not null,
  answer      text not null default '',
  primary key (shop_id, delivery_id, n),
  foreign key (shop_id, delivery_id) references shop.delivery on delete cascade
);
call house.confine('shop.delivery_attempt', 'select, insert');

-- +goose StatementBegin
-- tell writes news down, for each receiver that wants it, in the transaction in
-- which it happens: whoever changes a row cannot forget to tell, and nothing is
-- told that did not happen.
create function shop.tell(shop uuid, what text, object uuid, subject uuid, facts jsonb) returns void language plpgsql as $$
declare
  news uuid := gen_random_uuid();
  n bigint;
begin
  insert into shop.news (shop_id, id, event, object_id, subject_id, facts, at)
    values (shop, news, what, object, subject, facts, clock_timestamp()) returning seq into n;
  insert into shop.delivery (shop_id, id, receiver_id, news_id, event, object_id, seq, state, due_at, created_at)
    select shop, gen_random_uuid(), r.id, news, what, object, n, 'owed', clock_timestamp(), clock_timestamp()
      from shop.receiver r where r.shop_id = shop and r.state <> 'off' and what = any (r.events);
end $$;

create function shop.tell_call() returns trigger language plpgsql as $$
declare facts jsonb := jsonb_build_object('state', new.state, 'outcome', new.outcome);
begin
  if tg_op = 'INSERT' then
    perform shop.tell(new.shop_id, 'call.started', new.id, new.id, facts);
  end if;
  if new.answered_at is not null and (tg_op = 'INSERT' or old.answered_at is null) then
    perform shop.tell(new.shop_id, 'call.answered', new.id, new.id, facts);
  end if;
  if new.state = 'ended' and (tg_op = 'INSERT' or old.state <> 'ended') then
    perform shop.tell(new.shop_id, 'call.ended', new.id, new.id, facts);
  end if;
  return null;
end $$;

create function shop.tell_lost_call() returns trigger language plpgsql as $$
begin
  perform shop.tell(new.shop_id, case new.reason when 'voicemail' then 'voicemail.left' else 'call.lost' end, new.call_id, new.id,
    jsonb_build_object('reason', new.reason));
  return null;
end $$;

create function shop.tell_recording() returns trigger language plpgsql as $$
begin
  perform shop.tell(new.shop_id, 'recording.ready', new.call_id, new.call_id, '{}');
  return null;
end $$;

create function shop.tell_task() returns trigger language plpgsql as $$
begin
  perform shop.tell(new.shop_id, 'callback.' || new.state, new.call_id, new.id, jsonb_build_object('state', new.state));
  return null;
end $$;

create function shop.tell_order() returns trigger language plpgsql as $$
begin
  perform shop.tell(new.shop_id, case tg_op when 'INSERT' then 'order.created' else 'order.changed' end, new.id, new.id,
    jsonb_build_object('status', new.status, 'total_minor', new.total_minor));
  return null;
end $$;

create function shop.tell_snapshot() returns trigger language plpgsql as $$
begin
  perform shop.tell(new.shop_id, 'snapshot.' || new.state, new.source_id, new.id, jsonb_build_object('state', new.state));
  return null;
end $$;
-- +goose StatementEnd

create trigger tell_insert after insert on shop.call for each row execute function shop.tell_call();
create trigger tell after update on shop.call for each row
  when (old.state is distinct from new.state or old.answered_at is distinct from new.answered_at) execute function shop.tell_call();
create trigger tell after insert on shop.lost_call for each row execute function shop.tell_lost_call();
create trigger tell_insert after insert on shop.recording for each row when (new.state = 'ready') execute function shop.tell_recording();
create trigger tell after update on shop.recording for each row
  when (old.state <> 'ready' and new.state = 'ready') execute function shop.tell_recording();
create trigger tell after update on shop.task for each row
  when (new.kind = 'callback' and old.state is distinct from new.state and new.state in ('done', 'cancelled')) execute function shop.tell_task();
create trigger tell_insert after insert on shop."order" for each row execute function shop.tell_order();
create trigger tell after update on shop."order" for each row when (old.* is distinct from new.*) execute function shop.tell_order();
create trigger tell_insert after insert on shop.snapshot for each row
  when (new.state in ('published', 'held', 'refused')) execute function shop.tell_snapshot();
create trigger tell after update on shop.snapshot for each row
  when (old.state is distinct from new.state and new.state in ('published', 'held', 'refused')) execute function shop.tell_snapshot();

-- +goose Down
drop trigger tell_insert on shop.call;
drop trigger tell on shop.call;
drop trigger tell on shop.lost_call;
drop trigger tell_insert on shop.recording;
drop trigger tell on shop.recording;
drop trigger tell on shop.task;
drop trigger tell_insert on shop."order";
drop trigger tell on shop."order";
drop trigger tell_insert on shop.snapshot;
drop trigger tell on shop.snapshot;
drop function shop.tell_call(), shop.tell_lost_call(), shop.tell_recording(), shop.tell_task(), shop.tell_order(), shop.tell_snapshot();
drop function shop.tell(uuid, text, uuid, uuid, jsonb);
drop table shop.delivery_attempt, shop.delivery, shop.news, shop.receiver;
