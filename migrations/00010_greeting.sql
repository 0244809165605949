-- +goose Up
-- What a shop greets its buyers with, in its own words; a voice speaks them.
alter table house.shop add greeting_text text not null default '' check (length(greeting_text) <= 500);

-- +goose Down
alter table house.shop drop greeting_text;
