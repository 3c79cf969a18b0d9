package intake

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"throughline/internal/fault"
)

// FuzzLayout: any bytes give a layout that reads a file, or a fault; never a panic.
func FuzzLayout(f *testing.F) {
	for _, l := range areaLayouts(f) {
		f.Add(l.Source())
	}
	f.Add([]byte(wideLayout))
	f.Fuzz(func(t *testing.T, source []byte) {
		l, err := ParseLayout(source)
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.Message == "" || e.Remedy == "" {
				t.Fatalf("an error without a remedy: %v", err)
			}
			return
		}
		if _, err := ParseLayout(l.Source()); err != nil {
			t.Fatalf("a layout is not read a second time: %v", err)
		}
		if r, err := NewReader(bytes.NewReader([]byte(soundHeader+"C1,Ada,,\n")), l, Options{AsOf: asOf}); err == nil {
			for r.Next() {
			}
		}
	})
}

// FuzzReader: any bytes conserve their rows or refuse the file with a remedy, and what is read in one piece is read so in many.
func FuzzReader(f *testing.F) {
	f.Add([]byte("id,forename,dob,ref,code,start,end,cost\nK1,Ada,19/05/1988,R1,VIS,01/02/2025,,5\n"), byte(0))
	f.Add([]byte("\uFEFFclient;full name;dob;address\r\nC1;\"Ada \"\"B\"\"\r\nBell\";01/02/1990;\r\n"), byte(1))
	f.Add([]byte("\xFF\xFEc\x00l\x00"), byte(1))
	f.Add([]byte("client,full name,dob,address\r\nC1,\"Ada,,\n"), byte(1))
	f.Add([]byte("id,forename,dob,ref,code,start,end,cost\n,,,,,,,\n#N/A,\xC3,,,,,,\n"), byte(2))
	f.Add([]byte("id,forename,surname,dob,sex,nhs,nino,uprn,postcode,phone,ref,code,start,end,mins,cost,rent,la\n"+
		"0012345,Ada,Bell,19/05/1988,2,9434765919,AB123465C,1,SE5 8AZ,07700900123,R1,MIN,03/02/2025,04/02/2025,\"1,050\",£5,1,E09000022\n"), byte(3))
	layouts := []*Layout{mustLayout(f, bothLayout), mustLayout(f, "name: p\nversion: 1\nagency: p\nkind: people\ncolumns:\n"+
		"  - {header: client, field: key}\n  - {header: full name, field: name, form: \"surname, forename\"}\n  - {header: dob, field: birth, format: d/m/yyyy}\n"),
		mustLayout(f, bothLayout+"\nencoding: windows-1252"), mustLayout(f, wideLayout)}
	f.Fuzz(func(t *testing.T, file []byte, which byte) {
		l := layouts[int(which)%len(layouts)]
		whole, wholeErr := DryRun(bytes.NewReader(file), l, Options{AsOf: asOf}, 100)
		pieces, piecesErr := DryRun(iotest.OneByteReader(bytes.NewReader(file)), l, Options{AsOf: asOf}, 100)
		if (wholeErr == nil) != (piecesErr == nil) {
			t.Fatalf("whole: %v, in pieces: %v", wholeErr, piecesErr)
		}
		if wholeErr != nil {
			var e *fault.Error
			if !errors.As(wholeErr, &e) || e.Remedy == "" || e.Kind != fault.Invalid {
				t.Fatalf("an error without a remedy: %v", wholeErr)
			}
			return
		}
		c := whole.Counts
		if c.Accepted+c.Rejected+c.Repeated != c.Rows || c != pieces.Counts || whole.Hash != pieces.Hash || whole.Bytes != int64(len(file)) {
			t.Fatalf("%+v, in pieces %+v, %d bytes of %d", c, pieces.Counts, whole.Bytes, len(file))
		}
		for _, no := range whole.Rejected {
			if no.Line < 2 || no.Message == "" || no.Remedy == "" || no.Code == Reason(no.Code) {
				t.Fatalf("a rejection that says too little: %+v", no)
			}
		}
	})
}
