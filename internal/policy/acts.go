package policy

// Act is one thing that a person, the command line or the worker can do: "person.open".
type Act string

// Effect says whether an act changes anything.
type Effect uint8

const (
	Read Effect = iota
	Write
)

func (e Effect) String() string { return [...]string{"read", "write"}[e] }

// SubjectKind is the sort of thing that an act is done to.
type SubjectKind string

const (
	System   SubjectKind = "System" // the whole installation; it always exists and has no area
	Area     SubjectKind = "Area"
	Account  SubjectKind = "Account"
	Agency   SubjectKind = "Agency"
	Layout   SubjectKind = "Layout"
	Extract  SubjectKind = "Extract"
	Record   SubjectKind = "Record"
	Person   SubjectKind = "Person"
	Run      SubjectKind = "Run"
	PriceMap SubjectKind = "PriceMap"
	Edition  SubjectKind = "Edition" // a price edition, shared by all areas
	Cohort   SubjectKind = "Cohort"
	Audit    SubjectKind = "Audit"
	Job      SubjectKind = "Job"
	Session  SubjectKind = "Session"
)

// Info is a line of the table of acts.
type Info struct {
	Act      Act
	Words    string // what it says after "You may not": "open a person’s page"
	Effect   Effect
	Subject  SubjectKind
	Row      SubjectKind // of a list: the kind of its rows, each of which is decided under the same act; empty otherwise
	Bulk     bool        // it shows or moves many subjects, or sums over them
	Purposes []Purpose   // those that allow it; none means that it needs no purpose
}

const (
	SystemFirstRun      Act = "system.first-run"
	SessionSignIn       Act = "session.sign-in"
	SessionTrySignIn    Act = "session.try-sign-in"
	SessionSignOut      Act = "session.sign-out"
	SessionStatePurpose Act = "session.state-purpose"
	SessionEndOwn       Act = "session.end-own"
	NamesShow           Act = "names.show"
	NamesHide           Act = "names.hide"
	HomeOpen            Act = "home.open"

	AccountOpenOwn           Act = "account.open-own"
	AccountChangeOwnPassword Act = "account.change-own-password"
	AccountList              Act = "account.list"
	AccountOpen              Act = "account.open"
	AccountCreate            Act = "account.create" // its subject is the agency that the account will belong to, 0 for the partnership
	AccountEditRoles         Act = "account.edit-roles"
	AccountSuspend           Act = "account.suspend"
	AccountRestore           Act = "account.restore"
	AccountEndSessions       Act = "account.end-sessions"
	AccountResetPassword     Act = "account.reset-password"
	AccountExport            Act = "account.export"
	AgencyList               Act = "agency.list"
	AreaLoad                 Act = "area.load"

	LayoutList             Act = "layout.list"
	LayoutOpen             Act = "layout.open"
	LayoutAdd              Act = "layout.add" // its subject is the agency whose files it describes
	LayoutApprove          Act = "layout.approve"
	ExtractList            Act = "extract.list"
	ExtractExport          Act = "extract.export"
	ExtractOpen            Act = "extract.open"
	ExtractCheck           Act = "extract.check"   // its subject is the layout; a dry run that stores nothing
	ExtractReceive         Act = "extract.receive" // its subject is the layout that the file comes under
	ExtractStage           Act = "extract.stage"
	ExtractCompare         Act = "extract.compare"
	ExtractAccept          Act = "extract.accept"
	ExtractRefuse          Act = "extract.refuse"
	ExtractSentInError     Act = "extract.sent-in-error"
	ExtractDownloadRejects Act = "extract.download-rejected"
	RecordOpen             Act = "record.open"
	RecordSeeMark          Act = "record.see-mark" // asked for each mark that is told

	RunList    Act = "run.list"
	RunOpen    Act = "run.open"
	RunExport  Act = "run.export"
	RunStart   Act = "run.start"
	RunRead    Act = "run.read"
	RunWrite   Act = "run.write"
	RunPublish Act = "run.publish"

	PersonSearch      Act = "person.search"
	PersonOpen        Act = "person.open"
	PersonFootprint   Act = "person.footprint"
	PersonLine        Act = "person.line"
	PersonExport      Act = "person.export"
	PersonWhoHasSeen  Act = "person.who-has-seen"
	PersonSeeReader   Act = "person.see-reader" // its subject is the account that saw the person; asked for each one listed
	PersonSeeName     Act = "person.see-name"   // asked for each person named on a page, while names are shown
	PersonSame        Act = "person.answer-same"
	PersonNotSame     Act = "person.answer-not-same"
	PersonUnsure      Act = "person.answer-unsure"
	PersonUndoAnswer  Act = "person.undo-answer"
	PairList          Act = "pair.list"
	PairOpen          Act = "pair.open" // its subject is the first of the two records; the other is asked about within
	PairSame          Act = "pair.answer-same"
	PairNotSame       Act = "pair.answer-not-same"
	PairUnsure        Act = "pair.answer-unsure"
	PairUndo          Act = "pair.undo-answer"
	CohortOpen        Act = "cohort.open"
	CohortExport      Act = "cohort.export"
	CohortExportNames Act = "cohort.export-names"
	PriceMapOpen      Act = "price-map.open"
	PriceMapExport    Act = "price-map.export"
	PriceMapSetLocal  Act = "price-map.set-local"
	PriceMapLeaveOut  Act = "price-map.leave-out"
	PriceMapApprove   Act = "price-map.approve"
	EditionList       Act = "edition.list"
	EditionOpen       Act = "edition.open"
	AuditSearch       Act = "audit.search"
	AuditExport       Act = "audit.export"
	AuditVerify       Act = "audit.verify"
	JobList           Act = "job.list"
	JobOpen           Act = "job.open"
	JobTake           Act = "job.take"
)

