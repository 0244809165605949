package api_test

import (
	"maps"

	"switchboard/api/apitest"
)

func init() { //nolint:gochecknoinits // tables of a test, filled before any runs
	kinds["members"] = "member"
	maps.Copy(bodies, map[string]func(apitest.Goods) any{
		"transfer-desk-call": func(apitest.Goods) any {
			return map[string]any{"to": map[string]any{"kind": "tier", "tier": "consultant"}, "note": "knows tyres"}
		},
		"consult-desk-call": func(apitest.Goods) any {
			return map[string]any{"to": map[string]any{"kind": "outside", "phone": "8 921 000-00-77"}}
		},
		"park-desk-call": func(apitest.Goods) any { return map[string]any{"seconds": 30} },
		"set-transfer-rule": func(apitest.Goods) any {
			return map[string]any{
				"operators": true, "queues": true, "specialists": true, "outside": []any{"+7921"}, "email": "info@shop.test", "ring_s": 20, "queue_s": 60, "park_s": 120, "park_free": false,
			}
		},
		"set-member-phone": func(apitest.Goods) any { return map[string]any{"phone": "8 921 000-00-01"} },
	})
}
