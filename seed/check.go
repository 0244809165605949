package seed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"switchboard/billing/wage"
	"switchboard/tenant/account"
	"switchboard/tenant/catalogue/feed"
	"switchboard/tenant/fault"
	"switchboard/tenant/hours"
	"switchboard/tenant/script"
)

// Plan is a file that was checked: whatever Apply does with it makes sense.
type Plan struct {
	File
	Scripts map[string][]byte // sources by shop
	Dir     fs.FS
	needs   []need
	pay     *wage.Terms // nil: not in the file
}

// need is a name that the file uses and does not make: the database must have it.
type need struct {
	kind, name string
	problem    fault.Invalid
}

func (c *checker) need(kind, name string, at ...any) {
	c.wrong(at, "no %s %q, neither in this file nor made before", kind, name)
	last := len(c.problems) - 1
	c.plan.needs = append(c.plan.needs, need{kind, name, c.problems[last]})
	c.problems = c.problems[:last]
}

// checker collects every mistake of a file.
type checker struct {
	source   Source
	lines    lines
	plan     *Plan
	problems fault.Problems
	seen     map[string]string // what must be unique, to where it was first
}

func (c *checker) wrong(at []any, format string, args ...any) {
	field := ""
	for _, step := range at {
		switch step := step.(type) {
		case int:
			field += fmt.Sprintf("[%d]", step)
		case string:
			field = strings.TrimPrefix(field+"."+step, ".")
		}
	}
	c.problems = append(c.problems, fault.Invalid{Field: field, Problem: fmt.Sprintf(format, args...), Line: c.lines.of(at...)})
}

// once notes a name that must not be used twice.
func (c *checker) once(kind, name string, at ...any) {
	key := kind + " " + name
	if first, there := c.seen[key]; there {
		c.wrong(at, "%s %q is there already, at line %s", kind, name, first)
		return
	}
	c.seen[key] = fmt.Sprint(c.lines.of(at...))
}

func (c *checker) check(f *File) {
	c.seen = map[string]string{}
	c.plan.File, c.plan.Dir, c.plan.Scripts = *f, c.source.Files, map[string][]byte{}
	for i, p := range f.Plans {
		c.once("plan", p.Name, "plans", i, "name")
		for _, problem := range p.Validate() {
			c.wrong(append([]any{"plans", i}, steps(problem.Field)...), "%s", problem.Problem)
		}
	}
	for i, t := range f.Trunks {
		c.trunk(t, i)
	}
	for i := range f.Shops {
		c.shop(&c.plan.Shops[i], i)
	}
	c.operators(f)
	c.pay(f.Pay)
	for i, s := range f.Staff {
		c.person(s.Person, "staff", i)
		if !slices.Contains([]string{"supervisor", "finance", "admin"}, s.Role) {
			c.wrong([]any{"staff", i, "role"}, "%q is none of supervisor, finance, admin", s.Role)
		}
		if (s.SIP != "" || s.Phone != nil) && s.Role != "supervisor" {
			c.wrong([]any{"staff", i}, "only a supervisor has a telephone")
		}
	}
}

// steps splits a field path of a plan into keys.
func steps(field string) []any {
	var out []any
	for _, s := range strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(field), ".") {
		out = append(out, s)
	}
	return out
}

func (c *checker) trunk(t Trunk, i int) {
	c.once("trunk", t.Name, "trunks", i, "name")
	var problems fault.Problems
	if errors.As(t.settings().Check(true), &problems) {
		for _, p := range problems {
			at := steps(p.Field)
			if at[0] == "expires_s" {
				at[0] = "expires"
			}
			c.wrong(append([]any{"trunks", i}, at[0]), "%s", p.Problem)
		}
	}
	if t.Shop != "" && !slices.ContainsFunc(c.plan.Shops, func(s Shop) bool { return s.Slug == t.Shop }) {
		c.need("shop", t.Shop, "trunks", i, "shop")
	}
}

