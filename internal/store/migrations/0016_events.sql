-- What a run that did not come to be published wrote of whose records are whose, so that a sweep finds it.
create index membership_events_run on membership_events (run, id) where answer = 0;
