package control

import (
	"encoding/json"
	"net/http"

	"switchboard/telephony/command"
	"switchboard/tenant/fault"
)

func (h handler) supervise(w http.ResponseWriter, r *http.Request) {
	var s command.Supervision
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&s); err != nil {
		h.refuse(w, r, fault.Invalid{Problem: "a supervision is a JSON object: " + err.Error()})
		return
	}
	h.answer(w, r, struct{}{}, h.s.Supervise(r.Context(), s))
}
