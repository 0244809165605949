package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"github.com/google/uuid"

	"switchboard/demo"
	"switchboard/seed"
	"switchboard/tenant"
)

// info is what scripts learn of a running demo.
type info struct {
	HTTP        string               `json:"http"`
	API         string               `json:"api"`
	OpenAPI     string               `json:"openapi"`
	SIP         sipInfo              `json:"sip"`
	RTP         rtpInfo              `json:"rtp"`
	DatabaseURL string               `json:"database_url"`
	AdminURL    string               `json:"database_admin_url"`
	RedisURL    string               `json:"redis_url"`
	DataDir     string               `json:"data_dir"`
	Recordings  string               `json:"recordings_dir"`
	Mail        string               `json:"mail_dir"`
	PIDs        map[string]int       `json:"pids"`
	Trunks      []trunkInfo          `json:"trunks"`
	Shops       []shopInfo           `json:"shops"`
	Operators   []operatorInfo       `json:"operators"`
	Staff       map[string]loginInfo `json:"staff"`
}

type (
	sipInfo struct {
		UDP string `json:"udp"`
		TCP string `json:"tcp"`
	}
	rtpInfo struct {
		Address string `json:"address"`
		From    uint16 `json:"from"`
		To      uint16 `json:"to"`
	}
	trunkInfo struct {
		Name     string   `json:"name"`
		From     []string `json:"from"`
		Outbound string   `json:"outbound"`
	}
	loginInfo struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	shopInfo struct {
		ID      uuid.UUID `json:"id"`
		Slug    string    `json:"slug"`
		Name    string    `json:"name"`
		Numbers []string  `json:"numbers"`
		Owner   loginInfo `json:"owner"`
	}
	phoneInfo struct {
		User     string `json:"user"`
		Password string `json:"password"`
		Domain   string `json:"domain"`
		URI      string `json:"uri,omitempty"` // of a fixed address
	}
	operatorInfo struct {
		ID uuid.UUID `json:"id"`
		loginInfo
		Name string    `json:"name"`
		SIP  phoneInfo `json:"sip"`
	}
)

// info collects it; the passwords are those of the seed file.
func (s *service) info(ctx context.Context, e *engines, plan *seed.Plan) (*info, error) {
	sip := s.node.SIP()
	base := "http://" + s.http.Addr().String()
	i := &info{
		HTTP: base, API: base + "/api/v1", OpenAPI: base + "/api/v1/openapi.yaml",
		SIP: sipInfo{sip.String(), sip.String()}, RTP: s.rtp(),
		DatabaseURL: e.App, AdminURL: e.Owner, RedisURL: e.RedisURL, DataDir: absolute(e.Dir), Recordings: s.dirs.recordings, Mail: s.dirs.mail,
		PIDs: map[string]int{"switchboard": os.Getpid()}, Staff: map[string]loginInfo{"supervisor": {}, "finance": {}, "admin": {}},
		Trunks: []trunkInfo{}, Shops: []shopInfo{}, Operators: []operatorInfo{},
	}
	if e.pg != nil {
		i.PIDs["postgres"] = e.pg.PID()
	}
	for _, t := range plan.Trunks {
		i.Trunks = append(i.Trunks, trunkInfo{t.Name, t.From, t.Outbound})
	}
	for _, st := range slices.Backward(plan.Staff) { // the first of each role stays
		i.Staff[st.Role] = loginInfo{st.Email, st.Password}
	}
	err := s.db.Across(ctx, "tell who was seeded", func(tx tenant.AcrossTx) error { return i.people(tx, plan, sip.Addr()) })
	return i, err
}

func (s *service) rtp() rtpInfo {
	return rtpInfo{s.rtpConfig.RTPAddr.String(), s.rtpConfig.RTPFrom, s.rtpConfig.RTPTo}
}

// people adds shops and operators with the ids that the database gave them.
func (i *info) people(tx tenant.AcrossTx, plan *seed.Plan, host netip.Addr) error {
	shops, err := ids(tx, "select slug as name, id from house.shop")
	if err != nil {
		return err
	}
	for _, sh := range plan.Shops {
		one := shopInfo{ID: shops[sh.Slug], Slug: sh.Slug, Name: sh.Name.RU, Numbers: []string{}, Owner: loginInfo{sh.Owner.Email, sh.Owner.Password}}
		for _, n := range sh.Numbers {
			one.Numbers = append(one.Numbers, n.E164)
		}
		i.Shops = append(i.Shops, one)
	}
	accounts, err := ids(tx, "select a.email as name, a.id from house.operator o join house.account a on a.id = o.id")
	if err != nil {
		return err
	}
	for _, o := range plan.Operators {
		one := operatorInfo{ID: accounts[o.Email], loginInfo: loginInfo{o.Email, o.Password}, Name: o.Name, SIP: phoneInfo{Domain: host.String(), URI: o.SIP}}
		if o.Phone != nil {
			one.SIP.User, one.SIP.Password = o.Phone.User, o.Phone.Password
		}
		i.Operators = append(i.Operators, one)
	}
	return nil
}

func ids(tx tenant.AcrossTx, query string) (map[string]uuid.UUID, error) {
	var rows []struct {
		Name string
		ID   uuid.UUID
	}
	if err := tx.Query().Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read ids: %w", err)
	}
	m := make(map[string]uuid.UUID, len(rows))
	for _, r := range rows {
		m[r.Name] = r.ID
	}
	return m, nil
}

// write puts the info where the script waits for it: whole, or not at all. It
// holds passwords, so it is for its owner only.
func (i *info) write(path string) error {
	doc, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, append(doc, '\n'), 0o600); err != nil {
		return fmt.Errorf("write --info: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("write --info: %w", err)
	}
	return nil
}

// lines are the table that a person reads.
func (i *info) lines() [][2]string {
	ls := [][2]string{
		{"pages and API", i.HTTP + "   docs " + i.HTTP + "/docs"},
		{"SIP", i.SIP.UDP + " over UDP and TCP"},
		{"recordings", i.Recordings},
	}
	for _, s := range i.Shops {
		ls = append(ls, [2]string{"shop " + s.Slug, fmt.Sprintf("%v   owner %s / %s", s.Numbers, s.Owner.Email, s.Owner.Password)})
	}
	for _, o := range i.Operators {
		ls = append(ls, [2]string{"operator " + o.Name, fmt.Sprintf("%s / %s   telephone %s / %s at %s", o.Email, o.Password, o.SIP.User, o.SIP.Password, i.SIP.UDP)})
	}
	for _, role := range []string{"supervisor", "finance", "admin"} {
		ls = append(ls, [2]string{role, i.Staff[role].Email + " / " + i.Staff[role].Password})
	}
	if len(i.Operators) > 0 {
		o := i.Operators[0]
		ls = append(ls, [2]string{"a softphone", fmt.Sprintf("user %s, password %s, server %s (UDP): it rings, answer within %v", o.SIP.User, o.SIP.Password, i.SIP.UDP, demo.ForAPerson)})
	}
	return ls
}
