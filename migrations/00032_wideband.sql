-- +goose Up
-- A trunk may speak G.722 beside a law of G.711, which all others fall back to.
alter table house.trunk
  drop constraint trunk_codecs_check,
  add constraint trunk_codecs_check check (codecs <@ array['pcma', 'pcmu', 'g722'] and codecs && array['pcma', 'pcmu']);

-- +goose Down
update house.trunk set codecs = array_remove(codecs, 'g722');
alter table house.trunk
  drop constraint trunk_codecs_check,
  add constraint trunk_codecs_check check (codecs <@ array['pcma', 'pcmu'] and cardinality(codecs) > 0);
