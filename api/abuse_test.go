package api_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"switchboard/api/apitest"
	"switchboard/tenant/account"
	"switchboard/tenant/tenanttest"
)

// TestATraceIsMasked: an owner sees the ladder of the shop's own call without
// people's numbers, an admin with them; the file opens in tshark.
func TestATraceIsMasked(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	g := w.Fill(t, w.A, w.AddOperator(t, "anna", w.A))
	path := "/calls/" + g["call"].String() + "/trace"
	type ladder struct {
		Kept, Masked bool
		Legs         []struct{ Party, Trunk string }
		Messages     []struct {
			Label, Of, Text string
			Status          int
			Out             bool
		}
	}
	owner, admin := w.Owner(t, w.A), w.SignIn(t, w.AddStaff(t, account.Admin))
	var of ladder
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &of)
	if !of.Kept || !of.Masked || len(of.Legs) != 1 || of.Legs[0].Trunk != "carrier" || len(of.Messages) != 2 || of.Messages[0].Label != "INVITE" ||
		of.Messages[1].Label != "200 OK" || of.Messages[1].Of != "1 INVITE" || of.Messages[1].Status != 200 || !of.Messages[1].Out {
		t.Errorf("%+v", of)
	}
	if text := of.Messages[0].Text; strings.Contains(text, "79215550144") || !strings.Contains(text, "xxxxxxx0144") {
		t.Errorf("the owner sees\n%s", text)
	}
	admin.Do(t, "GET", path+"?shop=shop-a", nil).Want(t, http.StatusOK).JSON(t, &of)
	if of.Masked || !strings.Contains(of.Messages[0].Text, "+79215550144") {
		t.Errorf("the admin sees\n%s", of.Messages[0].Text)
	}
	file := filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(file, owner.Do(t, "GET", path+".pcap", nil).Want(t, http.StatusOK).Body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-n", "-r", file, "-T", "fields", "-e", "sip.Method", "-e", "sip.Status-Code", "-e", "sip.from.user").Output()
	if err != nil || string(out) != "INVITE\t\t+00000000144\n\t200\t\n" && !strings.HasPrefix(string(out), "INVITE\t\t+") || strings.Contains(string(out), "7921555") {
		t.Errorf("tshark: %v\n%s", err, out)
	}
	if text := owner.Do(t, "GET", path+".txt", nil).Want(t, http.StatusOK).Body; !bytes.Contains(text, []byte("192.0.2.9:5060 -> 192.0.2.1:5060")) || bytes.Contains(text, []byte("79215550144")) {
		t.Errorf("%s", text)
	}
	w.Admin(t, "delete from shop.call_trace")
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &of)
	if of.Kept || len(of.Messages) != 0 {
		t.Errorf("%+v", of)
	}
	owner.Do(t, "GET", path+".pcap", nil).Want(t, http.StatusNotFound)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'trace.read'"); n != 6 {
		t.Errorf("%d looks are in the audit log, want 6", n)
	}
}

func TestLimitsOfCallsOut(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	owner, admin := w.Owner(t, w.A), w.SignIn(t, w.AddStaff(t, account.Admin))
	var o struct {
		Home, Currency string
		Limits         map[string]any
		ChangedAt      *string `json:"changed_at"`
		Refused        []any
	}
	owner.Do(t, "GET", "/outgoing", nil).Want(t, http.StatusOK).JSON(t, &o)
	if o.Home != "RU" || o.Currency != "RUB" || o.Limits["spend_per_hour"] != 30_000.0 || o.ChangedAt != nil {
		t.Errorf("%+v", o)
	}
	o.Limits["countries"], o.Limits["spend_per_day"] = []string{"KZ", "DE"}, 123_400
	owner.Do(t, "PUT", "/outgoing/limits", o.Limits).Want(t, http.StatusOK).JSON(t, &o)
	if o.Limits["spend_per_day"] != 123_400.0 || len(o.Limits["countries"].([]any)) != 2 || o.ChangedAt == nil {
		t.Errorf("%+v", o)
	}
	o.Limits["at_once"] = 500 // more than an owner may set
	owner.Do(t, "PUT", "/outgoing/limits", o.Limits).Want(t, http.StatusUnprocessableEntity)
	admin.Do(t, "PUT", "/outgoing/limits?shop=shop-a", o.Limits).Want(t, http.StatusOK)
	o.Limits["countries"] = []string{"ZZ"}
	owner.Do(t, "PUT", "/outgoing/limits", o.Limits).Want(t, http.StatusUnprocessableEntity)
	var list struct{ Items []struct{ Code string } }
	owner.Do(t, "GET", "/outgoing/countries", nil).Want(t, http.StatusOK).JSON(t, &list)
	if len(list.Items) < 240 {
		t.Errorf("%d countries", len(list.Items))
	}
}

func TestSecurityAndAlerts(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	w.Fill(t, w.A, w.AddOperator(t, "anna", w.A))
	supervisor, admin := w.SignIn(t, w.AddStaff(t, account.Supervisor)), w.SignIn(t, w.AddStaff(t, account.Admin))
	var sec struct {
		Bans    []struct{ Address, Why string }
		Locks   []struct{ User string }
		Refused []struct{ Why string }
	}
	supervisor.Do(t, "GET", "/security", nil).Want(t, http.StatusOK).JSON(t, &sec)
	if len(sec.Bans) != 1 || sec.Bans[0].Address != "192.0.2.66" || len(sec.Locks) != 1 || sec.Refused[0].Why != "stranger" {
		t.Errorf("%+v", sec)
	}
	body := map[string]string{"address": "192.0.2.66"}
	supervisor.Do(t, "POST", "/security/pardon", body).Want(t, http.StatusForbidden)
	admin.Do(t, "POST", "/security/pardon", body).Want(t, http.StatusNoContent)
	admin.Do(t, "POST", "/security/pardon", map[string]string{"address": "192.0.2.67"}).Want(t, http.StatusNotFound)
	admin.Do(t, "POST", "/security/pardon", map[string]string{"address": "x"}).Want(t, http.StatusUnprocessableEntity)
	var list struct {
		Items []struct {
			ID, Kind string
			SeenAt   *string `json:"seen_at"`
		}
	}
	supervisor.Do(t, "GET", "/alerts?unseen=true", nil).Want(t, http.StatusOK).JSON(t, &list)
	if len(list.Items) != 1 || list.Items[0].Kind != "outbound" {
		t.Fatalf("%+v", list)
	}
	supervisor.Do(t, "POST", "/alerts/"+list.Items[0].ID+"/see", nil).Want(t, http.StatusOK)
	supervisor.Do(t, "GET", "/alerts?unseen=true", nil).Want(t, http.StatusOK).JSON(t, &list)
	if len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
}
