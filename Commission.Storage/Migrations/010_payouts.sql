-- Payouts. A batch's state is small; its items, their lines and its files are rows, written in the transaction of the state.

create table payee_account (
    id             text collate "C" not null primary key,
    version        integer not null,
    payload        bytea,
    payee          uuid not null unique,
    proposed_by    uuid,
    commitment     bytea,
    account        bytea,
    abn            text,
    gst_registered boolean not null,
    rcti_agreement text collate "C",
    verified_maker uuid,
    verified_by    uuid,
    verified_at    timestamptz,
    constraint payee_account_by_another check (verified_by is null or (verified_by <> verified_maker and verified_by <> payee))
) with (fillfactor = 80);

create table payout_batch (
    id          text collate "C" not null primary key,
    version     integer not null,
    payload     bytea,
    uuid        uuid not null unique,
    rail        smallint not null,
    currency    text collate "C" not null,
    drafted_at  timestamptz not null,
    status      smallint not null,
    items       integer not null,
    pay_minor   bigint not null,
    makers      text not null,
    approver    uuid,
    process_on  date,
    live        boolean not null,
    submitted_at timestamptz,
    due_on      date,
    on_the_way  integer not null,
    unfinished  boolean not null,
    constraint payout_batch_by_another check (approver is null or position(approver::text in makers) = 0),
    constraint payout_batch_approved check (status not in (2, 3, 4) or approver is not null)
) with (fillfactor = 60);

create index payout_batch_by_time on payout_batch (drafted_at, id);
create index payout_batch_unfinished on payout_batch (id) where unfinished;

create table payout_item (
    batch          uuid not null references payout_batch (uuid) deferrable initially deferred,
    number         integer not null check (number > 0),
    payee          uuid not null,
    amount_minor   bigint not null,
    gst_minor      bigint not null,
    withheld_minor bigint not null check (withheld_minor >= 0),
    lines          integer not null check (lines > 0),
    lines_hash     bytea not null check (length(lines_hash) = 32),
    destination    bytea not null check (length(destination) = 32),
    status         smallint not null,
    attempt        integer not null,
    reason         text,
    since          timestamptz not null,
    submission     bytea,
    file_part      integer,
    primary key (batch, number),
    unique (batch, payee),
    constraint payout_item_positive check (amount_minor + gst_minor - withheld_minor > 0)
) with (fillfactor = 60);

create index payout_item_by_payee on payout_item (payee);

-- One ledger entry that an item pays. While it holds its entry, no other line may.
create table payout_line (
    batch        uuid not null,
    item         integer not null,
    place        integer not null,
    book_id      integer not null,
    sequence     bigint not null,
    entry        bytea not null check (length(entry) = 32),
    amount_minor bigint not null,
    holds        boolean not null,
    primary key (batch, item, place),
    foreign key (batch, item) references payout_item (batch, number) deferrable initially deferred,
    foreign key (book_id, sequence) references book_entry (book_id, sequence)
) with (fillfactor = 80);

create unique index payout_line_entry_once on payout_line (book_id, sequence) where holds;

-- A file as it was handed to the bank, encrypted: one for each batch and part, for ever.
create table payout_file (
    batch      uuid not null,
    part       integer not null check (part > 0),
    hash       bytea not null check (length(hash) = 32),
    content    bytea not null,
    records    integer not null,
    pay_minor  bigint not null,
    process_on date not null,
    made_at    timestamptz not null default clock_timestamp(),
    primary key (batch, part)
);

alter table payout_file alter column content set storage external;

-- What was approved stays: only how an item stands may change.
create function refuse_change_of_payout_item() returns trigger language plpgsql as $$
begin
    if (new.batch, new.number, new.payee, new.amount_minor, new.gst_minor, new.withheld_minor, new.lines, new.lines_hash, new.destination)
        is distinct from
        (old.batch, old.number, old.payee, old.amount_minor, old.gst_minor, old.withheld_minor, old.lines, old.lines_hash, old.destination) then
        raise exception 'what a payout item pays is not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- A line lets its entry go once, and never while its item is paid.
create function refuse_change_of_payout_line() returns trigger language plpgsql as $$
begin
    if (new.batch, new.item, new.place, new.book_id, new.sequence, new.entry, new.amount_minor)
        is distinct from (old.batch, old.item, old.place, old.book_id, old.sequence, old.entry, old.amount_minor)
        or (new.holds and not old.holds) then
        raise exception 'a payout line is not changed' using errcode = 'insufficient_privilege';
    end if;
    if old.holds and not new.holds
        and exists (select from payout_item i where i.batch = new.batch and i.number = new.item and i.status = 3) then
        raise exception 'what is paid does not let its entries go' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger payout_item_fixed before update on payout_item for each row execute function refuse_change_of_payout_item();
create trigger payout_item_no_delete before delete on payout_item for each row execute function refuse_change();
create trigger payout_item_no_truncate before truncate on payout_item for each statement execute function refuse_change();
create trigger payout_line_fixed before update on payout_line for each row execute function refuse_change_of_payout_line();
create trigger payout_line_no_delete before delete on payout_line for each row execute function refuse_change();
create trigger payout_line_no_truncate before truncate on payout_line for each statement execute function refuse_change();
create trigger payout_file_fixed before update or delete on payout_file for each row execute function refuse_change();
create trigger payout_file_no_truncate before truncate on payout_file for each statement execute function refuse_change();
alter table payout_item enable always trigger payout_item_fixed;
alter table payout_item enable always trigger payout_item_no_delete;
alter table payout_item enable always trigger payout_item_no_truncate;
alter table payout_line enable always trigger payout_line_fixed;
alter table payout_line enable always trigger payout_line_no_delete;
alter table payout_line enable always trigger payout_line_no_truncate;
alter table payout_file enable always trigger payout_file_fixed;
alter table payout_file enable always trigger payout_file_no_truncate;

grant select, insert, update on payee_account, payout_batch to commission_app;
grant select, insert on payout_item, payout_line, payout_file to commission_app;
grant update (status, attempt, reason, since, submission, file_part) on payout_item to commission_app;
grant update (holds) on payout_line to commission_app;
