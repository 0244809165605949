package e164

import (
	"testing"
	"time"
)

func TestWhereANumberIsFrom(t *testing.T) {
	t.Parallel()
	for n, want := range map[Number]string{
		"+74951234567": "Moscow", "+78121234567": "Saint Petersburg", "+73812123456": "Omsk", "+74012123456": "Kaliningrad",
		"+79215550144": "", "+4930123456": "", "+7": "", "": "", "+7495": "", "anonymous": "",
	} {
		if p, ok := n.Place(); p.EN != want || ok != (want != "") {
			t.Errorf("%s is from %q, want %q", n, p.EN, want)
		}
	}
	for code, p := range places {
		if _, err := time.LoadLocation(p.Zone); err != nil || p.RU == "" {
			t.Errorf("%s: %+v, %v", code, p, err)
		}
	}
}
