package api_test

import (
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/apitest"
)

// kinds are the things that ids in paths are of, by the word before {id}.
var kinds = map[string]string{
	"calls": "call", "orders": "order", "tasks": "task", "scripts": "script", "items": "item", "sources": "source", "snapshots": "snapshot", "comments": "comment", "menus": "menu", "sounds": "sound", "members": "member", "queues": "queue", "numbers": "number",
	"operators": "operator", "alerts": "alert", "callbacks": "task",
	"receivers": "receiver", "api-keys": "api key", "deliveries": "delivery",
	"trunks": "trunk",
	"buyers": "buyer",
}

// pathKind returns the kind of thing that a path names, or "".
func pathKind(path string) string {
	before, _, named := strings.Cut(path, "/{id}")
	if !named {
		return ""
	}
	return kinds[before[strings.LastIndexByte(before, '/')+1:]]
}

// paramKind returns the kind of thing that a query parameter names, or "".
func paramKind(p *huma.Param) string {
	if p.Schema == nil || p.Schema.Format != "uuid" {
		return ""
	}
	return strings.TrimSuffix(p.Name, "_id")
}

// bodies are what operations that take one are sent: valid but for the ids that
// are replaced.
var bodies = map[string]func(apitest.Goods) any{
	"create-session": func(apitest.Goods) any {
		return map[string]any{"email": "nobody@test.example", "password": "x", "client": "api"}
	},
	"refresh-session":        func(apitest.Goods) any { return map[string]any{"refresh_token": "x"} },
	"delete-recording":       func(apitest.Goods) any { return map[string]any{"confirm": 1, "reason": "asked to"} },
	"destroy-recording-keys": func(apitest.Goods) any { return map[string]any{"confirm": "another"} },
	"set-supervision-policy": func(apitest.Goods) any { return map[string]any{"policy": "silent"} },
	"hold-recording":         func(apitest.Goods) any { return map[string]any{"reason": "case 7"} },
	"set-recording-policy":   func(apitest.Goods) any { return map[string]any{"retention_days": 90, "secret_seconds": 60} },
	"create-comment":         func(apitest.Goods) any { return map[string]any{"at_s": 7.5, "text": "well said"} },
	"note-searches": func(apitest.Goods) any {
		return map[string]any{"searches": []any{map[string]any{"text": "tyre", "found": true}}}
	},
	"create-order": func(g apitest.Goods) any {
		return map[string]any{"call_id": g["call"], "snapshot_id": g["snapshot"], "items": []any{map[string]any{"item_id": g["item"], "quantity": 1}}}
	},
	"done-task": func(g apitest.Goods) any { return map[string]any{"reason": "rang back", "call_id": g["call"]} },
	"save-source": func(apitest.Goods) any {
		return map[string]any{"url": "https://feeds.example/c.csv", "format": "csv", "every_s": 7200, "login": "b", "password": "secret"}
	},
	"send-feed":     func(apitest.Goods) any { return "{}" },
	"preview-file":  func(apitest.Goods) any { return "id;name;price" },
	"create-source": func(apitest.Goods) any { return map[string]any{"url": "https://feeds.example/b.yml"} },
	"create-script": func(apitest.Goods) any { return map[string]any{"name": "another", "source": apitest.Script} },
	"save-script": func(apitest.Goods) any {
		return map[string]any{"source": strings.ReplaceAll(apitest.Script, "слушаю", "рада слышать")}
	},
	"publish-script": func(apitest.Goods) any { return map[string]any{"note": "new"} },
	"step-walk":      func(apitest.Goods) any { return map[string]any{"answer": map[string]any{}} },
	"save-draft": func(apitest.Goods) any {
		return map[string]any{"revision": 1, "body": map[string]any{"note": "wants four"}}
	},
	"order-draft":     func(apitest.Goods) any { return map[string]any{"revision": 1} },
	"set-disposition": func(apitest.Goods) any { return map[string]any{"outcome": "other"} },
	"open-walk-card":  func(apitest.Goods) any { return map[string]any{"card": "1"} },
	"transfer-desk-call": func(apitest.Goods) any {
		return map[string]any{"to": map[string]any{"kind": "tier", "tier": "consultant"}, "note": "knows tyres"}
	},
	"consult-desk-call": func(apitest.Goods) any {
		return map[string]any{"to": map[string]any{"kind": "outside", "phone": "8 921 000-00-77"}}
	},
	"park-desk-call": func(apitest.Goods) any { return map[string]any{"seconds": 30} },
	"set-transfer-rule": func(apitest.Goods) any {
		return map[string]any{"operators": true, "queues": true, "specialists": true, "outside": []any{"+7921"}, "email": "info@shop.test", "ring_s": 20, "queue_s": 60, "park_s": 120, "park_free": false}
	},
	"set-member-phone": func(apitest.Goods) any { return map[string]any{"phone": "8 921 000-00-01"} },
	"pause-desk":       func(apitest.Goods) any { return map[string]any{"reason": "lunch"} },
	"supervise-call":   func(apitest.Goods) any { return map[string]any{"mode": "listen"} },
	"pause-operator":   func(apitest.Goods) any { return map[string]any{"reason": "training"} },
	"create-menu":      func(apitest.Goods) any { return map[string]any{"name": "night", "source": "start: a"} },
	"save-menu": func(apitest.Goods) any {
		return map[string]any{"source": strings.ReplaceAll(apitest.Menu, "заказ", "заказы")}
	},
	"publish-menu":   func(apitest.Goods) any { return map[string]any{"note": "new"} },
	"restore-menu":   func(apitest.Goods) any { return map[string]any{"version": 1} },
	"restore-script": func(apitest.Goods) any { return map[string]any{"version": 1} },
	"try-menu": func(apitest.Goods) any {
		return map[string]any{"source": apitest.Menu, "steps": []string{"1", "listen"}}
	},
	"create-sound": func(apitest.Goods) any { return "no sound" },
	"set-voice":    func(apitest.Goods) any { return map[string]any{"greeting_text": "Шины.", "away_seconds": 60} },
	"speak-voice":  func(apitest.Goods) any { return map[string]any{"text": "Шины."} },
	"set-queue-voice": func(g apitest.Goods) any {
		return map[string]any{"menu_id": g["menu"], "announce_s": 30, "offers_callback": true, "music_id": g["sound"]}
	},
	"set-number-voice": func(g apitest.Goods) any { return map[string]any{"menu_id": g["menu"]} },
	"create-trunk": func(apitest.Goods) any {
		return map[string]any{"name": "another", "from": []any{"198.51.100.0/24"}, "outbound": "sip:198.51.100.1", "reliable": true, "ping": true}
	},
	"save-trunk": func(apitest.Goods) any {
		return map[string]any{"name": "changed", "from": []any{"198.51.101.0/24"}, "outbound": "sip:198.51.101.1", "reliable": true, "ping": true}
	},
	"set-freshness": func(apitest.Goods) any {
		return map[string]any{"price_s": 600, "stock_s": 300, "delivery_s": 86400}
	},
	"set-outgoing-limits": func(apitest.Goods) any {
		return map[string]any{"enabled": true, "countries": []string{"KZ"}, "calls_per_hour": 7, "operator_calls_per_hour": 7, "minutes_per_day": 7,
			"spend_per_hour": 700, "spend_per_day": 700, "at_once": 7}
	},
	"create-api-key": func(apitest.Goods) any { return map[string]any{"name": "crm", "scopes": []string{"orders:read"}} },
	"save-buyer": func(apitest.Goods) any {
		return map[string]any{"phones": []string{"+79215550144", "8 921 000-00-55"}, "name": "Сергей", "address": "", "note": "", "segments": []string{"опт"}}
	},
	"block-buyer": func(apitest.Goods) any { return map[string]any{"reason": "took nothing"} },
	"merge-buyer": func(g apitest.Goods) any {
		return map[string]any{"duplicate_id": g["other buyer"], "confirm": "+79215550145"}
	},
	"note-consent": func(apitest.Goods) any {
		return map[string]any{"purpose": "advertising", "given": true, "source": "call"}
	},
	"erase-buyer": func(apitest.Goods) any { return map[string]any{"confirm": "+79215550144"} },
	"import-buyers": func(apitest.Goods) any {
		return map[string]any{"file": []byte("phone,name\n+79215550199,Olga\n"), "apply": true}
	},
	"set-callback-rule": func(apitest.Goods) any {
		return map[string]any{"attempts": 2, "busy_s": 900, "silent_s": 3600, "ring_s": 25, "hours": map[string]any{"mon": []string{"10:00-18:00"}}}
	},
	"set-outgoing-script": func(g apitest.Goods) any { return map[string]any{"script_id": g["script"]} },
	"pardon-address":      func(apitest.Goods) any { return map[string]any{"address": "192.0.2.66"} },
	"create-receiver": func(apitest.Goods) any {
		return map[string]any{"name": "crm", "form": "standard", "url": "https://127.0.0.1:9/hook", "events": []string{"call.ended"}, "personal": true}
	},
	"save-receiver": func(apitest.Goods) any {
		return map[string]any{"name": "shop", "form": "standard", "url": "https://127.0.0.1:9/other", "events": []string{"call.lost"}, "personal": true}
	},
	"rotate-receiver": func(apitest.Goods) any { return map[string]any{"overlap_hours": 24} },
	"replay-receiver": func(apitest.Goods) any {
		return map[string]any{"from": "2026-11-01T00:00:00Z", "to": "2100-01-01T00:00:00Z", "taken": true}
	},
}