// What the groups of acts below may be done for.
var (
	anyPurpose     = []Purpose(nil)
	forAccounts    = []Purpose{LookAfterAccounts}
	forAccountList = []Purpose{LookAfterAccounts, AuditUse}
	forAreas       = []Purpose{Operate}
	forExtracts    = []Purpose{HandleExtracts, FindAndCost, Operate}
	forRows        = []Purpose{HandleExtracts, FindAndCost, CheckRecords}
	forRuns        = []Purpose{FindAndCost, CheckRecords, Operate}
	forRunList     = []Purpose{FindAndCost, CheckRecords, AgreePrices, HandleExtracts, AuditUse, Operate}
	forPeople      = []Purpose{FindAndCost, CheckRecords, TakeToPanel}
	forNames       = []Purpose{CheckRecords, TakeToPanel}
	forAnswers     = []Purpose{FindAndCost, CheckRecords}
	forFigures     = []Purpose{FindAndCost, CheckRecords, TakeToPanel, AgreePrices}
	forCohort      = []Purpose{FindAndCost, CheckRecords, TakeToPanel, AgreePrices, Operate}
	forPrices      = []Purpose{AgreePrices, FindAndCost, Operate}
	forAudit       = []Purpose{AuditUse, Operate}
	forSeen        = []Purpose{AuditUse, FindAndCost, CheckRecords, TakeToPanel}
)

