-- What is asked on the telephone and could stand on the shop's site.
-- +goose Up

-- How often something was looked for on a day by the shop's clocks. Rows are few,
-- masked and erasable: a search may hold what a buyer said.
create table shop.asked (
  shop_id uuid not null default house.app_shop() references house.shop,
  day     date not null,
  found   boolean not null,
  key     text not null,                  -- its words, whatever their form and order
  example text not null,                  -- as it was typed last, without digits of telephones
  times   int not null check (times > 0),
  primary key (shop_id, day, found, key)
);
call house.confine('shop.asked', 'select, insert, update, delete');

-- A search returns a page: taken for a thousand, its items were sought by walking
-- all that the shop has.
set local role switchboard_definer;
alter function shop.search_items(tsquery, tsquery, tsquery, bigint, bigint, int) rows 20;
reset role;

-- +goose Down
drop table shop.asked;
