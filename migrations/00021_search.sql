-- The search as operators type: terms that Go makes (tenant/catalogue/term), in
-- one index where those of a shop lie together, and the shop's vocabulary, in
-- which slips are put right.
-- +goose Up
alter table shop.item add head tsvector not null default ''; -- name, kind and codes: what is ranked
drop index shop.item_search;
-- A lexeme begins with its shop's tag: one that is unfinished is looked for among
-- that shop's alone. No pending list: whoever types after an import would read it.
create index item_search on shop.item using gin (search) with (fastupdate = off) where last_seq is null;
create index item_barcode on shop.item (shop_id, barcode) where last_seq is null and barcode <> '';
drop function shop.search_items(text, text, text, int);
-- What was read before has the terms of the old search: every feed is read anew.
update shop.catalogue_source set etag = '', last_modified = '';

-- Keys of all words of the shop's items, one a line.
create table shop.vocabulary (
  shop_id uuid not null default house.app_shop() references house.shop,
  words   text not null,
  primary key (shop_id)
);
alter table shop.vocabulary alter words set storage external; -- read with each key typed: not packed
call house.confine('shop.vocabulary', 'select, insert, update');

-- +goose StatementBegin
-- search_items finds the current items of the transaction's shop that fit a
-- query, and of these at most 2000; those with the very code first, then those
-- whose name has it all, then what is in stock. Full-text matching is not
-- leakproof, so that under row policies it would read the whole shop: this
-- function looks past them and puts their filter back; in words for which there is
-- no index, or the planner, who does not know the query, might walk a large shop.
create function shop.search_items(query tsquery, code tsquery, begun tsquery, price_from bigint, price_upto bigint, at_most int) returns table (item_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.id from (
    select i.id, i.sku, i.available, i.head from shop.item i
     where i.search @@ search_items.query and i.last_seq is null and i.shop_id is not distinct from house.app_shop()
       and i.price_minor between search_items.price_from and search_items.price_upto
     limit 2000) f
   order by f.head @@ search_items.code desc, f.head @@ search_items.begun desc, f.head @@ search_items.query desc, f.available desc,
     ts_rank('{0.1,0.2,0.6,1}', f.head, search_items.query) desc, f.sku, f.id
   limit search_items.at_most
$$;
-- +goose StatementEnd
revoke all on function shop.search_items(tsquery, tsquery, tsquery, bigint, bigint, int) from public;
grant execute on function shop.search_items(tsquery, tsquery, tsquery, bigint, bigint, int) to switchboard_app;
grant create on schema shop to switchboard_definer;
alter function shop.search_items(tsquery, tsquery, tsquery, bigint, bigint, int) owner to switchboard_definer;
revoke create on schema shop from switchboard_definer;

-- +goose Down
drop function shop.search_items(tsquery, tsquery, tsquery, bigint, bigint, int);
drop table shop.vocabulary;
drop index shop.item_barcode;
drop index shop.item_search;
alter table shop.item drop head;
create index item_search on shop.item using gin (shop_id, search) where last_seq is null;
-- +goose StatementBegin
create function shop.search_items(words text, last text, sku text, at_most int) returns table (item_id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.id from (
    select i.id, i.sku, i.available, i.search, q.q from shop.item i,
      (select to_tsquery('russian', search_items.words) &&
        (to_tsquery('russian', search_items.last) || to_tsquery('simple', search_items.last || ':*')) as q) q
     where i.shop_id = house.app_shop() and i.last_seq is null and i.search @@ q.q
     limit 2000) f
   order by f.sku = search_items.sku desc, f.available desc, ts_rank(f.search, f.q) desc, f.sku, f.id
   limit search_items.at_most
$$;
-- +goose StatementEnd
revoke all on function shop.search_items(text, text, text, int) from public;
grant execute on function shop.search_items(text, text, text, int) to switchboard_app;
grant create on schema shop to switchboard_definer;
alter function shop.search_items(text, text, text, int) owner to switchboard_definer;
revoke create on schema shop from switchboard_definer;
