-- What an extract says of a record that asks for care when records are joined. incident 0: mark 1 that the person is shielded, 0 that they are not.
-- Any other incident is the agency's, hashed: mark is the part in it, 1 victim, 2 suspect, 3 both, 0 neither. Of each incident the newest accepted
-- extract that says anything counts.
create table record_marks (
  area bigint not null,
  record bigint not null,
  incident bigint not null,
  extract bigint not null,
  mark bigint not null,
  constraint record_marks_pk primary key (record, incident, extract)
) clustered;
create index record_marks_extract on record_marks (extract);
create index record_marks_some on record_marks (area, record) where mark > 0;
