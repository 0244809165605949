-- +goose Up
-- Who signs a carrier's certificate, in PEM, where it is nobody whom all trust.
alter table house.trunk add tls_ca text not null default '' check (length(tls_ca) <= 65536);

-- +goose Down
alter table house.trunk drop tls_ca;
