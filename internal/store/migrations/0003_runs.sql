-- Runs, and what they found. Pages read the run that areas.link_run and areas.cost_run name; publishing is that one change.

create table runs (
  area bigint not null,
  id bigint not null,
  kind text not null constraint runs_kind_known check (kind in ('link', 'cost')),
  state text not null constraint runs_state_known check (state in ('working', 'published', 'superseded', 'failed')),
  started_at text not null constraint runs_started_at_instant check (length(started_at) = 27),
  started_by bigint not null,
  finished_at text not null default '',
  inputs text not null,
  inputs_hash text not null,
  code_version text not null,
  report text not null default '',
  fault text not null default '',
  constraint runs_pk primary key (id)
);
create index runs_area on runs (area, kind, id);

create table persons (
  area bigint not null,
  id bigint not null,
  made_by bigint not null,
  forwarded_to bigint not null default 0,
  constraint persons_pk primary key (id)
);

-- Which person a record belongs to, by link run. An answer changes the published run's rows, and says so in membership_events.
create table memberships (
  area bigint not null,
  run bigint not null,
  record bigint not null,
  person bigint not null,
  constraint memberships_pk primary key (run, record)
) clustered;
create index memberships_person on memberships (run, person);

create table membership_events (
  area bigint not null,
  id bigint not null,
  at text not null constraint membership_events_at_instant check (length(at) = 27),
  run bigint not null,
  answer bigint not null,
  account bigint not null,
  record bigint not null,
  from_person bigint not null,
  to_person bigint not null,
  kind text not null constraint membership_events_kind_known check (kind in ('linked', 'unlinked', 'forwarded')),
  constraint membership_events_pk primary key (id)
);
create index membership_events_record on membership_events (area, record, id);

-- The links that hold a person together, each with its evidence; bits in thousandths, probability in millionths.
create table links (
  area bigint not null,
  run bigint not null,
  record_a bigint not null,
  record_b bigint not null,
  millibits bigint not null,
  ppm bigint not null,
  evidence text not null,
  constraint links_pk primary key (run, record_a, record_b)
) clustered;
create index links_b on links (run, record_b);

-- Pairs in doubt, for a person to decide.
create table doubts (
  area bigint not null,
  run bigint not null,
  record_a bigint not null,
  record_b bigint not null,
  millibits bigint not null,
  ppm bigint not null,
  why text not null,
  evidence text not null,
  constraint doubts_pk primary key (run, record_a, record_b)
) clustered;

-- What people have answered, for ever; undone answers stay, marked.
create table answers (
  area bigint not null,
  id bigint not null,
  answer text not null constraint answers_answer_known check (answer in ('same', 'not-same', 'unsure')),
  person bigint not null,
  record bigint not null,
  reason text not null,
  at text not null constraint answers_at_instant check (length(at) = 27),
  account bigint not null,
  undone_at text not null default '',
  undone_by bigint not null default 0,
  undone_reason text not null default '',
  constraint answers_pk primary key (id)
);
create index answers_person on answers (area, person);

create table answer_pairs (
  area bigint not null,
  answer bigint not null constraint answer_pairs_answer references answers (id),
  record_a bigint not null,
  record_b bigint not null,
  constraint answer_pairs_pk primary key (answer, record_a, record_b)
) clustered;
create index answer_pairs_a on answer_pairs (record_a);
create index answer_pairs_b on answer_pairs (record_b);

-- The price map, a row for each decision about a code; the one that counts has ended_at empty.
create table price_entries (
  area bigint not null,
  id bigint not null,
  agency bigint not null,
  code text not null,
  unit text not null,
  entry text not null,
  state text not null constraint price_entries_state_known check (state in ('proposed', 'approved')),
  made_at text not null constraint price_entries_made_at_instant check (length(made_at) = 27),
  made_by bigint not null,
  approved_at text not null default '',
  approved_by bigint not null default 0,
  approved_as text not null default '',
  ended_at text not null default '',
  ended_by bigint not null default 0,
  constraint price_entries_pk primary key (id)
);
create unique index price_entries_standing on price_entries (area, agency, code, unit) where ended_at = '';

-- Sums of a cost run, by the agency that sent the contacts, the service meant, who pays and the kind of use.
create table person_sums (
  area bigint not null,
  run bigint not null,
  person bigint not null,
  month bigint not null,
  agency text not null,
  service text not null,
  payer text not null,
  kind text not null,
  amount bigint not null,
  contacts bigint not null,
  constraint person_sums_pk primary key (run, person, month, agency, service, payer, kind)
) clustered;

-- A person's totals in the run's own window, worked out to the day.
create table person_totals (
  area bigint not null,
  run bigint not null,
  person bigint not null,
  rank bigint not null,
  place text not null constraint person_totals_place_known check (place in ('cohort', 'single-service', 'few-agencies', 'below')),
  borough text not null,
  agencies text not null,
  total bigint not null,
  year_1 bigint not null,
  year_2 bigint not null,
  crisis bigint not null,
  a_week bigint not null,
  largest_service text not null,
  largest_share bigint not null,
  partial text not null,
  contacts bigint not null,
  not_priced bigint not null,
  weakest_ppm bigint not null,
  constraint person_totals_pk primary key (run, person)
) clustered;
create index person_totals_rank on person_totals (run, place, rank);
