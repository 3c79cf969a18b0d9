-- The evidence of links apart from the links: a person's page looks at every link of the person and explains one.
create table link_evidence (
  area bigint not null,
  run bigint not null,
  record_a bigint not null,
  record_b bigint not null,
  evidence text not null,
  constraint link_evidence_pk primary key (run, record_a, record_b)
) clustered;
insert into link_evidence (area, run, record_a, record_b, evidence) select area, run, record_a, record_b, evidence from links;
alter table links drop column evidence;
