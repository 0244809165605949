package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api"
	"switchboard/api/apitest"
	"switchboard/api/session"
	"switchboard/tenant/tenanttest"
)

// TestNothingOfAnotherShopIsReached walks the contract. Every operation is asked
// with every id of shop a that it takes - in its path, as a parameter, in its
// body, as the shop that it names - by nobody, by the owner of shop b, and by
// operators. A foreign thing must look like one that does not exist, and nothing
// of shop a may change.
func TestNothingOfAnotherShopIsReached(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before := s.w.Print(t, s.w.A)
	for _, op := range operationsOf(api.Contract()) {
		probes := s.probes(t, op)
		if len(probes) == 0 {
			t.Errorf("%s is not exercised", op.OperationID)
		}
		for _, p := range probes {
			s.attack(t, op, p)
		}
		if after := s.w.Print(t, s.w.A); after != before {
			t.Fatalf("%s changed shop a:\n%s\nit was\n%s", op.OperationID, after, before)
		}
	}
	for _, o := range s.w.Phones.Orders() {
		if o.Call != uuid.Nil && o.Call != s.own["call"] {
			t.Errorf("the switch was asked to %s call %s", o.Verb, o.Call)
		}
	}
}

// siege is a world where shop b and operators try to reach shop a.
type siege struct {
	w                     *apitest.World
	own, foreign, unknown apitest.Goods
	people                []person
	olga                  person // an operator who does not serve shop a
}

// served are operations that show operators something of every shop that they
// serve: olga, who does not, asks them.
var served = []string{"list-desk-callbacks", "call-desk-callback"}

// asking returns who asks an operation: those to whom shop a is none of theirs.
func (s siege) asking(op *huma.Operation) []person {
	if !slices.Contains(served, op.OperationID) {
		return s.people
	}
	return append(slices.DeleteFunc(slices.Clone(s.people), func(p person) bool { return slices.Contains(p.roles, session.Operator) }), s.olga)
}

type person struct {
	name   string
	roles  []session.Role
	client apitest.Client
}

func besiege(t *testing.T) siege {
	t.Helper()
	w := apitest.Open(t)
	boris, vera := w.AddOperator(t, "boris", w.A, w.B), w.AddOperator(t, "vera", w.A, w.B)
	w.AddOperator(t, "anna", w.A, w.B)
	w.AddOperator(t, "olga", w.B)
	w.GivePasswords(t)
	s := siege{w: w, foreign: w.Fill(t, w.A, vera), own: w.Fill(t, w.B, boris)}
	s.unknown = s.foreign.Unknown()
	w.Hold(t, w.B, boris, s.own["call"])
	s.people = []person{
		{"nobody", nil, w.Anonymous()},
		{"the owner of shop b", []session.Role{session.Owner}, w.Owner(t, w.B)},
		{"an operator without a call", []session.Role{session.Operator}, w.SignIn(t, "anna@floor.test.example")},
		{"an operator in a call of shop b", []session.Role{session.Operator}, w.SignIn(t, "boris@floor.test.example")},
	}
	s.olga = person{"an operator who does not serve shop a", []session.Role{session.Operator}, w.SignIn(t, "olga@floor.test.example")}
	return s
}

// probe is one request, with the goods that it names replaced.
type probe struct {
	what  string
	named string // the kind of thing that is foreign; "": none
	where string // path, query or body
	build func(apitest.Goods) request
}

type request struct {
	method, path string
	body         any
	header       map[string]string
}

// operationsOf lists the contract in the order of its paths.
func operationsOf(contract *huma.OpenAPI) (ops []*huma.Operation) {
	for _, p := range contract.Paths {
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if op != nil {
				ops = append(ops, op)
			}
		}
	}
	slices.SortFunc(ops, func(a, b *huma.Operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return ops
}

// probes returns every way in which op can name a thing, and for one that names
// none the plain request.
func (s siege) probes(t *testing.T, op *huma.Operation) (all []probe) {
	t.Helper()
	plain := plainRequest(t, op)
	if kind := pathKind(op.Path); kind != "" {
		all = append(all, probe{"its path", kind, "path", plain})
	}
	for _, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		if kind := paramKind(p); kind != "" {
			all = append(all, probe{"?" + p.Name, kind, "query", func(g apitest.Goods) request {
				r := plain(s.own.With(kind, g))
				return request{r.method, withQuery(r.path, p.Name, g[kind].String()), r.body, r.header}
			}})
		}
	}
	if query := queries[op.OperationID]; query != nil {
		for kind := range s.own {
			if strings.Contains(query(s.foreign), s.foreign[kind].String()) {
				all = append(all, probe{"its parameters", kind, "query", plain})
			}
		}
	}
	if hasShop(op) {
		all = append(all, probe{"?shop by slug", "shop", "query", func(g apitest.Goods) request {
			r := plain(s.own)
			return request{r.method, withQuery(r.path, "shop", s.slug(g["shop"])), r.body, r.header}
		}})
	}
	for kind := range s.own {
		if strings.Contains(jsonOf(t, plain(s.foreign).body), s.foreign[kind].String()) {
			all = append(all, probe{"its body", kind, "body", plain})
		}
	}
	if len(all) == 0 || !strings.Contains(op.Path, "{") {
		all = append(all, probe{"nothing", "", "", plain})
	}
	return all
}

// slug returns the slug of a shop, and for no shop one that nobody has.
func (s siege) slug(shop uuid.UUID) string {
	switch shop {
	case s.w.A.ID.UUID():
		return s.w.A.Slug
	case s.w.B.ID.UUID():
		return s.w.B.Slug
	}
	return "shop-z"
}

