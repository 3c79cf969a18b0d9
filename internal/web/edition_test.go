package web

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/id"
	"throughline/internal/policy"
)

func TestEditionsAreListedAndOpened(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	b := ada.somebody("Fay", 0, policy.AgreePrices, string(policy.FinanceLead))
	says(t, b.status(b.get("/editions"), http.StatusOK).Body.String(), `href="/editions/MOJ"`, "Prison costs, Ministry of Justice", "2016-17 to 2022-23",
		"NHS National Cost Collection 2024/25", "Source: NHS England.", "March 2026")
	page := b.status(b.get("/editions/MOJ"), http.StatusOK).Body.String()
	// £51,724 of 2022-23, whose index is 91.2996, in the money of 2024-25, whose index is 100.
	says(t, page, "MOJ-PRISON-2223", "£51,724.00", "× 1.0953", "£56,653.04", "With care")
	b.status(b.get("/editions/NONE"), http.StatusNotFound)
}

func TestEditionIsSearchedSortedAndPaged(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	b := ada.somebody("Anna", 0, policy.FindAndCost, string(policy.Analyst))
	get := func(path string) string { return b.status(b.get(path), http.StatusOK).Body.String() }
	all := get("/editions/UCD-1.2")
	says(t, all, "1 to 50 of", "page=2")
	says(t, get("/editions/UCD-1.2?page=2"), "51 to ", "page=1")
	says(t, get("/editions/UCD-1.2?page=9999"), "page=") // the last there is
	one := get("/editions/UCD-1.2?q=ARREST+-+detained&sort=price&order=descending")
	says(t, one, "1 price", "UCD12-CR6.0", `value="ARREST - detained"`, "Mixed: police 342")
	saysNot(t, one, "UCD12-CR1.1")
	found := func(page string) (codes []string) {
		for _, code := range editionCode.FindAllString(page, -1) {
			codes = append(codes, tags.ReplaceAllString(code, ""))
		}
		return codes
	}
	for order, want := range map[string][]string{
		"":                             {"MOJ-PRISON-2223", "MOJ-PRISON-1617", "MOJ-PLACE-1617"},
		"?sort=code":                   {"MOJ-PLACE-1617", "MOJ-PRISON-1617", "MOJ-PRISON-2223"},
		"?sort=price":                  {"MOJ-PRISON-1617", "MOJ-PLACE-1617", "MOJ-PRISON-2223"},
		"?sort=price&order=descending": {"MOJ-PRISON-2223", "MOJ-PLACE-1617", "MOJ-PRISON-1617"},
	} {
		if diff := cmp.Diff(want, found(get("/editions/MOJ"+order))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", order, diff)
		}
	}
	says(t, get("/editions/UCD-1.2?q=%3Cscript%3E"), "No price matches", "&lt;script&gt;")
	says(t, get("/editions/RSQ-2020"), "Not counted", "Whole-person total")
}

// editionCode is a code in a cell of its own, and not in the words of another.
var editionCode = regexp.MustCompile(`<bdi>MOJ-(PRISON|PLACE)-\d{4}</bdi>`)

func TestEditionsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	_, ada := newSite(t)
	for _, x := range []struct {
		role    policy.Role
		purpose policy.Purpose
	}{{policy.GovernanceLead, policy.AuditUse}, {policy.Auditor, policy.AuditUse}, {policy.AgencyUser, policy.HandleExtracts}} {
		agency := id.Agency(0)
		if x.role == policy.AgencyUser {
			agency = 1
		}
		b := ada.somebody("new-"+string(x.role), agency, x.purpose, string(x.role))
		b.status(b.get("/editions"), http.StatusForbidden)
		b.status(b.get("/editions/MOJ"), http.StatusForbidden)
	}
}
