package telephony

import (
	"context"
	"strings"
	"time"

	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/line"
	"switchboard/telephony/media"
	"switchboard/telephony/media/speech"
	"switchboard/telephony/say"
	"switchboard/tenant/gist"
)

// tell adds to a card what the call has come to, as far as that is known
// briefly.
func (n *Node) tell(t line.Told, h *command.Handed) {
	ctx, cancel := context.WithTimeout(context.Background(), briefly)
	defer cancel()
	g, err := n.gist(ctx, t.Shop, t.Call)
	if err != nil {
		n.log.Warn("a ring says less than it could", "err", err)
		return
	}
	h.Step, h.Said, h.Items = g.Step, g.Said, g.Items
	if g.Total.Minor > 0 {
		h.Total = g.Total.Format(t.Shop.Language)
	}
}

// summary has it spoken what a call has come to, for a telephone that is asked
// to take it; nil if it cannot be. It is kept nowhere.
func (n *Node) summary(ctx context.Context, t line.Told) *media.Clip {
	asked, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	g, err := n.gist(asked, t.Shop, t.Call)
	if err != nil {
		n.log.Warn("a telephone is told less than it could", "err", err)
	}
	clip, err := n.speech.Once(ctx, speech.Text{Language: t.Shop.Language, Words: spoken(t.Shop, g, t.Note)})
	if err != nil {
		n.log.Warn("a call is handed over without a word", "call", t.Call, "err", err)
		return nil
	}
	return clip
}

// longestNote is how much of an operator's own words is spoken.
const longestNote = 160

var items = say.Noun{One: "товар", Few: "товара", Many: "товаров", Single: "item", Plural: "items"}

// spoken is the summary in words: "Tyre shop. The buyer wants to know ... In the
// order so far: four items, twenty-three thousand four hundred rubles."
func spoken(s *directory.Shop, g gist.Gist, note string) string {
	lang := say.Language(s.Language)
	russian := lang == say.Russian
	pick := func(ru, en string) string {
		if russian {
			return ru
		}
		return en
	}
	parts := []string{pick(first(s.SpokenRu, s.NameRu), first(s.SpokenEn, s.NameEn))}
	switch runes := []rune(note); {
	case len(runes) > longestNote:
		parts = append(parts, string(runes[:longestNote]))
	case note != "":
		parts = append(parts, note)
	case g.Step != "":
		parts = append(parts, pick("Шаг: ", "Step: ")+g.Step)
	}
	if g.Items > 0 {
		order := pick("В заказе: ", "Order so far: ") + lang.Count(int64(g.Items), items, say.Nominative)
		if g.Total.Minor > 0 {
			order += ", " + lang.Money(g.Total, say.Nominative)
		}
		parts = append(parts, order)
	}
	return strings.Join(parts, ". ") + "."
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
