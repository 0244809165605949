package main

import (
	"go/ast"
	"go/parser"
	"slices"
	"strings"
	"testing"
)

// may lists, for each package, the packages of ours that it may import. A
// package that is not here may not exist. The kinds of room are grouped as on
// the map of ARCHITECTURE.md: leaves, kernel, domain, pure cores, processes.
var may = map[string][]string{
	// leaves
	"tenant/fault":   {},
	"billing/money":  {},
	"telephony/e164": {},
	"tenant/fresh":   {},

	// the pure cores of telephony
	"telephony/acd":  {},
	"telephony/call": {},
	"telephony/menu": {},
	"telephony/wait": {},
	// whom a shop may call
	"telephony/destination": {"telephony/e164"},

	// what is known, in words that can be spoken
	"telephony/say": {"billing/money", "telephony/e164"},

	// what-if, on the same core
	"telephony/simulate": {"telephony/acd"},

	// telephone signalling: SIP
	"telephony/trace":             {},
	"telephony/sipua/wire":        {},
	"telephony/sipua/guard":       {"telephony/sipua/wire"},
	"telephony/sipua/ban":         {},
	"telephony/sipua/digest":      {},
	"telephony/sipua/scanner":     {"telephony/sipua/wire"},
	"telephony/sipua/life":        {},
	"telephony/sipua/certificate": {},
	"telephony/sipua":             {"telephony/sipua/ban", "telephony/sipua/digest", "telephony/sipua/guard", "telephony/sipua/life", "telephony/sipua/scanner", "telephony/sipua/wire", "telephony/trace"},

	// calls to and from the telephone network
	"telephony/trunk/form":    {},
	"telephony/trunk/pick":    {},
	"telephony/trunk/locate":  {},
	"telephony/trunk/dnstest": {},
	"telephony/trunk": {
		"telephony/directory", "telephony/e164", "telephony/sipua", "telephony/sipua/digest", "telephony/trunk/form", "telephony/trunk/locate", "telephony/trunk/pick",
		"tenant", "tenant/outgoing", "tenant/seal",
	},

	// telephone audio
	"telephony/media":           {"telephony/media/emodel", "telephony/media/g711", "telephony/media/g722", "telephony/media/wav", "telephony/sdp"},
	"telephony/media/g711":      {},
	"telephony/media/g722":      {"telephony/media/g711"},
	"telephony/media/emodel":    {},
	"telephony/media/jitter":    {"telephony/media"},
	"telephony/media/prompt":    {"telephony/media"},
	"telephony/media/recording": {"telephony/media", "telephony/media/g711", "telephony/media/wav", "tenant/sealed", "tenant/sound"},
	"telephony/media/speech":    {"telephony/media", "telephony/media/g711", "telephony/media/wav"},
	"telephony/media/mix":       {"telephony/media", "telephony/media/g711", "telephony/media/jitter"},
	"telephony/media/tone":      {},
	"telephony/media/wav":       {"telephony/media/g711"},
	"telephony/sdp":             {"telephony/media/g711"},

	// money: what a call costs
	"billing/rating": {"billing/money"},
	"billing/plan":   {"billing/money", "billing/rating", "tenant", "tenant/fault"},
	"billing/rate":   {"billing/money", "billing/plan", "billing/rating", "tenant/fault"},
	"billing/ledger": {"billing/money", "billing/plan", "billing/rating", "tenant", "tenant/cdr", "tenant/fault"},
	"billing/bill":   {"billing/money", "billing/rating", "tenant"},
	"billing/export": {"billing/money", "billing/plan", "billing/rating", "tenant", "tenant/fault"},

	// scripts, catalogues and the demo's two shops
	"tenant/edition":            {"tenant", "tenant/fault"},
	"tenant/script":             {"tenant", "tenant/edition", "tenant/fault", "tenant/fresh", "tenant/said", "tenant/script/graph", "tenant/script/walk"},
	"tenant/script/graph":       {"tenant/fault"},
	"tenant/script/walk":        {"billing/money", "telephony/e164", "tenant/fault", "tenant/fresh", "tenant/script/graph"},
	"tenant/clip":               {"telephony/media/g711", "telephony/media/wav", "tenant", "tenant/fault", "tenant/menu"},
	"tenant/menu":               {"telephony/e164", "telephony/menu", "tenant", "tenant/edition", "tenant/fault"},
	"tenant/catalogue":          {"tenant", "tenant/catalogue/feed", "tenant/catalogue/fetch", "tenant/catalogue/term", "tenant/fault", "tenant/fresh", "tenant/outbox", "tenant/seal"},
	"tenant/catalogue/term":     {},
	"tenant/asked":              {"tenant", "tenant/catalogue/term", "tenant/fault"},
	"tenant/catalogue/feed":     {"billing/money", "tenant/fault"},
	"tenant/catalogue/fetch":    {"tenant/fault"},
	"tenant/catalogue/feedtest": {},
	"demo/data":                 {},
	"demo":                      {"telephony/media", "telephony/media/g711", "telephony/sdp", "telephony/sipua"},
	"seed": {
		"billing/money", "billing/plan", "billing/wage", "tenant", "tenant/account", "tenant/catalogue", "tenant/catalogue/feed", "tenant/catalogue/fetch", "tenant/fault",
		"tenant/hours", "tenant/menu", "tenant/move", "tenant/outgoing", "tenant/script", "tenant/script/graph",
		"telephony/trunk/form", "tenant/seal", "tenant/trunk",
	},
	"tenant/hours":       {},
	"tenant/supervision": {"tenant"},
	"tenant/move":        {"telephony/e164", "tenant", "tenant/fault"},
	"tenant/gist":        {"billing/money", "tenant", "tenant/draft", "tenant/fault", "tenant/script", "tenant/script/walk"},
	"tenant/seal":        {},
	// what a shop's own systems are told
	"tenant/hook":      {"tenant", "tenant/fault", "tenant/hook/body", "tenant/hook/sign", "tenant/page", "tenant/seal"},
	"tenant/hook/body": {"telephony/e164", "tenant", "tenant/catalogue", "tenant/cdr", "tenant/fault", "tenant/order", "tenant/page", "tenant/task"},
	"tenant/hook/sign": {},
	"tenant/apikey":    {"tenant", "tenant/fault"},
	"api/apikeys":      {"api/session", "api/web", "tenant", "tenant/apikey"},
	"worker/hook":      {"tenant", "tenant/alert", "tenant/catalogue/fetch", "tenant/fault", "tenant/hook", "tenant/hook/body", "tenant/hook/sign", "tenant/seal"},
	"api/receivers":    {"api/session", "api/web", "tenant", "tenant/catalogue/fetch", "tenant/fault", "tenant/hook", "tenant/hook/body", "tenant/page", "tenant/seal"},
	"tenant/trunk":     {"telephony/trunk/form", "tenant", "tenant/fault", "tenant/seal"},

	// the one binary: it mounts the processes, and nobody imports it
	".": {
		"api", "billing/rate", "demo", "demo/data", "deploy/embedded", "frontend", "migrations", "seed", "telephony", "telephony/command",
		"telephony/simulate", "telephony/switchd", "tenant", "tenant/catalogue", "tenant/catalogue/fetch", "tenant/depot", "tenant/fault", "tenant/keyring", "tenant/live",
		"tenant/cdr", "tenant/recording", "tenant/seal", "tenant/task", "worker", "worker/voicemail",
	},

	// the kernel, its schema and its test world
	"migrations":        {},
	"tenant":            {"tenant/fault"},
	"tenant/tenanttest": {"deploy/embedded", "migrations", "tenant"},

	// who may log in, and where
	"tenant/account": {"tenant", "tenant/fault"},
	"tenant/member":  {"tenant", "tenant/fault"},

	// telephony: the live room and what it is told and tells
	"telephony/command":   {"telephony/trace", "tenant/fault"},
	"telephony/control":   {"telephony/command", "telephony/trace", "tenant/fault"},
	"telephony/gate":      {"telephony/destination", "telephony/directory", "telephony/e164", "tenant", "tenant/fault", "tenant/outgoing"},
	"telephony/directory": {"telephony/e164", "telephony/menu", "telephony/trunk/form", "tenant", "tenant/hours", "tenant/move"},
	"telephony/journal":   {"tenant", "tenant/cdr", "tenant/keyring", "tenant/outbox", "tenant/sealed", "tenant/task"},
	"telephony/presence":  {"tenant"},
	"telephony/line": {
		"telephony/acd", "telephony/call", "telephony/command", "telephony/directory", "telephony/e164", "telephony/journal", "telephony/media", "telephony/media/g711", "telephony/media/mix",
		"telephony/media/prompt", "telephony/media/recording", "telephony/media/tone", "telephony/menu", "telephony/sdp", "telephony/sipua", "telephony/switchd", "telephony/trace",
		"telephony/webleg", "tenant", "tenant/cdr", "tenant/fault", "tenant/move",
	},
	"telephony": {
		"telephony/acd", "telephony/call", "telephony/command", "telephony/control", "telephony/directory", "telephony/gate", "telephony/journal", "telephony/line", "telephony/e164", "telephony/trace", "telephony/media",
		"telephony/media/g711", "telephony/media/prompt", "telephony/media/recording", "telephony/media/speech", "telephony/menu", "telephony/presence", "telephony/say", "telephony/sdp", "telephony/sipua", "telephony/sipua/certificate", "telephony/switchd", "telephony/trunk", "telephony/webleg",
		"telephony/trunk/locate", "tenant", "tenant/alarm", "tenant/alert", "tenant/cdr", "tenant/fault", "tenant/gist", "tenant/keyring", "tenant/move", "tenant/order", "tenant/outgoing", "tenant/script", "tenant/seal", "tenant/task", "tenant/ticket",
	},
	"telephony/webleg":      {"telephony/acd", "telephony/media", "telephony/media/g711", "telephony/sdp", "telephony/webleg/lite"},
	"telephony/webleg/lite": {"telephony/media/g711"},
	"telephony/switchd": {
		"telephony/acd", "telephony/call", "telephony/command", "telephony/directory", "telephony/e164", "telephony/journal", "telephony/menu", "telephony/wait",
		"tenant/cdr", "tenant/fault", "tenant/keyring", "tenant/move", "tenant/sealed", "tenant/task",
	},

	// recordings: the sealed file, its keys, how it sounds, where it is kept, what becomes of it; and what is amiss
	"tenant/sealed":          {},
	"tenant/keyring":         {"tenant", "tenant/fault", "tenant/sealed"},
	"tenant/sound":           {},
	"tenant/depot":           {},
	"tenant/depot/depottest": {},
	"tenant/recording":       {"tenant", "tenant/cdr", "tenant/depot", "tenant/fault", "tenant/keyring", "tenant/sealed", "tenant/sound"},
	"tenant/alarm":           {"tenant"},

	// calls as a shop reads them, the work that is owed for them, what was bought
	"tenant/page":   {"tenant/fault"},
	"tenant/outbox": {"tenant"},
	"tenant/cdr":    {"telephony/e164", "tenant", "tenant/fault", "tenant/outbox", "tenant/page", "tenant/task"},
	"tenant/buyer":  {"telephony/e164", "tenant", "tenant/fault", "tenant/page", "tenant/sheet"},
	"tenant/sheet":  {"tenant/fault"},
	// all that is kept of a buyer
	"tenant/dossier": {"tenant", "tenant/buyer", "tenant/fault", "tenant/recording"},
	"tenant/said":    {"tenant"},
	"tenant/order":   {"billing/money", "telephony/e164", "tenant", "tenant/buyer", "tenant/fault", "tenant/page", "tenant/said"},
	"tenant/live":    {"tenant"},

	// what calls out cost, what was unusual
	"tenant/alert":    {"tenant", "tenant/fault", "tenant/page"},
	"tenant/outgoing": {"telephony/destination", "telephony/e164", "tenant", "tenant/fault"},

	// an operator's desk: who may open it, what is typed in a call, what came of it, a day of calls, what it earns
	"tenant/ticket":      {"tenant", "tenant/fault"},
	"tenant/draft":       {"billing/money", "tenant", "tenant/catalogue", "tenant/fault", "tenant/order"},
	"tenant/disposition": {"tenant", "tenant/fault", "tenant/script", "tenant/script/graph", "tenant/task"},
	"tenant/shift":       {"tenant", "tenant/page"},
	"billing/wage":       {"billing/money", "tenant"},

	"tenant/task": {"telephony/e164", "tenant", "tenant/fault", "tenant/hours", "tenant/outbox", "tenant/page"},

	// what a shop makes of its calls: what they add up to, how they look, what it says of them
	"tenant/summary": {"tenant"},
	"tenant/comment": {"tenant", "tenant/fault"},
	"tenant/wave":    {"telephony/media/g711"},
	"tenant/quality": {"tenant"},

	// the process for browsers and integrations: one package a resource
	"api": {
		"api/apikeys", "api/asked", "api/buyers", "api/calls", "api/catalogue", "api/comments", "api/desk", "api/docs", "api/events", "api/exchange",
		"api/exports", "api/floor", "api/lostcalls", "api/members", "api/menus", "api/numbers",
		"api/once", "api/operators", "api/orders", "api/outgoing", "api/queues", "api/receivers", "api/recordings", "api/scripts", "api/security", "api/session",
		"api/shops", "api/sounds", "api/summary", "api/tasks", "api/traces", "api/trunks", "api/voice", "api/walks", "api/web",
		"tenant", "tenant/alarm", "tenant/catalogue/fetch", "tenant/fault", "tenant/live", "tenant/recording", "tenant/seal",
	},
	"api/buyers":  {"api/session", "api/web", "telephony/e164", "tenant", "tenant/buyer", "tenant/cdr", "tenant/dossier", "tenant/fault", "tenant/page"},
	"api/apitest": {"api", "deploy/embedded", "telephony/command", "telephony/trace", "tenant", "tenant/account", "tenant/catalogue/fetch", "tenant/depot", "tenant/fault", "tenant/keyring", "tenant/recording", "tenant/script", "tenant/seal", "tenant/tenanttest"},
	"api/calls": {
		"api/orders", "api/session", "api/web", "billing/bill", "telephony/e164", "tenant", "tenant/apikey",
		"telephony/media/g711", "tenant/buyer", "tenant/cdr", "tenant/fault", "tenant/order", "tenant/page", "tenant/quality", "tenant/recording", "tenant/wave",
	},
	"api/asked":     {"api/session", "api/web", "billing/export", "tenant", "tenant/asked"},
	"api/exchange":  {"tenant", "tenant/catalogue", "tenant/fault", "tenant/seal"},
	"api/catalogue": {"api/once", "api/session", "api/web", "tenant", "tenant/apikey", "tenant/catalogue", "tenant/catalogue/feed", "tenant/catalogue/fetch", "tenant/fault", "tenant/fresh", "tenant/said", "tenant/seal"},
	"api/desk": {
		"api/once", "api/orders", "api/session", "api/web", "billing/money", "billing/wage", "telephony/command", "telephony/e164", "tenant", "tenant/cdr",
		"tenant/disposition", "tenant/draft", "tenant/fault", "tenant/live", "tenant/order", "tenant/page", "tenant/script", "tenant/script/walk", "tenant/shift",
		"tenant/ticket", "tenant/account", "tenant/hours", "tenant/task",
	},
	"api/comments":  {"api/once", "api/session", "api/web", "tenant", "tenant/account", "tenant/cdr", "tenant/comment"},
	"api/docs":      {},
	"api/events":    {"api/session", "api/web", "tenant", "tenant/fault", "tenant/live"},
	"api/exports":   {"api/session", "api/web", "billing/export", "billing/plan", "tenant", "tenant/fault"},
	"api/floor":     {"api/session", "api/web", "telephony/command", "telephony/e164", "tenant", "tenant/account", "tenant/fault", "tenant/live", "tenant/quality", "tenant/ticket"},
	"api/lostcalls": {"api/session", "api/web", "telephony/e164", "tenant", "tenant/apikey", "tenant/cdr", "tenant/fault", "tenant/page", "tenant/task"},
	"api/members":   {"api/session", "api/web", "tenant", "tenant/account", "tenant/member", "telephony/e164", "tenant/fault", "tenant/move"},
	"api/menus":     {"api/editions", "api/session", "api/web", "telephony/menu", "tenant", "tenant/menu"},
	"api/editions":  {"api/once", "api/session", "api/web", "tenant", "tenant/edition", "tenant/fault"},
	"api/sounds":    {"api/session", "api/web", "tenant", "tenant/clip"},
	"api/voice":     {"api/session", "api/web", "tenant", "tenant/fault"},
	"api/numbers":   {"api/session", "api/web", "tenant"},
	"api/once":      {"api/session", "api/web", "tenant", "tenant/fault"},
	"api/operators": {"api/session", "api/web", "tenant", "tenant/account", "tenant/cdr"},
	"api/orders":    {"api/once", "api/session", "api/web", "tenant", "tenant/apikey", "tenant/fault", "tenant/live", "tenant/order", "tenant/page"},
	"api/queues":    {"api/session", "api/web", "tenant", "tenant/fault"},
	"api/scripts":   {"api/editions", "api/session", "tenant/script"},
	"api/session":   {"api/web", "tenant", "tenant/apikey", "tenant/account", "tenant/fault"},
	"api/shops":     {"api/session", "api/web", "tenant", "tenant/page", "tenant/move", "tenant/supervision"},
	"api/summary":   {"api/session", "api/web", "tenant", "tenant/fault", "tenant/summary"},
	"api/tasks":     {"api/session", "api/web", "telephony/e164", "tenant", "tenant/cdr", "tenant/live", "tenant/page", "tenant/task"},
	"api/outgoing":  {"api/session", "api/web", "tenant", "tenant/outgoing"},
	"api/security":  {"api/session", "api/web", "telephony/command", "tenant", "tenant/alert", "tenant/fault", "tenant/page"},
	"api/traces":    {"api/session", "api/web", "telephony/trace", "tenant", "tenant/cdr", "tenant/fault"},
	"api/trunks":    {"api/session", "api/web", "telephony/trunk/form", "tenant", "tenant/seal", "tenant/trunk"},
	"api/walks":     {"api/once", "api/session", "api/web", "tenant", "tenant/catalogue", "tenant/fault", "tenant/script", "tenant/script/walk"},
	"api/web":       {"tenant/fault", "tenant/page"},

	// what becomes of recordings
	"api/recordings": {"api/session", "api/web", "tenant", "tenant/keyring", "tenant/recording"},

	// what may wait
	"worker": {"tenant", "tenant/catalogue", "tenant/catalogue/fetch", "tenant/cdr", "tenant/live", "tenant/recording", "tenant/seal", "tenant/task",
		"worker/feed", "worker/hook", "worker/job", "worker/keep", "worker/rate", "worker/reap", "worker/recall", "worker/sweep", "worker/voicemail", "worker/watch"},
	"worker/job":       {"tenant", "tenant/outbox"},
	"worker/feed":      {"tenant", "tenant/catalogue", "tenant/fault", "tenant/live"},
	"worker/rate":      {"billing/ledger", "tenant", "tenant/cdr", "tenant/live"},
	"worker/reap":      {"tenant", "tenant/cdr", "tenant/live"},
	"worker/keep":      {"tenant", "tenant/alarm", "tenant/depot", "tenant/keyring", "tenant/recording"},
	"worker/recall":    {"tenant", "tenant/fault", "tenant/live", "tenant/task"},
	"worker/watch":     {"tenant", "tenant/alert", "tenant/live"},
	"worker/sweep":     {"tenant", "tenant/catalogue", "tenant/cdr", "tenant/hook", "tenant/outbox", "tenant/task"},
	"worker/voicemail": {"tenant", "tenant/fault", "tenant/live", "tenant/task"},

	// what is measured: telephones, the programs beside them, the figures
	"bench/gen":    {"telephony/media/g711"},
	"bench/rig":    {"deploy/embedded", "migrations"},
	"bench/chrome": {},
	"bench/load":   {"bench/chrome", "bench/gen", "bench/rig"},

	// engines for whoever has none, and the files of the frontend
	"deploy/embedded": {},
	"frontend":        {},
}

