package person

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                             string
		title, forename, middle, surname string
		want                             Name
		aside                            []string // code of each value set aside, in order
	}{
		{"plain", "", "Dean", "", "Whitlock", Name{Forename: "Dean", Surname: "Whitlock"}, nil},
		{"title in its field", "Mr.", "Dean", "", "Whitlock", Name{Title: "Mr", Forename: "Dean", Surname: "Whitlock"}, nil},
		{"title in the forename", "", "Mr. Dean", "", "Whitlock", Name{Title: "Mr", Forename: "Dean", Surname: "Whitlock"}, nil},
		{"two forenames", "", "Dean Andrew", "", "Whitlock", Name{Forename: "Dean", Middle: "Andrew", Surname: "Whitlock"}, nil},
		{"initials", "", "D.A.", "", "W", Name{Forename: "D", Middle: "A", Surname: "W"}, nil},
		{"one initial", "", "D.", "", "Whitlock", Name{Forename: "D", Surname: "Whitlock"}, nil},
		{"spaces", "", "  Dean ", "", " van  Dyk ", Name{Forename: "Dean", Surname: "van Dyk"}, nil},
		{"unknown", "", "Unknown", "", "UNKNOWN", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"unknown male", "", "Unknown Male", "", "", Name{}, []string{"placeholder-name"}},
		{"baby boy", "", "Baby Boy", "", "Okafor", Name{Surname: "Okafor"}, []string{"placeholder-name"}},
		{"twin", "", "Twin 1", "", "Okafor", Name{Surname: "Okafor"}, []string{"placeholder-name"}},
		{"test", "", "ZZTest", "", "Test", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"run", "", "xxx", "", "Hill", Name{Surname: "Hill"}, []string{"placeholder-name"}},
		{"only signs", "", "??", "", "Hill", Name{Surname: "Hill"}, []string{"placeholder-name"}},
		{"names that are words", "", "True", "", "Null", Name{Forename: "True", Surname: "Null"}, nil},
		{"surname Baby", "", "Ann", "", "Baby", Name{Forename: "Ann", Surname: "Baby"}, nil},
		{"number of an unnamed man", "", "unknown male 3", "", "", Name{}, []string{"placeholder-name"}},
		{"unknown and number", "", "Male", "", "Unknown 12", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"two words for none", "", "Not", "", "Known", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"Jane Doe", "", "Jane", "", "DOE", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"Ms Jane Doe", "", "Ms Jane", "", "Doe 2", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"Baby Doe", "", "Baby", "", "Doe", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"Test Patient", "", "Test", "", "Patient", Name{}, []string{"placeholder-name", "placeholder-name"}},
		{"a Doe with a name", "", "Janet", "", "Doe", Name{Forename: "Janet", Surname: "Doe"}, nil},
		{"a Doe with two names", "", "Jane", "Ann", "Doe", Name{Forename: "Jane", Middle: "Ann", Surname: "Doe"}, nil},
		{"words of which one is a name", "", "Jane", "", "Known", Name{Forename: "Jane", Surname: "Known"}, nil},
		{"initials that spell no", "", "N", "", "K", Name{Forename: "N", Surname: "K"}, nil},
		{"nothing said", "", "", "", "", Name{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, aside := ReadName(tt.title, tt.forename, tt.middle, tt.surname)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ReadName (-want +got):\n%s", diff)
			}
			var codes []string
			for _, a := range aside {
				codes = append(codes, a.Code)
			}
			if diff := cmp.Diff(tt.aside, codes); diff != "" {
				t.Errorf("set aside (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadFullName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Name{
		"WHITLOCK, DEAN":             {Forename: "DEAN", Surname: "WHITLOCK"},
		"Whitlock, Mr Dean Andrew":   {Title: "Mr", Forename: "Dean", Middle: "Andrew", Surname: "Whitlock"},
		"WHITLOCK,MR":                {Title: "MR", Surname: "WHITLOCK"},
		"Mr Dean Whitlock":           {Title: "Mr", Full: "Dean Whitlock"},
		"Dean":                       {Full: "Dean"},
		"Major":                      {Full: "Major"},
		"":                           {},
		"Unknown":                    {},
		"Unknown Male":               {},
		"UNKNOWN, UNKNOWN":           {},
		"Male Unknown":               {},
		"unknown male 3":             {},
		"Jane Doe":                   {},
		"DOE, JANE":                  {},
		"Mr John Doe":                {},
		"Baby Doe":                   {},
		"Jane Doel":                  {Full: "Jane Doel"},
		"Mr Unknown":                 {},
		"Nguyễn, Văn An":             {Forename: "Văn", Middle: "An", Surname: "Nguyễn"},
		"Smith, John, also J. Jones": {Full: "Smith, John, also J. Jones"},
	} {
		got, _ := ReadFullName(in)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ReadFullName(%q) (-want +got):\n%s", in, diff)
		}
	}
}