var (
	slug    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	e164    = regexp.MustCompile(`^\+[1-9][0-9]{3,14}$`)
	sipURI  = regexp.MustCompile(`^sip:[A-Za-z0-9._+-]+@[A-Za-z0-9.\[\]:-]+$`)
	colours = []string{"iris", "rose", "moss", "petrol", "brick", "ink", "ochre", "pine", "navy", "grape", "clay", "steel"}
)

// mostGreeting is in characters, about 40 s: a voice speaks no more, nor may the row have more.
const mostGreeting = 500

func (c *checker) shop(s *Shop, i int) {
	at := func(f ...any) []any { return append([]any{"shops", i}, f...) }
	if !slug.MatchString(s.Slug) {
		c.wrong(at("slug"), "%q is no slug: small letters, digits and -", s.Slug)
	}
	c.once("shop", s.Slug, at("slug")...)
	c.oneOf(at("language"), s.Language, "ru", "en")
	c.oneOf(at("greeting"), s.Greeting, "", "standard", "none")
	c.voice(s, at)
	c.oneOf(at("supervision"), s.Watched, "", "announced", "silent")
	if n := utf8.RuneCountInString(s.Greets); n > mostGreeting {
		c.wrong(at("greeting_text"), "has %d characters, more than %d", n, mostGreeting)
	}
	if s.Greets != "" && s.Greeting == "none" {
		c.wrong(at("greeting_text"), "would never be heard: greeting is none")
	}
	c.oneOf(at("status"), s.Status, "", "open", "suspended", "closed")
	if s.Colour != "" {
		c.oneOf(at("colour"), s.Colour, colours...)
	}
	if s.Name.RU == "" && s.Name.EN == "" {
		c.wrong(at("name"), "give the shop a name")
	}
	if w := time.Duration(s.Away); w != 0 && (w < 5*time.Second || w > 10*time.Minute) {
		c.wrong(at("away"), "%v is not within 5s..10m", w)
	}
	if _, err := time.LoadLocation(s.Timezone); err != nil || s.Timezone == "" {
		c.wrong(at("timezone"), "%q is no IANA time zone, such as Europe/Moscow", s.Timezone)
	}
	if s.Plan != "" && !c.hasPlan(s.Plan) {
		c.need("plan", s.Plan, at("plan")...)
	}
	c.person(s.Owner, at("owner")...)
	for j, m := range s.Members {
		c.person(m.Person, at("members", j)...)
		c.oneOf(at("members", j, "role"), m.Role, "owner", "manager", "specialist")
	}
	c.queues(s, at)
	c.script(s, at)
	c.catalogue(s, at)
	c.outgoing(s.Outgoing, at)
}

func (c *checker) hasPlan(name string) bool {
	for _, p := range c.plan.Plans {
		if p.Name == name {
			return true
		}
	}
	return false
}

func (c *checker) oneOf(at []any, got string, may ...string) {
	if !slices.Contains(may, got) {
		c.wrong(at, "%q is none of %s", got, strings.TrimPrefix(strings.Join(may, ", "), ", "))
	}
}

func (c *checker) person(p Person, at ...any) {
	if _, err := account.Address(p.Email); err != nil {
		c.wrong(append(slices.Clone(at), "email"), "%q is no e-mail address", p.Email)
	}
	if p.Password == "" {
		c.wrong(append(slices.Clone(at), "password"), "is missing")
	}
}

func (c *checker) queues(s *Shop, at func(...any) []any) {
	names := map[string]bool{}
	for j, q := range s.Queues {
		c.once("queue of "+s.Slug, q.Name, at("queues", j, "name")...)
		names[q.Name] = true
		c.oneOf(at("queues", j, "tier"), q.Tier, "order", "consultant")
		if q.Promise.Share < 0.001 || q.Promise.Share > 1 {
			c.wrong(at("queues", j, "promise", "share"), "%v is not a share within 0.001..1", q.Promise.Share)
		}
		if w := time.Duration(q.Promise.Within); w < time.Second || w > 10*time.Minute {
			c.wrong(at("queues", j, "promise", "within"), "%v is not within 1s..10m", w)
		}
		if _, err := hours.Parse(q.Hours); len(q.Hours) > 0 && err != nil {
			c.wrong(at("queues", j, "hours"), "%v", err)
		}
	}
	for j, n := range s.Numbers {
		if !e164.MatchString(n.E164) {
			c.wrong(at("numbers", j, "e164"), "%q is no E.164 number, such as +74950000101", n.E164)
		}
		c.once("number", n.E164, at("numbers", j, "e164")...)
		if !names[n.Queue] {
			c.wrong(at("numbers", j, "queue"), "shop %s has no queue %q", s.Slug, n.Queue)
		}
	}
}

