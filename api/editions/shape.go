package editions

import (
	"time"

	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
)

// Text is one of the shop's scripts or menus.
type Text struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Version   int       `json:"version" doc:"The last that was published; 0: none yet"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at" doc:"When the draft was saved"`
}

// FullText is a text with all that hangs on it.
type FullText struct {
	Text
	Source   string        `json:"source" doc:"The draft, as YAML"`
	Problems []web.Flaw    `json:"problems" nullable:"false" doc:"What keeps the draft from being published"`
	Versions []TextVersion `json:"versions" nullable:"false" doc:"Newest first"`
}

// TextVersion is a text as it was published. It never changes.
type TextVersion struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	Version     int       `json:"version" doc:"From 1"`
	Source      string    `json:"source" doc:"The YAML, as written"`
	Note        string    `json:"note" doc:"What changed"`
	PublishedAt time.Time `json:"published_at"`
	PublishedBy string    `json:"published_by" doc:"Who: member:ID, job:NAME"`
}

func show(t edition.Text) Text { return Text{t.ID, t.Name, t.Version, t.CreatedAt, t.UpdatedAt} }

func full(t edition.Text, problems fault.Problems, versions []edition.Version) FullText {
	out := FullText{Text: show(t), Source: t.Draft, Problems: Flaws(problems), Versions: make([]TextVersion, len(versions))}
	for i, v := range versions {
		out.Versions[i] = version(v)
	}
	return out
}

// Flaws shows what is wrong inside a text.
func Flaws(problems fault.Problems) []web.Flaw {
	all := make([]web.Flaw, len(problems))
	for i, p := range problems {
		all[i] = web.Flaw{Location: p.Field, Message: p.Problem, Line: p.Line}
	}
	return all
}

func version(v edition.Version) TextVersion {
	return TextVersion{v.ID, v.Version, v.Source, v.Note, v.PublishedAt, v.PublishedBy}
}
