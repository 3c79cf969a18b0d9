-- Who at the agency is involved with a record, as the last of an extract's contacts that named somebody says.

create table record_workers (
  area bigint not null,
  record bigint not null,
  extract bigint not null,
  day bigint not null,
  worker text not null,
  reach text not null,
  constraint record_workers_pk primary key (record, extract)
) clustered;
create index record_workers_extract on record_workers (extract);
