package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"switchboard/telephony/acd"
)

const (
	second   acd.Millis = 1000
	halfHour            = 1800 * second
	day                 = 86400 * second
)

// generatorName is the only kind of scenario there is. Its formulas are prose
// in the file; those that this program follows are constants next to their use.
const generatorName = "acd-pooled-v1"

// Scenario is who calls, how often, and who is there to answer.
type Scenario struct {
	Shops     int
	Days      int
	Open      acd.Millis // per day, from its start
	HourShare []float64  // of a day's calls, by hour since opening
	Staffing  map[string]Staffing
}

// Staffing is how many work in each half-hour of a day.
type Staffing struct {
	OrderTakers []int
	Consultants []int
}

type scenarioFile struct {
	Name      string `json:"name"`
	Generator struct {
		Shops     int       `json:"shops"`
		Days      int       `json:"days"`
		Open      int64     `json:"open_seconds_per_day"`
		HourShare []float64 `json:"hour_share"`
	} `json:"generator"`
	Staffing map[string]json.RawMessage `json:"staffing"`
}

// ReadScenario reads a scenario from a JSON file.
func ReadScenario(path string) (Scenario, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return Scenario{}, fmt.Errorf("read scenario, which --scenario must name: %w", err)
	}
	var f scenarioFile
	if err := json.Unmarshal(src, &f); err != nil {
		return Scenario{}, fmt.Errorf("scenario %s is not the JSON of a scenario (repair it or name another): %w", path, err)
	}
	s, err := f.scenario()
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario %s: %w", path, err)
	}
	return s, nil
}

func (f scenarioFile) scenario() (Scenario, error) {
	g := f.Generator
	s := Scenario{Shops: g.Shops, Days: g.Days, Open: g.Open * second, HourShare: g.HourShare, Staffing: map[string]Staffing{}}
	switch {
	case f.Name != generatorName:
		return s, fmt.Errorf("name is %q: only %s is known", f.Name, generatorName)
	case s.Shops < 1 || s.Shops > 100_000:
		return s, errors.New("generator.shops: want 1 to 100000")
	case s.Days < 1 || s.Days > 3660:
		return s, errors.New("generator.days: want 1 to 3660")
	case s.Open < 2*halfHour || s.Open > day || s.Open%(2*halfHour) != 0:
		return s, errors.New("generator.open_seconds_per_day: want full hours, up to a day")
	case len(s.HourShare) != s.halfHours()/2:
		return s, fmt.Errorf("generator.hour_share: want %d numbers, one for each open hour", s.halfHours()/2)
	case slices.ContainsFunc(s.HourShare, func(x float64) bool { return x < 0 || x > 1 }):
		return s, errors.New("generator.hour_share: want numbers from 0 to 1")
	}
	for _, name := range slices.Sorted(maps.Keys(f.Staffing)) {
		raw := f.Staffing[name]
		if !strings.HasPrefix(string(raw), "{") {
			continue // prose: skills, changes
		}
		st, err := s.readStaffing(raw)
		if err != nil {
			return s, fmt.Errorf("staffing.%s: %w", name, err)
		}
		s.Staffing[name] = st
	}
	return s, nil
}

func (s Scenario) halfHours() int { return int(s.Open / halfHour) }

func (s Scenario) readStaffing(raw json.RawMessage) (Staffing, error) {
	var f struct {
		OrderTakers headcount `json:"order_takers"`
		Consultants headcount `json:"consultants"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return Staffing{}, err
	}
	orderTakers, err := f.OrderTakers.over(s.halfHours())
	if err != nil {
		return Staffing{}, fmt.Errorf("order_takers: %w", err)
	}
	consultants, err := f.Consultants.over(s.halfHours())
	if err != nil {
		return Staffing{}, fmt.Errorf("consultants: %w", err)
	}
	return Staffing{orderTakers, consultants}, nil
}

// headcount is a number for the whole day, or one for each half-hour.
type headcount []int

func (h *headcount) UnmarshalJSON(src []byte) error {
	var n int
	if json.Unmarshal(src, &n) == nil {
		*h = headcount{n}
		return nil
	}
	var each []int
	err := json.Unmarshal(src, &each)
	*h = each
	return err
}

func (h headcount) over(halfHours int) ([]int, error) {
	if len(h) == 1 {
		h = slices.Repeat(h, halfHours)
	}
	if len(h) != halfHours {
		return nil, fmt.Errorf("want one number, or %d for the half-hours", halfHours)
	}
	if slices.Min(h) < 0 || slices.Max(h) > 100_000 {
		return nil, errors.New("want 0 to 100000 people")
	}
	return h, nil
}

// staffed returns the staffing of that name.
func (s Scenario) staffed(name string) (Staffing, error) {
	st, ok := s.Staffing[name]
	if !ok {
		names := strings.Join(slices.Sorted(maps.Keys(s.Staffing)), ", ")
		return st, fmt.Errorf("staffing %q is not in the scenario: choose one of %s", name, names)
	}
	return st, nil
}

// perDay is how many calls a day the shop of that rank expects: 2000 for the
// first, 5 for the 200th (Zipf, s = ln 400 / ln 200).
func perDay(rank int) float64 { return 2000 / math.Pow(float64(rank), 1.1308240206) }

// promiseOf is what the shop of that rank has bought: odd ranks 90 % within
// 10 s, even ranks 80 % within 20 s.
func promiseOf(rank int) acd.Promise {
	if rank%2 == 1 {
		return acd.Promise{Within: 10 * second, Share: 900}
	}
	return acd.Promise{Within: 20 * second, Share: 800}
}
