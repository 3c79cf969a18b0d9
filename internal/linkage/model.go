package linkage

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"throughline/internal/fault"
)

// modelVersion is the version of what is written by Model.MarshalJSON. It goes up when levels change meaning.
const modelVersion = 1

// Model is what a link run knows of how records of one person and of two people agree. A run can be repeated with a stored
// model; models are compared by their JSON.
type Model struct {
	// m[f][l] and u[f][l]: how often two records that can be compared in this kind agree to level l of field f, when they
	// are of one person and of two.
	m, u [fieldCount][]float64
	// Match is the share of all pairs of records that are of one person.
	Match float64
	// Household is the share of all pairs of records that are of two people who live together or are close kin.
	Household float64
	// Together is how many times as often as by chance two strangers have both forename and surname the same; 1 or more.
	Together float64
	// RecordsPerPerson is how many records the others of a record's person are expected to have, and itself.
	RecordsPerPerson float64
	// Records and Pairs are how much the model was trained on; 0 for a model as it starts.
	Records, Pairs int
	// Converged is false when training stopped at its last iteration and not because nothing moved any more.
	Converged  bool
	Iterations int
	// Moved is, iteration by iteration, the largest change of any m, and of Match relative to itself.
	Moved []float64
	// Rests are the rules that rested in the run that the model is of. A run that is held to it, and an index by it, let them rest as well.
	Rests []string

	weights [fieldCount][]float64 // log2(m/u), kept beside m and u
}

// start ranks levels before there is a model of the data.
var start = StartModel(1000)

// StartModel is the model before any data is seen, for a number of records of which a person has two on average.
func StartModel(records int) *Model {
	m := &Model{Match: 1 / float64(max(records, 2)), Household: 1 / float64(max(records, 2)), Together: 1, RecordsPerPerson: 2}
	for f := range fieldCount {
		m.m[f], m.u[f] = make([]float64, len(fields[f].levels)), make([]float64, len(fields[f].levels))
		for l, level := range fields[f].levels {
			m.m[f][l], m.u[f][l] = level.m, level.u
		}
	}
	m.weigh()
	return m
}

// weigh works out the weights; the weight of a level with nothing to compare is nought.
func (m *Model) weigh() {
	for f := range fieldCount {
		m.weights[f] = make([]float64, len(m.m[f]))
		for l := 1; l < len(m.m[f]); l++ {
			m.weights[f][l] = math.Log2(m.m[f][l] / m.u[f][l])
		}
	}
}

func (m *Model) weight(f Field, l Level) float64 { return m.weights[f][l] }

// clone copies what training changes.
func (m *Model) clone() *Model {
	c := *m
	for f := range fieldCount {
		c.m[f], c.u[f] = append([]float64(nil), m.m[f]...), append([]float64(nil), m.u[f]...)
	}
	return &c
}

type modelJSON struct {
	Version          int                    `json:"version"`
	Match            float64                `json:"match"`
	Household        float64                `json:"household"`
	Together         float64                `json:"together,omitempty"` // 1 where it is not said
	RecordsPerPerson float64                `json:"records_per_person"`
	Records          int                    `json:"records"`
	Pairs            int                    `json:"pairs"`
	Converged        bool                   `json:"converged"`
	Iterations       int                    `json:"iterations"`
	Moved            []float64              `json:"moved,omitempty"`
	Rests            []string               `json:"rests,omitempty"`
	Fields           map[string][]levelJSON `json:"fields"`
}

type levelJSON struct {
	Level string  `json:"level"`
	M     float64 `json:"m"`
	U     float64 `json:"u"`
}

// MarshalJSON writes the model with its version, fields by their keys and levels in words.
func (m *Model) MarshalJSON() ([]byte, error) {
	out := modelJSON{modelVersion, m.Match, m.Household, m.Together, m.RecordsPerPerson, m.Records, m.Pairs, m.Converged, m.Iterations, m.Moved, m.Rests,
		map[string][]levelJSON{}}
	for f := range fieldCount {
		for l := 1; l < len(m.m[f]); l++ {
			out.Fields[fields[f].key] = append(out.Fields[fields[f].key], levelJSON{fields[f].levels[l].words, m.m[f][l], m.u[f][l]})
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes, and refuses another version, other levels and shares that are none.
func (m *Model) UnmarshalJSON(text []byte) error {
	var in modelJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return badModel("it is not JSON of a model").Because(err)
	}
	if in.Version != modelVersion {
		return badModel(fmt.Sprintf("its version is %d and this program reads %d", in.Version, modelVersion))
	}
	n := StartModel(in.Records)
	if in.Together != 0 {
		n.Together = in.Together
	}
	n.Match, n.Household, n.RecordsPerPerson = in.Match, in.Household, in.RecordsPerPerson
	n.Records, n.Pairs, n.Converged, n.Iterations, n.Moved, n.Rests = in.Records, in.Pairs, in.Converged, in.Iterations, in.Moved, in.Rests
	if !isShare(n.Match) || !isShare(n.Household) || !(n.RecordsPerPerson >= 1) || !(n.Together >= 1) {
		return badModel("its share of matches or households is not between 0 and 1, or another number of it is below 1")
	}
	for _, name := range n.Rests {
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.name == name }) {
			return badModel(fmt.Sprintf("the rule %q that rests is not known here", name))
		}
	}
	for f := range fieldCount {
		list := in.Fields[fields[f].key]
		if len(list) != len(fields[f].levels)-1 {
			return badModel("the levels of " + fields[f].key + " are not those of this program")
		}
		for i, l := range list {
			if l.Level != fields[f].levels[i+1].words || !isShare(l.M) || !isShare(l.U) {
				return badModel(fmt.Sprintf("level %q of %s is not known here, or its shares are not between 0 and 1", l.Level, fields[f].key))
			}
			n.m[f][i+1], n.u[f][i+1] = l.M, l.U
		}
	}
	n.weigh()
	*m = *n
	return nil
}

func isShare(x float64) bool { return x > 0 && x < 1 }

func badModel(why string) *fault.Error {
	return fault.New(fault.Invalid, "bad-model", "The linkage model cannot be used: "+why+".",
		"Train a new model with this version of the program.")
}