// pure packages decide and do nothing else.
var pure = []string{
	"billing/money", "billing/rating",
	"telephony/acd", "telephony/call", "telephony/destination", "telephony/menu", "telephony/wait",
	"telephony/e164", "telephony/say", "telephony/sipua/life",
	"telephony/media/emodel", "telephony/media/g711", "telephony/media/tone", "telephony/trunk/form", "telephony/trunk/pick",
	"tenant/catalogue/term", "tenant/fresh", "tenant/script/graph", "tenant/script/walk",
}

// exact packages also hold no floating-point number.
var exact = []string{
	"billing/money", "billing/rating",
	"telephony/acd", "telephony/call", "telephony/destination", "telephony/menu", "telephony/wait", "telephony/say", "telephony/trunk/form", "telephony/trunk/pick",
	"tenant/script/graph", "tenant/script/walk",
}

// harmless is the calculating part of the standard library.
var harmless = []string{
	"cmp", "container/heap", "embed", "errors", "fmt", "iter", "maps", "math", "math/big", "math/bits",
	"hash/fnv", "slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8",
}

// clock is what in package time reads the clock, waits or loads a zone.
var clock = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
	"Local", "LoadLocation", "LoadLocationFromTZData",
}

// TestPureIsPure finds what an import list cannot: a clock read, a goroutine,
// a channel, a float where sums must be exact.
func TestPureIsPure(t *testing.T) {
	files(t, 0, func(pkg, file string, f *ast.File) {
		if !slices.Contains(pure, pkg) {
			return
		}
		noFloat := slices.Contains(exact, pkg)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType:
				t.Errorf("%s: goroutine or channel in a pure package", file)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
					t.Errorf("%s: time.%s in a pure package: take it as an argument", file, n.Sel.Name)
				}
			case *ast.Ident:
				if noFloat && (n.Name == "float64" || n.Name == "float32") {
					t.Errorf("%s: %s where numbers must be exact", file, n.Name)
				}
			}
			return true
		})
	})
}

