package intake

import (
	"strings"
	"testing"
)

// TestDraft drafts layouts that can be read as they stand, and that read the files they were drafted from.
func TestDraft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain": {"id,First Name,SURNAME,dob,Post-code,notes\n1,Ada,Example,31/03/1980,SE5 8AZ,x\n2,Bo,Other,01/02/1970,SE1 1AA,y\n",
			[]string{`{header: "id", field: key}`, `{header: "First Name", field: forename}`, "dd/mm/yyyy}\n", "used: notes\n"}},
		"semicolons": {"\ufeffref;name;born;town;town2\n1;Ada Example;1980-03-31;Camberwell;\n",
			[]string{"form: forename surname}  # or form: whole", "format: yyyy-mm-dd}", "field: place}", "used: town2\n"}},
		"either way": {"forename\tsurname\tdob\nAda\tExample\t03/04/1980\n", []string{"would fit mm/dd/yyyy too", "no column is taken for the record number"}},
		"american":   {"forename,surname,dob\nAda,Example,03/31/1980\n", []string{"format: mm/dd/yyyy}"}},
		"senzing": {"RECORD_ID,PRIMARY_NAME_FIRST,PRIMARY_NAME_LAST,ADDR_POSTAL_CODE\n1,Ada,Example,SE5 8AZ\n",
			[]string{`"PRIMARY_NAME_FIRST", field: forename}`, `"PRIMARY_NAME_LAST", field: surname}`, `"ADDR_POSTAL_CODE", field: postcode}`}},
		"no form": {"forename,surname,dob\nAda,Example,Tuesday\n", []string{"CHECK: no one form fits"}},
		"mostly": {"forename,surname,dob\nAda,Example,1980-03-31\nBo,Other,\nCy,Third,unknown\nDi,Fourth,1981-02-03\n",
			[]string{"format: yyyy-mm-dd}  # CHECK: 1 of the first 3 values do not fit it"}},
		"surname first": {"HospNo,Name,Known As,Address postcode,dob\n7,\"ROSE, Daisy\",,SE5 8AZ,1980-03-31\n8,\"FERN, Bo\",Bobby,SE1 1AA,1981-03-31\n",
			[]string{`"HospNo", field: key}`, "field: name, form: 'surname, forename'}\n", `"Known As", field: alias-name, form: whole}`, `"Address postcode", field: postcode}`}},
		"mixed order": {"ref,name,dob\n7,\"ROSE, Daisy\",1980-03-31\n8,Bo Fern,1981-03-31\n9,Cy Elm,1981-03-31\n",
			[]string{"form: forename surname}  # CHECK: 1 of the first 3 names have a comma"}},
		"windows":     {"ref,surname,forename\n1,N\xfa\xf1ez,Ren\xe9\n", []string{"Windows-1252"}},
		"titles":      {"Report of clients,,\n,,\nName,all,\n\nCase No,Surname,Forename\n1,Rose,Daisy\n", []string{"headers stand on line 5", `"Case No", field: key}`}},
		"unknown key": {"Our mark,surname,forename,sort\nA7,Rose,Daisy,x\nB8,Fern,Bo,x\n", []string{"no column is taken for the record number", "as record numbers do: Our mark\n"}},
		"quoted":      {"\"id\",\"a \"\"b\"\"\",forename,dob\n1,x,Ada,1980-03-31\n", []string{`{header: "forename", field: forename}`}},
	} {
		draft, err := Draft(strings.NewReader(c.text), name)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, want := range c.want {
			if !strings.Contains(draft, want) {
				t.Errorf("%s has no %q:\n%s", name, want, draft)
			}
		}
		l, err := ParseLayout([]byte(draft))
		if err != nil {
			t.Errorf("%s cannot be read: %v\n%s", name, err, draft)
			continue
		}
		r, err := NewReader(strings.NewReader(c.text), l, Options{AsOf: asOf})
		if err != nil || !r.Next() || r.Row().Outcome != Accepted || len(r.Row().Person.Identity.Names) != 1 {
			t.Errorf("%s: the file is not read through its draft: %v\n%s", name, err, draft)
		}
	}
	for _, bad := range []string{"", "\n\n", "a,b\n\xff\xfe\n", "PK\x03\x04plain,text\n"} {
		if draft, err := Draft(strings.NewReader(bad), "bad"); err == nil {
			t.Errorf("%q is drafted: %s", bad, draft)
		}
	}
	_, err := Draft(strings.NewReader("\nReport of clients,,\nfoo,bar,surname\n1,2,3\n"), "titles")
	if err == nil || !strings.Contains(err.Error(), "Line 2 is “Report of clients,,”") {
		t.Errorf("a file of no header that is known: %v", err)
	}
	if draft, err := Draft(strings.NewReader("Our mark,surname,forename,sort\nA7,Rose,Daisy,x\nB8,Fern,Bo,x\n"), "marks"); strings.Contains(draft, "do: sort") {
		t.Errorf("a column of one value is shown as a record number: %v\n%s", err, draft)
	}
}
