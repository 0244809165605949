-- A key by which a buyer says that they do not want to be recorded: the shop's
-- notice names it.
-- +goose Up
alter table house.shop add refusal_key text not null default '' check (refusal_key ~ '^[0-9*#]?$');

-- +goose Down
alter table house.shop drop refusal_key;
