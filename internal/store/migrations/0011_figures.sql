-- A price that is approved stands until another is: beside it one may wait. Before, a proposal ended what was approved at once.
drop index price_entries_standing;
create unique index price_entries_standing on price_entries (area, agency, code, unit, state) where ended_at = '';

-- What a run found in a few figures, for lists, which need not read its report. Empty for runs made before.
alter table runs add column found text not null default '';
