package catalogue

import (
	"slices"
	"strings"

	"switchboard/tenant"
)

// mostKin is how many variants, or related items, are shown beside an item.
const mostKin = 50

// Variants returns the current items of the same group, the item itself left
// out, by price.
func Variants(tx tenant.Tx, i Item) ([]Hit, error) {
	if i.GroupID == "" {
		return nil, nil
	}
	return hits(tx, `select i.*, l.snapshot_id, l.as_of from shop.item i join `+latest+` l on l.source_id = i.source_id
		where i.last_seq is null and i.source_id = ? and i.group_id = ? and i.group_id <> '' and i.offer_id <> ?
		order by i.price_minor, i.id limit ?`, i.SourceID, i.GroupID, i.OfferID, mostKin)
}

// Named returns the current items that an item of a source names by codes: ids
// of the same feed, or SKUs of the shop, in the order of the codes. A code that
// is nobody's is left out.
func Named(tx tenant.Tx, i Item, codes []string) ([]Hit, error) {
	codes = codes[:min(len(codes), mostKin)]
	if len(codes) == 0 {
		return nil, nil
	}
	skus := make([]string, len(codes))
	for n, code := range codes {
		skus[n] = strings.ToLower(code)
	}
	found, err := hits(tx, `select i.*, l.snapshot_id, l.as_of from shop.item i join `+latest+` l on l.source_id = i.source_id
		where i.last_seq is null and ((i.source_id = ? and i.offer_id in ?) or i.sku in ?) order by i.available desc, i.id limit 200`,
		i.SourceID, codes, skus)
	if err != nil {
		return nil, err
	}
	var named []Hit
	for n, code := range codes {
		at := slices.IndexFunc(found, func(h Hit) bool {
			return h.OfferID == code && h.SourceID == i.SourceID || h.SKU == skus[n]
		})
		if at >= 0 && !slices.ContainsFunc(named, func(h Hit) bool { return h.ID == found[at].ID }) {
			named = append(named, found[at])
		}
	}
	return named, nil
}
