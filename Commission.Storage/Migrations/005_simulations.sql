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
    result       bytea
);

create index simulation_by_time on simulation (created_at);

grant select, insert, update, delete on simulation to commission_app;
