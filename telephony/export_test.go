package telephony

// Up returns how many dialogs of SIP there are.
func (n *Node) Up() int64 { return n.ua.Stats().Active }
