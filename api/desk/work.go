package desk

import (
	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
)

// registerWork adds what an operator writes in a call, and what a day of calls
// comes to.
func (h *Handler) registerWork(a huma.API, operators web.Option) {
	huma.Register(a, web.Op("get-draft", "GET /desk/calls/{id}/draft", "What was typed in the call in hand", operators,
		web.Says("A call in which nothing was typed has an empty draft of revision 0.")), h.getDraft)
	huma.Register(a, web.Op("save-draft", "PUT /desk/calls/{id}/draft", "Keep what is typed in the call in hand", operators,
		web.Says("As it is typed: nothing is checked but its size. Made from a revision that is not the last, it is refused with 409 and the code stale, "+
			"and current is the draft that is kept. Sent again after a lost answer it changes nothing.")), h.saveDraft)
	huma.Register(a, web.Op("order-draft", "POST /desk/calls/{id}/draft/order", "Make the order of the draft", operators,
		web.Says("At the prices that the buyer was told: those of the newest catalogue that has all of the items as they are in the draft. "+
			"Problems name fields of the draft.")), h.orderDraft)
	huma.Register(a, web.Op("get-call-summary", "GET /desk/calls/{id}/summary", "What happened in the call in hand before I had it", operators), h.summary)
	huma.Register(a, web.Op("get-disposition", "GET /desk/calls/{id}/disposition", "What came of the call in hand, and what may be said of it", operators), h.getDisposition)
	huma.Register(a, web.Op("set-disposition", "POST /desk/calls/{id}/disposition", "Say what came of the call in hand", operators,
		web.Says("In the talk or in wrap-up; said again, the last word counts. With a callback it owes the buyer a task; said again without one, the task is cancelled.")),
		h.setDisposition)
	huma.Register(a, web.Op("get-desk-day", "GET /desk/day", "My calls of a day, newest first, and what they earned", operators), h.day)
}