func (c *checker) script(s *Shop, at func(...any) []any) {
	if s.Script == "" {
		return
	}
	src, err := fs.ReadFile(c.source.Files, path.Clean(s.Script))
	if err != nil {
		c.wrong(at("script"), "%v", err)
		return
	}
	if _, problems := script.Parse(src); len(problems) > 0 {
		for _, p := range problems {
			c.wrong(at("script"), "%s:%d: %s", s.Script, p.Line, p.Error())
		}
		return
	}
	c.plan.Scripts[s.Slug] = src
}

func (c *checker) catalogue(s *Shop, at func(...any) []any) {
	if s.Catalogue == nil {
		return
	}
	c.oneOf(at("catalogue", "format"), s.Catalogue.Format, "yml")
	if s.Catalogue.Remote() != "" {
		return // fetched by the import, with its own guards
	}
	f, err := c.source.Files.Open(path.Clean(s.Catalogue.Path))
	if err != nil {
		c.wrong(at("catalogue", "path"), "%v", err)
		return
	}
	defer f.Close()
	if _, err := feed.Read(io.Reader(f), feed.DefaultLimits, func(feed.Item) error { return nil }); err != nil {
		c.wrong(at("catalogue", "path"), "%s: %v", s.Catalogue.Path, err)
	}
}

// Remote returns the URL of a feed that is fetched, or "".
func (c Catalogue) Remote() string {
	for _, u := range []string{c.URL, c.Path} {
		if strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://") {
			return u
		}
	}
	return ""
}

func (c *checker) operators(f *File) {
	var all []Operator
	for i, o := range f.Operators {
		at := func(field string) []any { return []any{"operators", i, field} }
		many, err := o.expand()
		if err != nil {
			c.wrong(at("template"), "%v", err)
			continue
		}
		c.oneOf(at("tier"), o.Tier, "order", "consultant")
		if len(o.Shops) == 0 {
			c.wrong(at("shops"), "name the shops that they serve")
		}
		for _, s := range o.Shops {
			if !slices.ContainsFunc(f.Shops, func(x Shop) bool { return x.Slug == s }) {
				c.need("shop", s, at("shops")...)
			}
		}
		for _, one := range many {
			c.operator(one, i)
		}
		all = append(all, many...)
	}
	if len(all) > maxOperators {
		c.wrong([]any{"operators"}, "%d operators are more than %d", len(all), maxOperators)
	}
	c.plan.Operators = all
}

func (c *checker) operator(o Operator, i int) {
	at := func(field string) []any { return []any{"operators", i, field} }
	if o.Name == "" {
		c.wrong(at("name"), "is missing")
	}
	c.person(Person{o.Email, o.Password, o.Name}, "operators", i)
	c.once("operator", o.Email, at("email")...)
	if o.SIP != "" && !sipURI.MatchString(o.SIP) {
		c.wrong(at("sip"), "%q is no SIP URI: write sip:user@host:port", o.SIP)
	}
	if o.Phone != nil {
		if o.SIP != "" {
			c.wrong(at("phone"), "an operator has a fixed address or a telephone that registers, not both")
		}
		if o.Phone.User == "" || o.Phone.Password == "" {
			c.wrong(at("phone"), "a telephone has a user and a password")
		}
		c.once("telephone", o.Phone.User, at("phone")...)
	}
	if w := time.Duration(o.WrapUp); w < 0 || w > time.Hour {
		c.wrong(at("wrap_up"), "%v is not within 0s..1h", w)
	}
}
