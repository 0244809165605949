package catalogue

import (
	"fmt"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/term"
)

// learnt adds the words of the items that a snapshot brought. Words that went
// with their items stay: they find nothing, and are then taken for others.
const learnt = `
with fresh as (
  select distinct substr(w, 5) collate "C" as word from (
    select unnest(tsvector_to_array(search)) collate "C" as w from shop.item where source_id = $1 and first_seq = $2) l
   where length(w) between 6 and 36 and substr(w, 5) !~ '[0-9=~@]'),
old as (select string_to_array(words, E'\n') as words from shop.vocabulary),
every as (select word from fresh union select unnest(words) collate "C" from old)
insert into shop.vocabulary as v (words)
select coalesce(string_agg(word, E'\n' order by word), '') from every
on conflict (shop_id) do update set words = excluded.words where v.words <> excluded.words`

// learn keeps the vocabulary of the shop up with a snapshot. Two sources of a
// shop that are published at once take turns.
func learn(tx tenant.Tx, s Snapshot) error {
	_, err := tx.Exec("select pg_advisory_xact_lock(hashtextextended('vocabulary ' || house.app_shop()::text, 0))")
	if err == nil {
		_, err = tx.Exec(learnt, s.SourceID, s.Seq)
	}
	if err != nil {
		return fmt.Errorf("learn the words of snapshot %s: %w", s.ID, err)
	}
	return nil
}

func vocabulary(tx tenant.Tx) (term.Vocabulary, error) {
	var words string
	if err := tx.Query().Raw("select words from shop.vocabulary").Scan(&words).Error; err != nil {
		return "", fmt.Errorf("read the vocabulary: %w", err)
	}
	return term.NewVocabulary(words), nil
}
