package telephony

import "switchboard/telephony/command"

// parties returns how the two who talk come through, the buyer first: of a call
// that changed hands, or devices, only the legs that it has now.
func (n *Node) parties(c *command.Call) []command.LegQuality {
	if c.Operator == nil || c.AnsweredAt == nil {
		return nil
	}
	var buyer, operator []command.LegQuality
	for _, leg := range n.lines.Quality(c.ID) {
		switch {
		case leg.Party == "buyer":
			buyer = []command.LegQuality{leg}
		case leg.Party == "operator" && leg.Operator != nil && *leg.Operator == *c.Operator:
			operator = []command.LegQuality{leg} // the newest is the last
		}
	}
	return append(buyer, operator...)
}
