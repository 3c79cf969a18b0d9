package sample

// truth is one of the files that say what is so. None is ever given to a linker.
type truth uint8

const (
	truthPerson truth = iota
	truthRecord
	truthEvent
	truthHousehold
	truthTwin
	truthCost
	truthLink
	truths = 7
)

var truthForms = [truths]struct{ name, header string }{
	truthPerson: {"person.csv", "person,forename,middle,surname,birth,died,sex,nhs_number,later_nhs_number,nino,pnc,prison_number,phone," +
		"naming,troubled,outsider,borough,names,addresses"},
	truthRecord:    {"record_truth.csv", "agency,file,record,person,registered,corruptions,hard_cases"},
	truthEvent:     {"event.csv", "agency,file,record,person,contact,code,service,from,to,quantity,amount,rent,true_cost"},
	truthHousehold: {"household.csv", "household,person,role,members,namesake"},
	truthTwin:      {"twins.csv", "person,twin,birth,same_sex"},
	truthCost:      {"cost.csv", "person,two_years,crisis,year_1,year_2,agencies,largest_service,largest_service_cost,contacts,cohort"},
	truthLink:      {"truth.csv", "file,record,truth"},
}
