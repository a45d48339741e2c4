-- Verticals with their rule sets, and agreements. Both owe the administration book a leaf for every act, so both are written
-- with their outbox rows in one transaction.

create table vertical (
    id                text collate "C" not null primary key,
    version           integer not null,
    payload           bytea,
    code              text collate "C" not null unique,
    approved_version  uuid,
    approved_hash     text collate "C",
    approved_author   uuid,
    approved_proposer uuid,
    approved_by       uuid,
    approved_at       timestamptz
) with (fillfactor = 80);

-- Who approved which version. Maker and checker are different people, here and not only in code; what shipped with the engine has neither.
create table rule_set_approval (
    rule_set_version uuid not null primary key,
    vertical         text collate "C" not null,
    rule_hash        text collate "C" not null,
    author           uuid,
    proposer         uuid,
    approver         uuid,
    approved_at      timestamptz not null,
    constraint rule_set_approval_by_another check (
        case when author is null then proposer is null and approver is null
             else approver is not null and approver <> author and approver is distinct from proposer end)
);

create function record_approval() returns trigger language plpgsql as $$
begin
    if new.approved_version is not null and (tg_op = 'INSERT' or new.approved_version is distinct from old.approved_version) then
        insert into rule_set_approval
        values (new.approved_version, new.code, new.approved_hash, new.approved_author, new.approved_proposer, new.approved_by, new.approved_at);
    end if;
    return null;
end $$;

create trigger vertical_approval after insert or update on vertical for each row execute function record_approval();
alter table vertical enable always trigger vertical_approval;

create trigger rule_set_approval_append_only before update or delete on rule_set_approval for each row execute function refuse_change();
create trigger rule_set_approval_no_truncate before truncate on rule_set_approval for each statement execute function refuse_change();
alter table rule_set_approval enable always trigger rule_set_approval_append_only;
alter table rule_set_approval enable always trigger rule_set_approval_no_truncate;

create table agreement (
    id          text collate "C" not null primary key,
    version     integer not null,
    payload     bytea,
    reference   text collate "C" not null unique,
    kind        smallint not null,
    party       uuid,
    executed_at timestamptz not null,
    ended_at    timestamptz,
    unfinished  boolean not null
) with (fillfactor = 80);

create index agreement_by_time on agreement (executed_at, id);
create index agreement_unfinished on agreement (id) where unfinished;

grant select, insert, update on vertical, agreement to commission_app;
grant select, insert on rule_set_approval to commission_app;
