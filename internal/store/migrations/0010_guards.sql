-- What stands once in an installation, of no area: which key file its audit was made with.
create table installation (
  id bigint not null constraint installation_once check (id = 1),
  keys text not null,
  constraint installation_pk primary key (id)
);

-- While an event is sealed its seal changes and nothing else; a signed checkpoint never changes.
-- only: sqlite
drop trigger audit_no_update;
create trigger audit_no_update before update on audit
when new.seal < 0 or old.seal >= 0 or new.area is not old.area or new.id is not old.id or new.at is not old.at
  or new.account is not old.account or new.actor_name is not old.actor_name or new.agency is not old.agency
  or new.roles is not old.roles or new.act is not old.act or new.subject_kind is not old.subject_kind
  or new.subject_id is not old.subject_id or new.purpose is not old.purpose or new.outcome is not old.outcome
  or new.reason is not old.reason or new.policies is not old.policies or new.policy_hash is not old.policy_hash
  or new.session is not old.session or new.source is not old.source or new.version is not old.version
  or new.made is not old.made or new.people is not old.people or new.leaf is not old.leaf
begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_checkpoints_no_update before update on audit_checkpoints begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_checkpoints_no_delete before delete on audit_checkpoints begin select raise(abort, 'the audit is append-only'); end;
-- only: postgres
create trigger audit_checkpoints_no_change before update or delete on audit_checkpoints for each row execute function audit_append_only();
