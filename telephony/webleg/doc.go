// Package webleg is the telephone in an operator's browser: signalling over a
// WebSocket, audio over WebRTC.
//
// # Protocol, version 1
//
// The page opens wss://…/rtc (ws from localhost to localhost only) and sends
// JSON, one object a text message, at most 32 KiB, 10 a second with 40 at once.
// Every object has "v": 1 and "type". Unknown types are answered with an error
// and otherwise ignored, unknown fields are ignored.
//
// The first message, within 5 s, says who it is:
//
//	{"v":1,"type":"hello","ticket":"…","device":"Chrome, Windows"}   a new page: the ticket is single-use, 30 s
//	{"v":1,"type":"hello","token":"…","ack":17}                      a dropped socket comes back
//
// and is answered by one of
//
//	{"type":"welcome","token":"…","resumed":true,"heard":9,"law":"PCMA","ice":[…],"grace_ms":30000,"node":"node1","state":{…}}
//	{"type":"busy","device":"Chrome, Windows"}      another page has the desk: {"type":"take"} takes it, closing leaves it
//
// A page that comes back by its token comes to /rtc?at= and welcome.node, so that
// a proxy before several nodes brings it to the one that has its call.
//
// welcome.state is what the page must show now, whatever it knew: phase ringing,
// answered or talking, leg, call, held, away, for_ms, card; no call, no state.
// After resumed: true the messages after ack follow; after false the page knows
// nothing else of before.
//
// From then on both sides number their messages with "n" from 1 and say with
// "ack" (in any message, or alone in {"type":"ack","ack":17}) what they
// received. A page that comes back sends again what welcome.heard doesn't
// cover; what was heard is not heard twice. We keep 64 messages for it.
//
//	page                                       meaning
//	offer {id, sdp}                            a new PeerConnection, at first and whenever the network changed
//	answer {leg}                               takes the ringing call
//	decline {leg, reason: refused|busy}        does not
//	hangup {leg}                               ends the call, or lets go of the answered one
//	hold {leg}, resume {leg}                   asks for music for the buyer, and back
//	dtmf {leg, keys}                           keys, for a browser without RFC 4733
//	quality {leg, loss, jitter_ms, rtt_ms}     what the page measured; answered with uplink
//	bye {}                                     the shift is over
//
//	ours                                       meaning
//	answer {id, sdp}                           to the offer of that id
//	media {up}                                 audio can flow, or cannot: make a new offer
//	ring {leg, call, for_ms, card}             the clock of the page doesn't matter
//	stop {leg, reason}                         it rings no more; also answers what came too late
//	joined {leg}                               buyer and operator hear each other: open the microphone
//	held {leg, held}                           so it is now, whoever did it
//	pressed {leg, keys}                        keys that the buyer pressed
//	ended {leg, reason}                        close the microphone
//	uplink {leg, received, lost}               packets of the page's microphone
//	error {code, re}                           message re came to nothing
//
// The page's candidates are not asked for and, if they come, thrown away: we
// are ICE-lite with one public candidate and learn the page's address from its
// checks, also when they come from its TURN server. One PeerConnection carries
// all calls of a shift. Between calls the page sends silence (track.enabled =
// false) without a pause, by whose timestamps we also tell what the network kept
// since before the call: nothing said then reaches the next buyer. Muting is the
// same.
//
// The socket closes with 4400 (not our protocol), 4401 (the ticket is no good),
// 4408 (no hello), 4409 (another page took the desk), 4410 (the token is no
// good: get a ticket), 4411 (too slow: come back), 4412 (the shift is over),
// 4413 (another node has the desk, the reason names it if it is known: get a
// ticket and come to /rtc?at=NODE, or without a name to /rtc), 4429 (too many messages), 1009 (too long), 1001 (we stop), 1013 (later).
package webleg
