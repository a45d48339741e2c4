-- Signed checkpoints of the books (C2SP tlog-checkpoint), stored before anybody sees them. A book that goes on from an older
-- state than what was signed, because a backup was restored, is another log: it gets a new incarnation.

create table book_incarnation (
    book_id     integer not null references book_head (id),
    number      integer not null check (number > 0),
    started_at  timestamptz not null default clock_timestamp(),
    reason      text not null,
    signed_size bigint,
    signed_root bytea,
    primary key (book_id, number)
);

-- signed_size, signed_root: the last checkpoint of the incarnation before, which this one does not go on from.

create table book_checkpoint (
    book_id     integer not null,
    incarnation integer not null,
    size        bigint not null,
    root        bytea not null check (length(root) = 32),
    note        text not null,
    signed_at   timestamptz not null default clock_timestamp(),
    primary key (book_id, incarnation, size),
    foreign key (book_id, incarnation) references book_incarnation (book_id, number)
);

create table book_cosignature (
    book_id     integer not null,
    incarnation integer not null,
    size        bigint not null,
    line        text not null,
    witness     text not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (book_id, incarnation, size, witness),
    foreign key (book_id, incarnation, size) references book_checkpoint (book_id, incarnation, size)
);

-- Public keys that have ever signed, so that old checkpoints can be verified.
create table log_key (
    public_key bytea not null primary key,
    first_used timestamptz not null default clock_timestamp()
);

-- Replacements of the signing key: the state of one grain.
create table checkpoint_keys (
    id      text collate "C" not null primary key,
    version integer not null,
    payload bytea
);

grant select, insert, update on checkpoint_keys to commission_app;

do $$
declare name text;
begin
    foreach name in array array['book_incarnation', 'book_checkpoint', 'book_cosignature', 'log_key'] loop
        execute format('create trigger %1$s_append_only before update or delete on %1$s for each row execute function refuse_change()', name);
        execute format('create trigger %1$s_no_truncate before truncate on %1$s for each statement execute function refuse_change()', name);
        execute format('alter table %1$s enable always trigger %1$s_append_only', name);
        execute format('alter table %1$s enable always trigger %1$s_no_truncate', name);
    end loop;
end $$;

grant select, insert on book_incarnation, book_checkpoint, book_cosignature, log_key to commission_app;
