//go:build ignore

// Make writes surnames.csv, forenames.csv and nicknames.txt from public tables:
//
//	go run reference/names/make.go -from DIR -to reference/names
//
// DIR holds lastname_uk.csv and firstname_uk.csv (sdglinkage, MIT, from ONS figures, OGL v3), nicknames_en.csv
// (nicknames, Apache-2.0) and nicknames_nhse.csv (NHS England linkage, MIT). Forenames born before 1990 are not in
// those tables and are written by hand in forenames-early.txt.
package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

const (
	surnamesKept  = 5000 // nine tenths of people
	forenamesKept = 700  // of each sex and decade
)

func main() {
	from := flag.String("from", ".", "folder of the public tables")
	to := flag.String("to", "reference/names", "folder to write")
	flag.Parse()
	surnames(*from, *to)
	forenames(*from, *to)
	nicknames(*from, *to)
}

func surnames(from, to string) {
	var b strings.Builder
	b.WriteString("# Commonest UK surnames and how many of a million people have them.\n")
	b.WriteString("# Facts from lastname_uk.csv of sdglinkage (MIT), after the Office for National Statistics (OGL v3).\n")
	rows := read(filepath.Join(from, "lastname_uk.csv"))[1:]
	for _, r := range rows[:min(surnamesKept, len(rows))] {
		fmt.Fprintf(&b, "%s,%d\n", r[0], perMillion(r[1]))
	}
	write(filepath.Join(to, "surnames.csv"), b.String())
}

func forenames(from, to string) {
	type group struct{ sex, decade string }
	shares := map[group]map[string]float64{}
	years := map[group]map[string]bool{}
	for _, r := range read(filepath.Join(from, "firstname_uk.csv"))[1:] {
		g := group{r[2][:1], r[3][:3] + "0"}
		if shares[g] == nil {
			shares[g], years[g] = map[string]float64{}, map[string]bool{}
		}
		f, err := strconv.ParseFloat(r[1], 64)
		if err != nil {
			log.Fatal(err)
		}
		shares[g][r[0]] += f
		years[g][r[3]] = true
	}
	var b strings.Builder
	b.WriteString("# Commonest forenames by sex and decade of birth in England and Wales, and how many of a million births of\n")
	b.WriteString("# that sex. Facts from firstname_uk.csv of sdglinkage (MIT), after the Office for National Statistics (OGL v3);\n")
	b.WriteString("# 1990 is the births of 1996 to 1999, 2010 those of 2010 to 2018.\n")
	for _, decade := range []string{"1990", "2000", "2010"} {
		for _, sex := range []string{"f", "m"} {
			g := group{sex, decade}
			total := 0.0
			var names []string
			for name, f := range shares[g] {
				names, total = append(names, name), total+f
			}
			sort.Slice(names, func(i, j int) bool {
				a, c := shares[g][names[i]], shares[g][names[j]]
				return a > c || a == c && names[i] < names[j]
			})
			for _, name := range names[:min(forenamesKept, len(names))] {
				fmt.Fprintf(&b, "%s,%s,%s,%d\n", sex, decade, name, int(shares[g][name]/total*1e6+.5))
			}
		}
	}
	write(filepath.Join(to, "forenames.csv"), b.String())
}

func nicknames(from, to string) {
	short := map[string]map[string]bool{}
	put := func(name, nick string) {
		name, nick = strings.TrimSpace(strings.ToLower(name)), strings.TrimSpace(strings.ToLower(nick))
		if name == "" || nick == "" || name == nick {
			return
		}
		if short[name] == nil {
			short[name] = map[string]bool{}
		}
		short[name][nick] = true
	}
	for _, r := range read(filepath.Join(from, "nicknames_en.csv"))[1:] {
		put(r[0], r[2])
	}
	for _, r := range read(filepath.Join(from, "nicknames_nhse.csv")) {
		for _, nick := range r[1:] {
			put(r[0], nick)
		}
	}
	var b strings.Builder
	b.WriteString("# Forenames and the short or familiar forms people use for them: the name first, its forms after it.\n")
	b.WriteString("# Facts from nicknames_en.csv (nicknames, Apache-2.0) and nicknames_nhse.csv (NHS England linkage, MIT).\n")
	for _, name := range sorted(short) {
		fmt.Fprintf(&b, "%s %s\n", name, strings.Join(sorted(short[name]), " "))
	}
	write(filepath.Join(to, "nicknames.txt"), b.String())
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, strings.ReplaceAll(k, " ", "-"))
	}
	sort.Strings(keys)
	return keys
}

func perMillion(s string) int {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		log.Fatal(err)
	}
	return int(f*1e6 + .5)
}

func read(name string) [][]string {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	return rows
}

func write(name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}
