-- Which contacts a record has, beside the contacts rather than as an index upon them: an index is written at a random place for every
-- row, this is written in order once a file is read.

drop index contacts_record;
create table contact_records (
  area bigint not null,
  record bigint not null,
  extract bigint not null,
  line bigint not null,
  constraint contact_records_pk primary key (record, extract, line)
) clustered;
insert into contact_records (area, record, extract, line) select area, record, extract, line from contacts order by record, extract, line;
