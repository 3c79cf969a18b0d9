-- Layouts, extracts and what came in them.

create table layouts (
  area bigint not null,
  id bigint not null,
  agency bigint not null constraint layouts_agency references agencies (id),
  name text not null,
  version bigint not null,
  hash text not null,
  text text not null,
  added_at text not null constraint layouts_added_at_instant check (length(added_at) = 27),
  added_by bigint not null,
  approved_at text not null default '',
  approved_by bigint not null default 0,
  constraint layouts_pk primary key (id),
  constraint layouts_version_once unique (area, agency, name, version)
);

-- An extract's rows are read by pages only while state is 'accepted'. That one word is what makes it count.
create table extracts (
  area bigint not null,
  id bigint not null,
  agency bigint not null constraint extracts_agency references agencies (id),
  layout bigint not null constraint extracts_layout references layouts (id),
  name text not null,
  sha256 text not null,
  bytes bigint not null,
  as_of bigint not null,
  whole bigint not null default 0,
  control_rows bigint not null default -1,
  control_sum bigint,
  state text not null constraint extracts_state_known
    check (state in ('received', 'checked', 'accepted', 'refused', 'removing', 'removed', 'faulty')),
  received_at text not null constraint extracts_received_at_instant check (length(received_at) = 27),
  received_by bigint not null,
  checked_at text not null default '',
  decided_at text not null default '',
  decided_by bigint not null default 0,
  reason text not null default '',
  rows bigint not null default 0,
  accepted bigint not null default 0,
  rejected bigint not null default 0,
  repeated bigint not null default 0,
  set_aside bigint not null default 0,
  people bigint not null default 0,
  contacts bigint not null default 0,
  first_day bigint not null default 0,
  last_day bigint not null default 0,
  absent bigint not null default 0,
  unmapped text not null default '[]',
  fault text not null default '',
  constraint extracts_pk primary key (id)
);
create index extracts_agency on extracts (area, agency, as_of);
create index extracts_sha256 on extracts (area, sha256);

-- The mapped columns exactly as sent, compressed, whole rows together, every row of the file whatever became of it.
create table extract_chunks (
  area bigint not null,
  extract bigint not null,
  first_line bigint not null,
  last_line bigint not null,
  data bytea not null,
  constraint extract_chunks_pk primary key (extract, first_line)
);

create table extract_faults (
  area bigint not null,
  extract bigint not null,
  line bigint not null,
  seq bigint not null,
  field text not null,
  code text not null,
  said text not null,
  message text not null,
  remedy text not null,
  constraint extract_faults_pk primary key (extract, line, seq)
) clustered;

create table extract_set_aside (
  area bigint not null,
  extract bigint not null,
  field text not null,
  code text not null,
  said text not null,
  reason text not null,
  uses bigint not null,
  constraint extract_set_aside_pk primary key (extract, field, code, said)
) clustered;

-- What an agency calls somebody; the number is ours and lasts.
create table records (
  area bigint not null,
  id bigint not null,
  agency bigint not null,
  key_hash bigint not null,
  key text not null,
  constraint records_pk primary key (id)
);
create unique index records_key on records (area, agency, key_hash, key);

-- One row for each extract that said something new of a record. The one that counts is that of the latest as-of day.
create table record_versions (
  area bigint not null,
  record bigint not null,
  extract bigint not null,
  as_of bigint not null,
  line bigint not null,
  content bigint not null,
  identity text not null,
  set_aside text not null,
  borough text not null,
  worker text not null,
  reach text not null,
  constraint record_versions_pk primary key (record, extract)
) clustered;
create index record_versions_extract on record_versions (extract);

-- Services as an agency codes them.
create table service_codes (
  area bigint not null,
  id bigint not null,
  agency bigint not null,
  code text not null,
  unit text not null,
  constraint service_codes_pk primary key (id),
  constraint service_codes_once unique (area, agency, code, unit)
);

-- One use of a service: whole numbers, found again by its extract and line. Days count from 1 January of year 1.
-- ref is what tells one contact of an agency from another, content what was said of it (64-bit hashes).
create table contacts (
  area bigint not null,
  extract bigint not null,
  line bigint not null,
  record bigint not null,
  service bigint not null,
  from_day bigint not null,
  to_day bigint not null,
  quantity bigint not null,
  own bigint,
  ref bigint not null,
  content bigint not null,
  constraint contacts_pk primary key (extract, line)
) clustered;
create index contacts_record on contacts (record);

-- A contact stands no longer once the extract that replaced it counts; when that one is removed it stands again.
create table contact_replacements (
  area bigint not null,
  extract bigint not null,
  line bigint not null,
  by_extract bigint not null,
  constraint contact_replacements_pk primary key (extract, line, by_extract)
) clustered;
create index contact_replacements_by on contact_replacements (by_extract);

-- Blocking keys of records, for search with typos.
create table record_keys (
  area bigint not null,
  key bigint not null,
  record bigint not null,
  extract bigint not null,
  constraint record_keys_pk primary key (area, key, record, extract)
) clustered;
create index record_keys_extract on record_keys (extract);
