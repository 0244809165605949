package scripts

import (
	"time"

	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant/script"
)

// Script is one of the shop's scripts.
type Script struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Version   int       `json:"version" doc:"The last that was published; 0: none yet"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at" doc:"When the draft was saved"`
}

// FullScript is a script with all that hangs on it.
type FullScript struct {
	Script
	Source   string          `json:"source" doc:"The draft, as YAML"`
	Problems []web.Flaw      `json:"problems" nullable:"false" doc:"What keeps the draft from being published"`
	Versions []ScriptVersion `json:"versions" nullable:"false" doc:"Newest first"`
}

// ScriptVersion is a script as it was published. It never changes.
type ScriptVersion struct {
	ID          uuid.UUID `json:"id" format:"uuid"`
	ScriptID    uuid.UUID `json:"script_id" format:"uuid"`
	Version     int       `json:"version" doc:"From 1"`
	Source      string    `json:"source" doc:"The YAML, as written"`
	Note        string    `json:"note" doc:"What changed"`
	PublishedAt time.Time `json:"published_at"`
	PublishedBy string    `json:"published_by" doc:"Who: member:ID, job:NAME"`
}

func show(s script.Script, versions []script.Version) Script {
	out := Script{s.ID, s.Name, 0, s.CreatedAt, s.UpdatedAt}
	if len(versions) > 0 {
		out.Version = versions[0].Version
	}
	return out
}

func full(s script.Script, versions []script.Version) FullScript {
	out := FullScript{Script: show(s, versions), Source: s.Draft, Problems: []web.Flaw{}, Versions: make([]ScriptVersion, len(versions))}
	_, problems := script.Parse([]byte(s.Draft))
	for _, p := range problems {
		out.Problems = append(out.Problems, web.Flaw{Location: p.Field, Message: p.Problem, Line: p.Line})
	}
	for i, v := range versions {
		out.Versions[i] = version(v)
	}
	return out
}

func version(v script.Version) ScriptVersion {
	return ScriptVersion{v.ID, v.ScriptID, v.Version, v.Source, v.Note, v.PublishedAt, v.PublishedBy}
}