// attack asks as everybody, for the foreign thing and for one that is not there.
func (s siege) attack(t *testing.T, op *huma.Operation, p probe) {
	t.Helper()
	for _, who := range s.asking(op) {
		if p.named == "" {
			s.harmless(t, op, p, who)
			continue
		}
		foreign := p.build(s.own.With(p.named, s.foreign)).by(t, who)
		unknown := p.build(s.own.With(p.named, s.unknown)).by(t, who)
		what := fmt.Sprintf("%s by %s with a foreign %s in %s", op.OperationID, who.name, p.named, p.what)
		if foreign.Status != unknown.Status || s.faceless(foreign) != s.faceless(unknown) {
			t.Errorf("%s: %d %s\nbut one that does not exist: %d %s", what, foreign.Status, s.faceless(foreign), unknown.Status, s.faceless(unknown))
		}
		if !slices.Contains(expected(op, p, who), foreign.Status) {
			t.Errorf("%s: %d, want one of %v: %s", what, foreign.Status, expected(op, p, who), foreign.Body)
		}
		s.clean(t, what, foreign)
	}
}

// expected are the statuses that a request for a foreign thing may have.
func expected(op *huma.Operation, p probe, who person) []int {
	switch {
	case who.roles == nil:
		return []int{http.StatusUnauthorized}
	case !allowed(op, who) && (p.where == "path" || p.named == "shop" || strings.Contains(op.Path, "{")):
		return []int{http.StatusNotFound}
	case !allowed(op, who):
		return []int{http.StatusForbidden} // whatever is named
	case p.where == "query" && p.named != "shop" && p.named != "call":
		return []int{http.StatusOK, http.StatusNotFound} // a filter that finds nothing
	case p.where == "body" && (p.named == "item" || p.named == "snapshot"):
		return []int{http.StatusUnprocessableEntity, http.StatusNotFound} // is not in the shop's catalogue
	}
	return []int{http.StatusNotFound}
}

func allowed(op *huma.Operation, who person) bool {
	roles, _ := op.Extensions["x-roles"].([]session.Role)
	return len(roles) == 0 || slices.ContainsFunc(roles, func(r session.Role) bool { return slices.Contains(who.roles, r) })
}

// harmless asks for nothing in particular: what comes is the person's own.
func (s siege) harmless(t *testing.T, op *huma.Operation, p probe, who person) {
	t.Helper()
	if op.OperationID == "stream-events" || op.OperationID == "stream-desk" || op.OperationID == "delete-session" {
		return // two never end, the other ends the siege; they have tests of their own
	}
	a := p.build(s.own).by(t, who)
	if who.roles == nil && len(op.Security) > 0 && a.Status != http.StatusUnauthorized {
		t.Errorf("%s by nobody: %d", op.OperationID, a.Status)
	}
	if a.Status >= 500 {
		t.Errorf("%s by %s: %d %s", op.OperationID, who.name, a.Status, a.Body)
	}
	s.clean(t, op.OperationID+" by "+who.name, a)
}

// clean fails if an answer shows anything of shop a, but for what was asked.
func (s siege) clean(t *testing.T, what string, a apitest.Answer) {
	t.Helper()
	body := string(a.Body)
	if strings.Contains(body, apitest.Canary(s.w.A)) || strings.Contains(body, s.w.A.E164) {
		t.Errorf("%s shows shop a: %s", what, body)
	}
	for kind, id := range s.foreign {
		if kind != "operator" && a.Status < 300 && strings.Contains(body, id.String()) {
			t.Errorf("%s shows the %s of shop a: %s", what, kind, body)
		}
	}
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// faceless returns the body without ids and the name of the shop that was asked
// for.
func (s siege) faceless(a apitest.Answer) string {
	body := anyID.ReplaceAllString(string(a.Body), "ID")
	return strings.NewReplacer("shop-a", "SHOP", "shop-z", "SHOP").Replace(body)
}

func (r request) by(t *testing.T, who person) apitest.Answer {
	t.Helper()
	c := who.client
	for name, value := range r.header {
		c = c.With(name, value)
	}
	return c.Do(t, r.method, r.path, r.body)
}

func withQuery(path, name, value string) string {
	if strings.Contains(path, "?") {
		return path + "&" + name + "=" + value
	}
	return path + "?" + name + "=" + value
}

func hasShop(op *huma.Operation) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == "shop" })
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Connections, transactions and contexts are reused: what one request saw must
// not reach another, also when clients go away in the middle.
func TestInterleavedRequestsDoNotMix(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	shops := []tenanttest.Shop{w.A, w.B}
	var owners []apitest.Client
	var goods []apitest.Goods
	for _, s := range shops {
		goods, owners = append(goods, w.Fill(t, s, anna)), append(owners, w.Owner(t, s))
	}
	var wg sync.WaitGroup
	gate := make(chan struct{}, 64)
	for i := range 1200 {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			mine, other := i%2, 1-i%2
			path := []string{"/catalogue/items?q=canary", "/calls/" + goods[mine]["call"].String(), "/orders", "/lost-calls", "/scripts", "/calls/" + goods[other]["call"].String()}[i/2%6]
			if i%10 == 0 {
				owners[mine].GiveUp(t, path, time.Duration(i%7)*time.Millisecond)
				return
			}
			a := owners[mine].Do(t, "GET", path, nil)
			if strings.Contains(string(a.Body), apitest.Canary(shops[other])) {
				t.Errorf("%s shows shop %s to the owner of %s", path, shops[other].Slug, shops[mine].Slug)
			}
			if foreign := strings.Contains(path, goods[other]["call"].String()); foreign != (a.Status == http.StatusNotFound) {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		})
	}
	wg.Wait()
}
