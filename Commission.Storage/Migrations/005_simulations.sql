-- Simulations: what somebody asked for, how far it is, and what came out. None of it is money: they may be deleted.

create table simulation (
    id           text collate "C" not null primary key,
    kind         text not null,
    actor        uuid not null,
    request_hash bytea not null,
    request      bytea not null,
    rule_hashes  text[] not null,
    status       text not null default 'queued',
    done         bigint not null default 0,
    total        bigint not null default 0,
    created_at   timestamptz not null default clock_timestamp(),
    heartbeat_at timestamptz not null default clock_timestamp(),
    finished_at  timestamptz,
    world        bytea,
    result       bytea
);

create index simulation_by_time on simulation (created_at);

-- States of simulated deals and accumulators. They never meet those of real ones.
create table sim_deal (
    id      text collate "C" not null primary key,
    version integer not null,
    payload bytea
) with (fillfactor = 60);

create table sim_volume (
    id      text collate "C" not null primary key,
    version integer not null,
    payload bytea
) with (fillfactor = 60);

alter table sim_deal alter column payload set storage external, set (toast_tuple_target = 8160);
alter table sim_volume alter column payload set storage external, set (toast_tuple_target = 8160);

grant select, insert, update, delete on simulation, sim_deal, sim_volume to commission_app;
