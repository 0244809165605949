package rating_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"switchboard/billing/rating"
)

func randomOf(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}

// BenchmarkRate is one call with its record, which spells nothing out yet.
func BenchmarkRate(b *testing.B) {
	for _, steps := range [][2]int64{{60, 60}, {30, 6}, {60, 1}, {1, 1}} {
		tariff := minute()
		tariff.FirstS, tariff.NextS = steps[0], steps[1]
		tariff.Rate, tariff.NextRate, tariff.Setup = 18_500_000, 18_500_000, 1_000_000
		b.Run(fmt.Sprintf("%d_%d", steps[0], steps[1]), func(b *testing.B) {
			b.ReportAllocs()
			u := talk(0)
			u.IncludedLeftS = 30
			for i := range b.N {
				u.TalkMs = int64(i%600) * 1000
				if _, err := rating.Rate(tariff, u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkExplain is the same with the record as it is stored.
func BenchmarkExplain(b *testing.B) {
	b.ReportAllocs()
	tariff := minute()
	for i := range b.N {
		c, err := rating.Rate(tariff, talk(int64(i%600)*1000))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(c.Explain()); err != nil {
			b.Fatal(err)
		}
	}
}
