-- Buyers as a shop knows them: several numbers each, what to be careful of,
-- what they agreed to.
-- +goose Up

alter table shop.buyer
  add segments text[] not null default '{}' check (cardinality(segments) <= 20),
  add blocked_at timestamptz,
  add blocked_reason text not null default '',    -- in words: erased with the buyer
  add redeemed_before int not null default 0 check (redeemed_before >= 0), -- orders bought out elsewhere, by the shop's word
  add refused_before int not null default 0 check (refused_before >= 0),
  add check ((blocked_at is not null) = (blocked_reason <> ''));
create index buyer_recent on shop.buyer (shop_id, updated_at desc, id);

-- Every number of a buyer; shop.buyer.phone is the one that is rung first. A
-- number is one buyer's.
create table shop.buyer_phone (
  shop_id  uuid not null default house.app_shop() references house.shop,
  phone    text not null,                -- E.164
  buyer_id uuid not null,
  primary key (shop_id, phone),
  foreign key (shop_id, buyer_id) references shop.buyer on delete cascade
);
alter table shop.buyer no force row level security; -- the owner of the schema reads all shops, once
insert into shop.buyer_phone (shop_id, phone, buyer_id) select shop_id, phone, id from shop.buyer;
alter table shop.buyer force row level security;
call house.confine('shop.buyer_phone', 'select, insert, update, delete');
create index on shop.buyer_phone (shop_id, buyer_id);

-- +goose StatementBegin
-- keep_buyer_phone keeps the first number among the numbers, whoever wrote the buyer.
create function shop.keep_buyer_phone() returns trigger language plpgsql as $$
begin
  insert into shop.buyer_phone (shop_id, phone, buyer_id) values (new.shop_id, new.phone, new.id);
  return null;
end $$;
-- +goose StatementEnd
create trigger keep_phone after insert on shop.buyer for each row execute function shop.keep_buyer_phone();

-- What a buyer agreed to or took back: the newest of a purpose counts.
create table shop.consent (
  shop_id  uuid not null default house.app_shop() references house.shop,
  id       uuid not null,
  buyer_id uuid not null,
  purpose  text not null check (purpose in ('data', 'recording', 'service', 'advertising')),
  given    boolean not null,
  source   text not null,                -- where: a call, a form, a letter
  wording  text not null default '',     -- what was agreed to, as it was shown or said
  noted_at timestamptz not null,
  noted_by text not null,                -- actor
  primary key (shop_id, id),
  foreign key (shop_id, buyer_id) references shop.buyer
);
call house.confine('shop.consent', 'select, insert, update, delete');
create index on shop.consent (shop_id, buyer_id, noted_at);
create index order_buyer on shop."order" (shop_id, buyer_id);

-- +goose Down
drop index shop.order_buyer;
drop table shop.consent;
drop trigger keep_phone on shop.buyer;
drop function shop.keep_buyer_phone();
drop table shop.buyer_phone;
drop index shop.buyer_recent;
alter table shop.buyer drop segments, drop blocked_at, drop blocked_reason, drop redeemed_before, drop refused_before;
