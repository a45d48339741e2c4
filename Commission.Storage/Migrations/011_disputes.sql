-- Disputes. A dispute's state is small; the entries that it is about and what was said are rows, written in the transaction of the state.

create table dispute (
    id           text collate "C" not null primary key,
    version      integer not null,
    payload      bytea,
    uuid         uuid not null unique,
    member       uuid not null,
    reason       smallint not null,
    opened_at    timestamptz not null,
    status       smallint not null,
    assignee     uuid,
    warned_at    timestamptz,
    breached_at  timestamptz,
    decided_at   timestamptz,
    used_seconds bigint not null
) with (fillfactor = 60);

create index dispute_by_time on dispute (opened_at, id);
create index dispute_by_member on dispute (member, opened_at, id);
create index dispute_pending on dispute (id) where status in (1, 2, 3, 4);

-- An entry that a dispute is about. While that is undecided, no other dispute and no payout may have it.
create table dispute_entry (
    dispute  uuid not null references dispute (uuid) deferrable initially deferred,
    place    integer not null check (place > 0),
    book_id  integer not null,
    sequence bigint not null,
    pending  boolean not null,
    primary key (dispute, place),
    foreign key (book_id, sequence) references book_entry (book_id, sequence)
) with (fillfactor = 80);

create unique index dispute_entry_once on dispute_entry (book_id, sequence) where pending;

-- What was said; the administration book has hashes of what opened and decided it.
create table dispute_message (
    dispute    uuid not null references dispute (uuid) deferrable initially deferred,
    number     integer not null,
    author     uuid not null,
    written_at timestamptz not null,
    body       text not null,
    primary key (dispute, number)
);

create trigger dispute_entry_no_delete before delete on dispute_entry for each row execute function refuse_change();
create trigger dispute_message_fixed before update or delete on dispute_message for each row execute function refuse_change();
alter table dispute_entry enable always trigger dispute_entry_no_delete;
alter table dispute_message enable always trigger dispute_message_fixed;

grant select, insert, update on dispute to commission_app;
grant select, insert on dispute_entry, dispute_message to commission_app;
grant update (pending) on dispute_entry to commission_app;
