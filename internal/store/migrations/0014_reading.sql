-- How the file was read and what somebody should think about before they accept it, as JSON; empty once its rows are swept.
alter table extracts add column reading text not null default '';

-- Which records left a person, among the many that came to one.
create index membership_events_left on membership_events (area, from_person, id) where kind = 'unlinked';
