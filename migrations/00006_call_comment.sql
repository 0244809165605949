-- What people of a shop wrote beside a second of a call: erasable words.
-- +goose Up
create table shop.call_comment (
  shop_id    uuid not null default house.app_shop() references house.shop,
  id         uuid not null,
  call_id    uuid not null,
  author_id  uuid not null,               -- account
  at_ms      bigint not null check (at_ms >= 0), -- from the start of the recording
  text       text not null,
  created_at timestamptz not null,
  primary key (shop_id, id),
  foreign key (shop_id, call_id) references shop.call
);
call house.confine('shop.call_comment', 'select, insert, delete');
create index call_comment_call on shop.call_comment (shop_id, call_id, at_ms);

-- Who took calls of a shop.
create index call_taker on shop.call (shop_id, operator_id) where operator_id is not null;

-- +goose Down
drop index shop.call_taker;
drop table shop.call_comment;
