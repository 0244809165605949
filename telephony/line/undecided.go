package line

import "switchboard/telephony/switchd"

// RefuseUndecided turns away the calls of which the room has decided nothing
// yet: it cannot, and their carriers have other ways.
func (l *Lines) RefuseUndecided(reason string) {
	for _, w := range l.all() {
		w.post(func() {
			if w.decided || w.buyer.up || w.outgoing || w.over {
				return
			}
			w.buyer.sip.Refuse(503, reason)
			l.busy.Go(func() { w.tell(switchd.HungUp{Call: w.id, By: bySystem, SIPCode: 503, Reason: reason}) }) // the room may be stuck
			w.finish(reason)
		})
	}
}
