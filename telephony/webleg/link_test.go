package webleg_test

import (
	"testing"

	"switchboard/telephony/webleg"
)

func TestOffersAreOfOneAudioLineWithoutCandidates(t *testing.T) {
	t.Parallel()
	const head, audio = "v=0\r\na=group:BUNDLE 0\r\n", "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=mid:0\r\n"
	got, err := webleg.Tidy(head + audio + "a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host\r\na=end-of-candidates\r\n")
	if err != nil || got != head+audio {
		t.Errorf("tidied to %q, %v", got, err)
	}
	for name, offer := range map[string]string{
		"nothing": head, "two": head + audio + audio, "video": head + audio + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
		"data": head + audio + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
	} {
		if _, err := webleg.Tidy(offer); err == nil {
			t.Errorf("an offer of %s is answered", name)
		}
	}
}
