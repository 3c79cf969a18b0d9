-- A price that is approved stands until another is: beside it one may wait. Before, a proposal ended what was approved at once.
drop index price_entries_standing;
create unique index price_entries_standing on price_entries (area, agency, code, unit, state) where ended_at = '';

-- What a run found in a few figures, for lists, which need not read its report. Empty for runs made before.
alter table runs add column found text not null default '';

-- How many contacts of each service an extract has, so that what each code is used for is known without reading every contact.
create table extract_services (
  area bigint not null,
  extract bigint not null,
  service bigint not null,
  contacts bigint not null,
  constraint extract_services_pk primary key (extract, service)
) clustered;
insert into extract_services (area, extract, service, contacts) select area, extract, service, count(*) from contacts group by area, extract, service;
