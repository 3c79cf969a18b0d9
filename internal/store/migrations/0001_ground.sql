-- One text for both engines. bigint and bytea become integer and blob on SQLite; ");" ends a strict table and
-- ") clustered;" one whose rows lie in the order of their key. Every row carries its area but where a line says why not.

-- The numbers given out by name. Not of an area: a number is never used twice in an installation.
create table counters (
  name text not null,
  next bigint not null,
  constraint counters_pk primary key (name)
) clustered;

-- Areas by number; the configuration is kept as it was loaded, so that a decision can name the words it followed.
create table areas (
  id bigint not null,
  slug text not null,
  title text not null,
  config_hash text not null,
  loaded_at text not null constraint areas_loaded_at_instant check (length(loaded_at) = 27),
  link_run bigint not null default 0,
  cost_run bigint not null default 0,
  constraint areas_pk primary key (id),
  constraint areas_slug_once unique (slug)
);

create table agencies (
  area bigint not null,
  id bigint not null,
  slug text not null,
  mark text not null,
  name text not null,
  constraint agencies_pk primary key (id),
  constraint agencies_slug_once unique (area, slug)
);

create table accounts (
  area bigint not null,
  id bigint not null,
  agency bigint not null default 0,
  email text not null,
  email_folded text not null,
  name text not null,
  password_hash text not null,
  password_at text not null default '',
  must_change bigint not null default 0,
  created_at text not null constraint accounts_created_at_instant check (length(created_at) = 27),
  created_by bigint not null,
  suspended_at text not null default '',
  suspended_by bigint not null default 0,
  version bigint not null default 1,
  constraint accounts_pk primary key (id),
  constraint accounts_email_once unique (area, email_folded)
);

create table account_roles (
  area bigint not null,
  account bigint not null constraint account_roles_account references accounts (id),
  role text not null,
  constraint account_roles_pk primary key (account, role)
) clustered;

-- The token itself is never stored, only its SHA-256.
create table sessions (
  area bigint not null,
  id bigint not null,
  token_hash text not null,
  account bigint not null constraint sessions_account references accounts (id),
  purpose text not null default '',
  purpose_why text not null default '',
  names_until text not null default '',
  source text not null,
  agent text not null default '',
  started_at text not null constraint sessions_started_at_instant check (length(started_at) = 27),
  seen_at text not null constraint sessions_seen_at_instant check (length(seen_at) = 27),
  ended_at text not null default '',
  ended_by bigint not null default 0,
  constraint sessions_pk primary key (id),
  constraint sessions_token_once unique (token_hash)
);
create index sessions_account on sessions (account, started_at);

-- Tries to sign in, for the rate limit; subject is a keyed hash, so that the table names nobody.
create table sign_in_tries (
  area bigint not null,
  id bigint not null,
  subject text not null,
  source text not null,
  at text not null constraint sign_in_tries_at_instant check (length(at) = 27),
  succeeded bigint not null,
  constraint sign_in_tries_pk primary key (id)
);
create index sign_in_tries_subject on sign_in_tries (area, subject, at);
create index sign_in_tries_source on sign_in_tries (area, source, at);

create table jobs (
  area bigint not null,
  id bigint not null,
  kind text not null,
  args text not null,
  state text not null constraint jobs_state_known check (state in ('waiting', 'working', 'done', 'failed', 'stopped')),
  created_at text not null constraint jobs_created_at_instant check (length(created_at) = 27),
  created_by bigint not null,
  claimed_by text not null default '',
  lease_until text not null default '',
  tries bigint not null default 0,
  started_at text not null default '',
  finished_at text not null default '',
  doing text not null default '',
  done bigint not null default 0,
  total bigint not null default 0,
  fault text not null default '',
  constraint jobs_pk primary key (id)
);
create index jobs_waiting on jobs (state, id);

-- The audit: what was asked, by whom, of whom, why, and what the policy said. Links, never content.
-- seal is the event's leaf in the tree, -1 until the sequencer has taken it.
create table audit (
  area bigint not null,
  id bigint not null,
  at text not null constraint audit_at_instant check (length(at) = 27),
  account bigint not null,
  actor_name text not null,
  agency bigint not null,
  roles text not null,
  act text not null,
  subject_kind text not null,
  subject_id bigint not null,
  purpose text not null,
  outcome text not null,
  reason text not null,
  policies text not null,
  policy_hash text not null,
  session bigint not null,
  source text not null,
  version text not null,
  made text not null,
  people bigint not null,
  leaf bytea not null,
  seal bigint not null default -1,
  constraint audit_pk primary key (id)
);
create index audit_unsealed on audit (area, id) where seal < 0;
create unique index audit_sealed on audit (area, seal) where seal >= 0;
create index audit_account on audit (area, account, id);
create index audit_subject on audit (area, subject_kind, subject_id, id);

create table audit_people (
  area bigint not null,
  person bigint not null,
  event bigint not null,
  constraint audit_people_pk primary key (area, person, event)
) clustered;
create index audit_people_event on audit_people (event);

-- The stored hashes of an area's Merkle tree over its events (RFC 6962). Area 0 is what happens before there is an area.
create table audit_hashes (
  area bigint not null,
  place bigint not null,
  hash bytea not null,
  constraint audit_hashes_pk primary key (area, place)
) clustered;

-- Signed checkpoints; each is also written outside the database.
create table audit_checkpoints (
  area bigint not null,
  size bigint not null,
  at text not null constraint audit_checkpoints_at_instant check (length(at) = 27),
  note text not null,
  constraint audit_checkpoints_pk primary key (area, size)
) clustered;

-- only: sqlite
create trigger audit_no_update before update on audit
when new.seal < 0 or old.seal >= 0 or new.leaf <> old.leaf or new.at <> old.at or new.act <> old.act or new.account <> old.account
  or new.subject_id <> old.subject_id or new.outcome <> old.outcome or new.reason <> old.reason
begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_people_no_update before update on audit_people begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_people_no_delete before delete on audit_people begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_hashes_no_update before update on audit_hashes begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_hashes_no_delete before delete on audit_hashes begin select raise(abort, 'the audit is append-only'); end;
-- only: postgres
create function audit_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'audit' then
    if old.seal < 0 and new.seal >= 0 and to_jsonb(new) - 'seal' = to_jsonb(old) - 'seal' then return new; end if;
  end if;
  raise exception 'the audit is append-only';
end $$;
create trigger audit_no_change before update or delete on audit for each row execute function audit_append_only();
create trigger audit_people_no_change before update or delete on audit_people for each row execute function audit_append_only();
create trigger audit_hashes_no_change before update or delete on audit_hashes for each row execute function audit_append_only();
