-- What Stripe was asked and what it told. Test mode and live mode are separate worlds: every row says to which it belongs. Nothing here
-- is about a person but ids: Stripe keeps names and accounts, we keep what we must know to pay once.

-- A request is here before it is sent. Its outcome is null as long as nobody knows whether it was done.
create table stripe_request (
    live           boolean not null,
    key            text collate "C" not null,
    kind           text not null check (kind in ('account', 'transfer', 'reversal')),
    subject        text collate "C" not null,
    amount         bigint check (amount > 0),
    currency       text collate "C",
    country        text collate "C",
    created_at     timestamptz not null,
    sends          integer not null default 0,
    sent_at        timestamptz,
    key_used_at    timestamptz,
    outcome        text check (outcome in ('done', 'refused')),
    object_id      text collate "C",
    status         integer,
    code           text,
    detail         text,
    ended_at       timestamptz,
    reversed_minor bigint not null default 0 check (reversed_minor >= 0 and reversed_minor <= coalesce(amount, 0)),
    revision       integer not null default 0,
    told           integer not null default 0,
    primary key (live, key),
    constraint stripe_request_done_names_object check ((outcome = 'done') is not distinct from (object_id is not null) or outcome is null),
    constraint stripe_request_amount check ((kind = 'account') = (amount is null) and (amount is null) = (currency is null))
) with (fillfactor = 80);

create index stripe_request_open on stripe_request (live, created_at) where outcome is null;
create index stripe_request_untold on stripe_request (live, ended_at) where revision > told;
create unique index stripe_request_object on stripe_request (object_id) where object_id is not null;
create index stripe_request_subject on stripe_request (subject, kind);

-- What was asked stays as it was asked, and how it ended stays so too: money moved by it.
create function refuse_change_of_stripe_request() returns trigger language plpgsql as $$
begin
    if (new.live, new.key, new.kind, new.subject, new.amount, new.currency, new.country)
            is distinct from (old.live, old.key, old.kind, old.subject, old.amount, old.currency, old.country)
        or (old.outcome is not null and (new.outcome, new.object_id) is distinct from (old.outcome, old.object_id))
        or new.reversed_minor < old.reversed_minor then
        raise exception 'a request to Stripe keeps its content and its outcome: % is refused', tg_op using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger stripe_request_kept before update on stripe_request for each row execute function refuse_change_of_stripe_request();
create trigger stripe_request_no_delete before delete on stripe_request for each row execute function refuse_change();
create trigger stripe_request_no_truncate before truncate on stripe_request for each statement execute function refuse_change();
alter table stripe_request enable always trigger stripe_request_kept;
alter table stripe_request enable always trigger stripe_request_no_delete;
alter table stripe_request enable always trigger stripe_request_no_truncate;

-- A payee's connected account and what Stripe still wants of it.
create table stripe_account (
    payee                uuid not null,
    live                 boolean not null,
    account              text collate "C" not null unique,
    opened_at            timestamptz not null,
    as_of                timestamptz not null,
    transfers            text not null,
    payouts_enabled      boolean not null,
    details_submitted    boolean not null,
    disabled_reason      text,
    currently_due        text[] not null,
    past_due             text[] not null,
    eventually_due       text[] not null,
    pending_verification text[] not null,
    refresh_due          boolean not null default false,
    deauthorized_at      timestamptz,
    primary key (payee, live)
) with (fillfactor = 80);

-- Every event once. What an early one is about is not known yet: it is kept, and matched when it is.
create table stripe_event (
    id             text collate "C" not null primary key,
    live           boolean not null,
    stream         text not null check (stream in ('platform', 'connect')),
    type           text collate "C" not null,
    account        text collate "C",
    happened_at    timestamptz not null,
    received_at    timestamptz not null,
    body_hash      bytea not null check (length(body_hash) = 32),
    subject        text collate "C",
    transfer_group text collate "C",
    amount         bigint,
    currency       text collate "C",
    destination    text collate "C",
    reversed_minor bigint,
    effect         text not null check (effect in ('applied', 'nothing-new', 'kept', 'ignored', 'contradiction')),
    applied_at     timestamptz
);

create index stripe_event_kept on stripe_event (coalesce(transfer_group, subject)) where effect = 'kept';
create index stripe_event_kept_account on stripe_event (account) where effect = 'kept';
create index stripe_event_contradiction on stripe_event (transfer_group) where effect = 'contradiction';

create trigger stripe_event_no_delete before delete on stripe_event for each row execute function refuse_change();
create trigger stripe_event_no_truncate before truncate on stripe_event for each statement execute function refuse_change();
alter table stripe_event enable always trigger stripe_event_no_delete;
alter table stripe_event enable always trigger stripe_event_no_truncate;

grant select, insert, update on stripe_request, stripe_account, stripe_event to commission_app;
