-- What providers say that they have paid. A line is taken once, whatever file it comes in again; what was read stays as it was.

create table remittance (
    id          text collate "C" not null primary key,
    hash        bytea not null unique check (length(hash) = 32),
    lines       integer not null check (lines > 0),
    uploaded_by uuid not null,
    received_at timestamptz not null
);

create index remittance_by_time on remittance (received_at, id);

create table remittance_line (
    remittance   text collate "C" not null references remittance (id),
    number       integer not null check (number > 0),
    provider     text not null,
    reference    text collate "C" not null,
    amount_minor bigint not null check (amount_minor <> 0),
    currency     text collate "C" not null,
    paid_on      date not null,
    counts       boolean not null,
    deal         uuid,
    problem      text,
    matched_by   uuid,
    matched_at   timestamptz,
    reason       text,
    primary key (remittance, number),
    constraint remittance_line_person check ((matched_by is null) = (reason is null) and (matched_by is null) = (matched_at is null)),
    constraint remittance_line_counts check (counts or deal is null)
);

create unique index remittance_line_once on remittance_line (provider, reference, paid_on, amount_minor, currency) where counts;
create index remittance_line_by_deal on remittance_line (deal) where deal is not null;

-- A person may say once which deal a line is for; nothing else changes.
create function refuse_change_of_remittance_line() returns trigger language plpgsql as $$
begin
    if old.deal is not null or new.matched_by is null
        or (new.remittance, new.number, new.provider, new.reference, new.amount_minor, new.currency, new.paid_on, new.counts)
            is distinct from
            (old.remittance, old.number, old.provider, old.reference, old.amount_minor, old.currency, old.paid_on, old.counts) then
        raise exception 'a line of a remittance is not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger remittance_line_fixed before update on remittance_line for each row execute function refuse_change_of_remittance_line();
create trigger remittance_line_no_delete before delete on remittance_line for each row execute function refuse_change();
create trigger remittance_line_no_truncate before truncate on remittance_line for each statement execute function refuse_change();
create trigger remittance_fixed before update or delete on remittance for each row execute function refuse_change();
create trigger remittance_no_truncate before truncate on remittance for each statement execute function refuse_change();
alter table remittance_line enable always trigger remittance_line_fixed;
alter table remittance_line enable always trigger remittance_line_no_delete;
alter table remittance_line enable always trigger remittance_line_no_truncate;
alter table remittance enable always trigger remittance_fixed;
alter table remittance enable always trigger remittance_no_truncate;

grant select, insert on remittance, remittance_line to commission_app;
grant update (deal, problem, matched_by, matched_at, reason) on remittance_line to commission_app;
