-- Grain states of the group-commit storage. History lives in the books: a state is small and bounded.
-- fillfactor leaves room for HOT updates; no index holds a column that changes, so that every update can be one.

create table grain_state (
    id      text collate "C" not null primary key,
    version integer not null,
    payload bytea
) with (fillfactor = 60);

-- A payload stays in its row as it is: to compress it costs more time than to write it, and a row of its own in a TOAST
-- table twice as much.
alter table grain_state alter column payload set storage external, set (toast_tuple_target = 8160);

create table deal (
    id                  text collate "C" not null primary key,
    version             integer not null,
    payload             bytea,
    caller              uuid not null,
    business_key        text collate "C",
    referrer            uuid not null,
    receiver            uuid not null,
    client              uuid not null,
    vertical            text collate "C" not null,
    product             text collate "C" not null,
    referred_on         date not null,
    created_at          timestamptz not null,
    status              smallint not null,
    updated_at          timestamptz not null,
    settled_value_minor bigint,
    currency            text collate "C",
    settled_on          date,
    completed_on        date,
    trail_months        smallint
) with (fillfactor = 60);

alter table deal alter column payload set storage external, set (toast_tuple_target = 8160);

-- A caller's business key stands for one deal, for ever.
create unique index deal_business_key on deal (caller, business_key) where business_key is not null;
create index deal_by_time on deal (created_at, id);
create index deal_by_referrer on deal (referrer, created_at, id);
create index deal_by_receiver on deal (receiver, created_at, id);

create table contact (
    id         text collate "C" not null primary key,
    version    integer not null,
    payload    bytea,
    type       smallint not null,
    name       text not null,
    upline     uuid,
    created_at timestamptz not null
) with (fillfactor = 80);

create index contact_by_time on contact (created_at, id);
create index contact_by_upline on contact (upline) where upline is not null;

-- Accumulators of volume.
create table volume (
    id         text collate "C" not null primary key,
    version    integer not null,
    payload    bytea
) with (fillfactor = 60);

alter table volume alter column payload set storage external, set (toast_tuple_target = 8160);

-- What a committed state still owes the books. A row lives from the command's commit to the append that consumes it.
create table outbox (
    id         bigint not null primary key,
    book       text collate "C" not null,
    payload    bytea not null,
    created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

alter table outbox alter column payload set storage external, set (toast_tuple_target = 8160);

-- Contributions that an accumulator refused for good. Nothing is lost: an operator can put a row back when the reason is gone.
create table outbox_parked (
    id         bigint not null primary key,
    book       text collate "C" not null,
    payload    bytea not null,
    reason     text not null,
    parked_at  timestamptz not null default clock_timestamp()
);

-- How many rows wait, counted up to a limit, and since when the oldest does. By the index: rows that were consumed but not
-- vacuumed yet make the heap large, and the index forgets them at the first visit.
create function outbox_depth(counted_to bigint) returns table (depth bigint, oldest timestamptz)
language sql stable set enable_seqscan = off as $$
    select count(*), min(created_at) from (select created_at from outbox order by id limit counted_to) waiting
$$;

-- Writers take ids in blocks of 10,000, so that an id is known before its row is written.
create sequence outbox_block;

-- Secrets that all processes share, made at first start.
create table secret (
    name  text not null primary key,
    value bytea not null
);

-- How far the expiry sweep has looked: every deal made before this instant has been examined.
create table sweep (
    name       text not null primary key,
    swept_to   timestamptz not null
);

grant select, insert, update on grain_state, deal, contact, volume, sweep to commission_app;
grant select, insert on outbox_parked to commission_app;
grant select, insert, delete on outbox to commission_app;
grant usage on sequence outbox_block to commission_app;
grant select, insert on secret to commission_app;
