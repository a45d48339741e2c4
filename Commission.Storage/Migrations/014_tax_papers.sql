-- Tax papers. What a payee's papers rest on is pinned when it is drafted; the papers themselves are never changed.

alter table payout_item
    add column abn                  text,
    add column gst_registered       boolean not null default false,
    add column rcti_agreement       text collate "C",
    add column payer_abn            text,
    add column payer_gst_registered boolean not null default false;

-- How the line stands to GST: 0 it comes on top, 1 it is in the amount, 2 there is none. Items that were drafted before this migration do not go:
-- what their tax rests on is not known. They are released and drafted again.
alter table payout_line add column gst smallint;

create or replace function refuse_change_of_payout_item() returns trigger language plpgsql as $$
begin
    if (new.batch, new.number, new.payee, new.amount_minor, new.gst_minor, new.withheld_minor, new.lines, new.lines_hash, new.destination, new.salt,
        new.abn, new.gst_registered, new.rcti_agreement, new.payer_abn, new.payer_gst_registered)
        is distinct from
        (old.batch, old.number, old.payee, old.amount_minor, old.gst_minor, old.withheld_minor, old.lines, old.lines_hash, old.destination, old.salt,
        old.abn, old.gst_registered, old.rcti_agreement, old.payer_abn, old.payer_gst_registered) then
        raise exception 'what a payout item pays is not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function refuse_change_of_payout_line() returns trigger language plpgsql as $$
begin
    if (new.batch, new.item, new.place, new.book_id, new.sequence, new.entry, new.amount_minor, new.gst)
        is distinct from (old.batch, old.item, old.place, old.book_id, old.sequence, old.entry, old.amount_minor, old.gst)
        or (new.holds and not old.holds) then
        raise exception 'a payout line is not changed' using errcode = 'insufficient_privilege';
    end if;
    if old.holds and not new.holds
        and exists (select from payout_item i where i.batch = new.batch and i.number = new.item and i.status = 3) then
        raise exception 'what is paid does not let its entries go' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- A step of an item that papers and messages are owed for, written with the step and deleted with what it gave.
create table tax_paper_due (
    id       bigint generated always as identity primary key,
    batch    uuid not null,
    item     integer not null,
    attempt  integer not null,
    step     smallint not null,
    reason   text not null,
    at       timestamptz not null,
    failures integer not null default 0,
    retry_at timestamptz not null default clock_timestamp(),
    problem  text,
    foreign key (batch, item) references payout_item (batch, number) deferrable initially deferred
);

create index tax_paper_due_by_item on tax_paper_due (batch, item, id);

-- The last number of each sequence: one for each issuer and kind.
create table tax_sequence (
    issuer text collate "C" not null,
    kind   smallint not null,
    last   bigint not null check (last > 0),
    primary key (issuer, kind)
);

-- A paper as it was issued: its canonical bytes, encrypted, and the hashes of all its forms. cancels: the paper that it takes back.
create table tax_paper (
    id             uuid not null primary key,
    issuer         text collate "C" not null,
    kind           smallint not null,
    number         bigint not null check (number > 0),
    name           text collate "C" not null,
    batch          uuid not null,
    item           integer not null,
    attempt        integer not null,
    payee          uuid not null,
    currency       text collate "C" not null,
    value_minor    bigint not null,
    gst_minor      bigint not null,
    withheld_minor bigint not null,
    issued_on      date not null,
    issued_at      timestamptz not null,
    hash           bytea not null check (length(hash) = 32),
    html_hash      bytea not null check (length(html_hash) = 32),
    pdf_hash       bytea not null check (length(pdf_hash) = 32),
    content        bytea not null,
    cancels        uuid unique references tax_paper (id),
    unique (issuer, kind, number),
    foreign key (batch, item) references payout_item (batch, number),
    constraint tax_paper_cancels check ((kind = 4) = (cancels is not null))
);

alter table tax_paper alter column content set storage external;
create unique index tax_paper_once on tax_paper (batch, item, attempt, kind) where cancels is null;
create index tax_paper_by_payee on tax_paper (payee, issued_at, id);
create index tax_paper_by_batch on tax_paper (batch, issued_at, id);
create index tax_paper_by_name on tax_paper (name);

-- No number is skipped, whoever writes.
create function refuse_gap_in_tax_papers() returns trigger language plpgsql as $$
begin
    if new.number > 1
        and not exists (select from tax_paper p where p.issuer = new.issuer and p.kind = new.kind and p.number = new.number - 1) then
        raise exception 'number % of kind % has none before it', new.number, new.kind using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger tax_paper_gapless before insert on tax_paper for each row execute function refuse_gap_in_tax_papers();
create trigger tax_paper_fixed before update or delete on tax_paper for each row execute function refuse_change();
create trigger tax_paper_no_truncate before truncate on tax_paper for each statement execute function refuse_change();
alter table tax_paper enable always trigger tax_paper_gapless;
alter table tax_paper enable always trigger tax_paper_fixed;
alter table tax_paper enable always trigger tax_paper_no_truncate;

grant select, insert on tax_paper to commission_app;
grant select, insert, update on tax_sequence to commission_app;
grant select, insert, update, delete on tax_paper_due to commission_app;