func TestImportsPointDown(t *testing.T) {
	seen := map[string]bool{}
	files(t, parser.ImportsOnly, func(pkg, file string, f *ast.File) {
		seen[pkg] = true
		allowed, known := may[pkg]
		if !known {
			t.Errorf("%s is not on the map: say what it may import", pkg)
		}
		for _, spec := range f.Imports {
			imp := strings.Trim(spec.Path.Value, `"`)
			dep, ours := strings.CutPrefix(imp, "switchboard/")
			switch {
			case ours && !slices.Contains(allowed, dep):
				t.Errorf("%s: %s may not import %s", file, pkg, dep)
			case !ours && slices.Contains(pure, pkg) && !slices.Contains(harmless, imp):
				t.Errorf("%s: %s is pure and may not import %s", file, pkg, imp)
			}
		}
	})
	for pkg, deps := range may {
		if !seen[pkg] {
			t.Errorf("%s is on the map but does not exist", pkg)
		}
		for _, dep := range deps {
			if processOf(pkg) != "" && processOf(dep) != "" && processOf(pkg) != processOf(dep) && dep != "telephony/command" && !leaf(dep) {
				t.Errorf("%s may import %s: processes never import each other", pkg, dep)
			}
		}
	}
}

// processOf returns the process that a package belongs to, or "".
func processOf(pkg string) string {
	room, _, _ := strings.Cut(pkg, "/")
	if slices.Contains([]string{"api", "telephony", "worker"}, room) {
		return room
	}
	return ""
}

// leaf reports whether pkg imports nothing of ours.
func leaf(pkg string) bool { return len(may[pkg]) == 0 }
