-- What an operator may be asked beyond name and price: variants, prices by type,
-- warehouses, terms of delivery, supplier, what goes with it.
-- +goose Up
alter table shop.item add group_id text not null default '';  -- items of one group are variants of one thing
alter table shop.item add detail jsonb not null default '{}'; -- as feed.Detail writes it
create index item_group on shop.item (shop_id, source_id, group_id) where last_seq is null and group_id <> '';

-- +goose Down
drop index shop.item_group;
alter table shop.item drop detail;
alter table shop.item drop group_id;