// table is every act there is. What is not here is refused.
var table = []Info{
	{SystemFirstRun, "create the first administrator", Write, System, "", false, anyPurpose},
	{SessionSignIn, "sign in", Write, Account, "", false, anyPurpose},
	{SessionTrySignIn, "try to sign in", Write, System, "", false, anyPurpose},
	{SessionSignOut, "sign out", Write, Session, "", false, anyPurpose},
	{SessionStatePurpose, "state your purpose", Write, Session, "", false, anyPurpose},
	{SessionEndOwn, "end one of your own sessions", Write, Session, "", false, anyPurpose},
	{NamesShow, "show names", Write, Session, "", false, forNames},
	{NamesHide, "hide names", Write, Session, "", false, anyPurpose},
	{HomeOpen, "open the home page", Read, Area, "", false, anyPurpose},

	{AccountOpenOwn, "open your own account", Read, Account, "", false, anyPurpose},
	{AccountChangeOwnPassword, "change your own password", Write, Account, "", false, anyPurpose},
	{AccountList, "list accounts", Read, Area, Account, true, forAccountList},
	{AccountOpen, "open an account", Read, Account, "", false, forAccountList},
	{AccountCreate, "create an account", Write, Agency, "", false, forAccounts},
	{AccountEditRoles, "change an account’s roles", Write, Account, "", false, forAccounts},
	{AccountSuspend, "suspend an account", Write, Account, "", false, forAccounts},
	{AccountRestore, "restore an account", Write, Account, "", false, forAccounts},
	{AccountEndSessions, "end an account’s sessions", Write, Account, "", false, forAccounts},
	{AccountResetPassword, "reset an account’s password", Write, Account, "", false, forAccounts},
	{AccountExport, "export the list of accounts", Read, Area, Account, true, forAccountList},
	{AgencyList, "list agencies", Read, Area, Agency, true, anyPurpose},
	{AreaLoad, "load an area’s configuration", Write, System, "", false, forAreas},

	{LayoutList, "list layouts", Read, Area, Layout, true, forExtracts},
	{LayoutOpen, "open a layout", Read, Layout, "", false, forExtracts},
	{LayoutAdd, "add a layout", Write, Agency, "", false, forExtracts},
	{LayoutApprove, "approve a layout", Write, Layout, "", false, []Purpose{HandleExtracts}},
	{ExtractList, "list extracts", Read, Area, Extract, true, forExtracts},
	{ExtractExport, "export the list of extracts", Read, Area, Extract, true, forExtracts},
	{ExtractOpen, "open an extract", Read, Extract, "", false, forExtracts},
	{ExtractCheck, "check a file", Write, Layout, "", true, forExtracts},
	{ExtractReceive, "send in an extract", Write, Layout, "", true, forExtracts},
	{ExtractStage, "store a piece of an extract", Write, Extract, "", true, forExtracts},
	{ExtractCompare, "compare an extract with what was sent before", Read, Extract, "", true, forExtracts},
	{ExtractAccept, "accept an extract", Write, Extract, "", true, forExtracts},
	{ExtractRefuse, "refuse an extract", Write, Extract, "", true, forExtracts},
	{ExtractSentInError, "mark an extract as sent in error", Write, Extract, "", true, forExtracts},
	{ExtractDownloadRejects, "download rejected rows", Read, Extract, "", true, forExtracts},
	{RecordOpen, "open a row as the agency sent it", Read, Record, "", false, forRows},
	{RecordSeeMark, "see that a record is marked as shielded or as of an incident", Read, Record, "", false, forAnswers},

	{RunList, "list runs", Read, Area, Run, true, forRunList},
	{RunOpen, "open a run", Read, Run, "", false, forRunList},
	{RunExport, "export the list of runs", Read, Area, Run, true, forRunList},
	{RunStart, "start a run", Write, Area, "", true, forRuns},
	{RunRead, "read records for a run", Read, Run, "", true, forRuns},
	{RunWrite, "write a piece of a run", Write, Run, "", true, forRuns},
	{RunPublish, "publish a run", Write, Run, "", true, forRuns},

	{PersonSearch, "search for people", Read, Area, Person, true, forPeople},
	{PersonOpen, "open a person’s page", Read, Person, Record, false, forPeople},
	{PersonFootprint, "open a person’s footprint", Read, Person, Record, false, forFigures},
	{PersonLine, "open a line of a footprint", Read, Record, "", false, forFigures},
	{PersonExport, "export a person’s footprint", Read, Person, Record, false, forPeople},
	{PersonWhoHasSeen, "see who has seen a person", Read, Person, Record, false, forSeen},
	{PersonSeeReader, "see the name of somebody who has seen a person", Read, Account, "", false, forSeen},
	{PersonSeeName, "see a person’s name", Read, Person, "", false, forNames},
	{PersonSame, "answer that records are the same person’s", Write, Person, "", false, forAnswers},
	{PersonNotSame, "answer that a record is not the same person’s", Write, Person, "", false, forAnswers},
	{PersonUnsure, "answer that you are unsure", Write, Person, "", false, forAnswers},
	{PersonUndoAnswer, "undo an answer", Write, Person, "", false, forAnswers},

	{PairList, "list links to look at", Read, Area, Record, true, forAnswers},
	{PairOpen, "look at two records side by side", Read, Record, "", false, forAnswers},
	{PairSame, "answer that two records are one person’s", Write, Record, "", false, forAnswers},
	{PairNotSame, "answer that two records are not one person’s", Write, Record, "", false, forAnswers},
	{PairUnsure, "answer that you are unsure about two records", Write, Record, "", false, forAnswers},
	{PairUndo, "undo an answer about two records", Write, Record, "", false, forAnswers},

	{CohortOpen, "open the cohort", Read, Cohort, Person, true, forCohort},
	{CohortExport, "export the cohort by pseudonym", Read, Cohort, Person, true, forCohort},
	{CohortExportNames, "export the cohort with names", Read, Cohort, Person, true, forNames},

	{PriceMapOpen, "open the price map", Read, PriceMap, "", true, forPrices},
	{PriceMapExport, "export the price map", Read, PriceMap, "", true, forPrices},
	{PriceMapSetLocal, "set a local price", Write, PriceMap, "", false, forPrices},
	{PriceMapLeaveOut, "leave a code out of the prices", Write, PriceMap, "", false, forPrices},
	{PriceMapApprove, "approve the price map", Write, PriceMap, "", false, forPrices},
	{EditionList, "list price editions", Read, Area, Edition, true, anyPurpose},
	{EditionOpen, "open a price edition", Read, Edition, "", false, anyPurpose},

	{AuditSearch, "search the audit", Read, Audit, "", true, forAudit},
	{AuditExport, "export from the audit", Read, Audit, "", true, forAudit},
	{AuditVerify, "verify the audit", Read, Audit, "", true, forAudit},

	{JobList, "list jobs", Read, Area, Job, true, anyPurpose},
	{JobOpen, "open a job", Read, Job, "", false, anyPurpose},
	{JobTake, "work on a job", Write, Job, "", false, anyPurpose},
}

var byName = func() map[Act]Info {
	m := make(map[Act]Info, len(table))
	for _, info := range table {
		m[info.Act] = info
	}
	return m
}()

// ActInfo is the line of the table about an act; false when there is no such act.
func ActInfo(a Act) (Info, bool) {
	info, ok := byName[a]
	return info, ok
}

// Acts is the whole table, in the order of the pages.
func Acts() []Info { return append([]Info(nil), table...) }

// takes says whether an act may be asked about such a subject.
func (i Info) takes(kind SubjectKind) bool { return kind == i.Subject || i.Row != "" && kind == i.Row }
