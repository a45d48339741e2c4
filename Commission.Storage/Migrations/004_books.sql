-- Append-only books. The bytes are the truth; the other columns are projections that `verify` re-derives.

create table book_head (
    book      text collate "C" not null primary key,
    id        integer generated always as identity unique,
    size      bigint not null check (size >= 0),
    last_leaf bytea not null check (length(last_leaf) = 32),
    frontier  bytea not null,
    epoch     bigint not null
);

-- frontier: the roots of the perfect subtrees of the book's Merkle tree, the largest first. With them alone the root is known.

create table book_account (
    book_id   integer not null references book_head (id),
    id        integer not null,
    name      text collate "C" not null,
    currency  text collate "C" not null,
    sequence  bigint not null,
    balance   bigint not null,
    last_leaf bytea not null,
    primary key (book_id, id),
    unique (book_id, name, currency)
) with (fillfactor = 60);

create table book_entry (
    book_id         integer not null,
    sequence        bigint not null,
    bytes           bytea not null,
    deal            uuid not null,
    kind            smallint not null,
    posted_at       timestamptz not null,
    debit           integer,
    debit_sequence  bigint,
    credit          integer,
    credit_sequence bigint,
    amount          bigint,
    effective_on    date,
    facts           bytea,
    primary key (book_id, sequence)
);

-- facts: with the first entry of a calculation, the canonical facts whose hash the leaf has. No part of the leaf: whoever
-- changes them is found out by the hash.
alter table book_entry alter column bytes set storage external, alter column facts set storage external, set (toast_tuple_target = 8160);

create index book_entry_by_deal on book_entry (deal, book_id, sequence);
-- Unique: an account's chain cannot hold one place twice.
create unique index book_entry_debit on book_entry (book_id, debit, debit_sequence) where debit is not null;
create unique index book_entry_credit on book_entry (book_id, credit, credit_sequence) where credit is not null;

-- Complete tiles of the tree: 256 hashes of a level, and the root of the subtree that they span. Incomplete ones follow from
-- the leaves (level 0) and from the roots of the tiles below.
create table book_tile (
    book_id integer not null,
    level   smallint not null,
    index   bigint not null,
    hashes  bytea not null check (length(hashes) = 8192),
    root    bytea not null check (length(root) = 32),
    primary key (book_id, level, index)
);

alter table book_tile alter column hashes set storage external;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the books are append-only: % on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger book_entry_append_only before update or delete on book_entry for each row execute function refuse_change();
create trigger book_entry_no_truncate before truncate on book_entry for each statement execute function refuse_change();
alter table book_entry enable always trigger book_entry_append_only;
alter table book_entry enable always trigger book_entry_no_truncate;

create trigger book_tile_append_only before update or delete on book_tile for each row execute function refuse_change();
create trigger book_tile_no_truncate before truncate on book_tile for each statement execute function refuse_change();
alter table book_tile enable always trigger book_tile_append_only;
alter table book_tile enable always trigger book_tile_no_truncate;

create trigger book_head_no_delete before delete on book_head for each row execute function refuse_change();
create trigger book_head_no_truncate before truncate on book_head for each statement execute function refuse_change();
alter table book_head enable always trigger book_head_no_delete;
alter table book_head enable always trigger book_head_no_truncate;

grant select, insert on book_entry, book_tile to commission_app;
grant select, insert, update on book_head, book_account to commission_app;
