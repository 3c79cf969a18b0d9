-- What people say of pairs in doubt. pair: the answer is about two records, and may be one of several readings of them; needs_two: whoever gave it
-- asked that a second person agree before it counts. counts_from and counts_to are the link runs in force when it began to count and when it
-- ceased to; 0 is never, and -1 before anybody noted it. made: the person that it made when it parted one.
alter table answers add column pair bigint not null default 0;
alter table answers add column needs_two bigint not null default 0;
alter table answers add column counts_from bigint not null default -1;
alter table answers add column counts_to bigint not null default 0;
alter table answers add column made bigint not null default 0;
create index answers_pair on answers (area, pair, id);
create index answers_from on answers (area, counts_from);
create index answers_to on answers (area, counts_to);

-- The few events that answers made, among the many that runs did.
create index membership_events_said on membership_events (area, run, id) where answer > 0;
create index membership_events_answer on membership_events (area, answer, id) where answer > 0;
