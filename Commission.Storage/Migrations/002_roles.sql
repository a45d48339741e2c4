-- The role under which the engine works. It cannot log in; the engine's connections switch to it when they start.
-- Every later migration grants it exactly what the engine needs on the tables it makes, and nothing by default.

-- Roles belong to the whole server: another database being migrated at the same moment may make this one first.
do $$
begin
    if not exists (select from pg_roles where rolname = 'commission_app') then
        create role commission_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- A superuser may take any role; another login needs the membership.
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant commission_app to %I', current_user);
    end if;
end
$$;

revoke create on schema public from public;
grant usage on schema public to commission_app;

grant select, insert, update, delete
    on orleansmembershipversiontable, orleansmembershiptable, orleansreminderstable, orleansstorage
    to commission_app;

-- The statements that Orleans runs are fixed by migrations.
grant select on orleansquery to commission_app;