// queries are the parameters that operations cannot do without.
var queries = map[string]func(apitest.Goods) string{
	"export-billing": func(apitest.Goods) string { return "?from=2026-11-01&to=2026-12-01" },
	"list-topics":    func(apitest.Goods) string { return "?from=2026-11-01&to=2026-11-30" },
	"export-topics":  func(apitest.Goods) string { return "?from=2026-11-01&to=2026-11-30" },
	"count-billing":  func(apitest.Goods) string { return "?from=2026-11-01&to=2026-12-01" },
	"report-answers": func(apitest.Goods) string { return "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z" },
	"export-answers": func(apitest.Goods) string { return "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z" },
	"get-summary":    func(apitest.Goods) string { return "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z" },
	"compare-items": func(g apitest.Goods) string {
		return "?item_id=" + g["item"].String() + "&item_id=" + g["other item"].String()
	},
	"create-sound":  func(apitest.Goods) string { return "?name=jingle" },
	"preview-file":  func(apitest.Goods) string { return "?format=csv" },
	"preview-table": func(apitest.Goods) string { return "?format=csv&url=http://127.0.0.1:1/a.csv" },
	"delete-sound":  func(apitest.Goods) string { return "?confirm=jingle" },
}

// headers are those that operations cannot do without.
var headers = map[string]map[string]string{"save-script": {"If-Match": `"1"`}, "save-menu": {"If-Match": `"1"`}, "save-buyer": {"If-Match": `"1"`}}

// plainRequest makes the request of an operation for some goods. An operation
// that takes a body must have one in bodies.
func plainRequest(t *testing.T, op *huma.Operation) func(apitest.Goods) request {
	t.Helper()
	body := bodies[op.OperationID]
	if op.RequestBody != nil && body == nil {
		t.Fatalf("%s takes a body: write down one", op.OperationID)
	}
	kind := pathKind(op.Path)
	if strings.Contains(op.Path, "{") && kind == "" {
		t.Fatalf("%s names something of no known kind", op.Path)
	}
	return func(g apitest.Goods) request {
		r := request{method: op.Method, header: headers[op.OperationID], path: strings.ReplaceAll(op.Path, "{id}", g[kind].String())}
		if query := queries[op.OperationID]; query != nil {
			r.path += query(g)
		}
		if body != nil {
			r.body = body(g)
		}
		return r
	}
}
