-- Runs of the guarantees: what was asked for, and what came out, signed. Results stay as they are once they are there.

create table guarantee_run (
    id           text collate "C" not null primary key,
    kind         text not null check (kind in ('check', 'self-test')),
    whole        boolean not null,
    actor        uuid,
    request_hash bytea,
    status       text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed')),
    created_at   timestamptz not null default clock_timestamp(),
    finished_at  timestamptz,
    held         boolean,
    report       bytea,
    note         text
);

create index guarantee_run_by_time on guarantee_run (kind, created_at);
create index guarantee_run_open on guarantee_run (created_at) where finished_at is null;

create function refuse_change_of_result() returns trigger language plpgsql as $$
begin
    if old.finished_at is not null then
        raise exception 'a finished run of the guarantees is not changed: % is refused', tg_op using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger guarantee_run_finished before update on guarantee_run for each row execute function refuse_change_of_result();
create trigger guarantee_run_no_delete before delete on guarantee_run for each row execute function refuse_change();
create trigger guarantee_run_no_truncate before truncate on guarantee_run for each statement execute function refuse_change();
alter table guarantee_run enable always trigger guarantee_run_finished;
alter table guarantee_run enable always trigger guarantee_run_no_delete;
alter table guarantee_run enable always trigger guarantee_run_no_truncate;

-- How far each book was verified, and with which root. It saves time and proves nothing: a full run does not look at it.
create table guarantee_progress (
    book        text collate "C" not null primary key,
    size        bigint not null,
    root        bytea not null check (length(root) = 32),
    verified_at timestamptz not null,
    whole_at    timestamptz not null
);

grant select, insert, update on guarantee_run, guarantee_progress to commission_app;

-- Where the self-test breaks copies on purpose (docs/adr/0015). The engine's role may make tables here and nowhere else; it
-- is empty whenever no self-test runs.
create schema guarantee_scratch authorization commission_app;
