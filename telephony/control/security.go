package control

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/tenant/fault"
)

func (h handler) security(w http.ResponseWriter, r *http.Request) {
	h.answer(w, r, h.s.Security(), nil)
}

func (h handler) pardon(w http.ResponseWriter, r *http.Request) {
	var p command.Pardon
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&p); err != nil {
		h.refuse(w, r, fault.Invalid{Field: "address", Problem: "is no address of the network"})
		return
	}
	h.answer(w, r, struct{}{}, h.s.Pardon(p))
}

func (h handler) trace(w http.ResponseWriter, r *http.Request) {
	call, err := uuid.Parse(r.URL.Query().Get("call"))
	if err != nil {
		h.refuse(w, r, fault.Invalid{Field: "call", Problem: "is not an id"})
		return
	}
	t, err := h.s.Trace(call)
	h.answer(w, r, t, err)
}
