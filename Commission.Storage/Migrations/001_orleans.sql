-- Tables of Orleans' AdoNet providers: clustering, reminders, and storage of low-rate grains.
-- Orleans reads every statement it runs from orleansquery. The keys, the parameter names and the result columns are its
-- contract; the statements are ours. Each is one plain SQL statement: it commits or fails as a whole and can be prepared.

create table orleansquery (
    querykey  text collate "C" primary key,
    querytext text not null
);

-- Clustering ---------------------------------------------------------------------------------------------------------

create table orleansmembershipversiontable (
    deploymentid text collate "C" primary key,
    timestamp    timestamptz not null default now(),
    version      integer not null default 0
);

create table orleansmembershiptable (
    deploymentid text collate "C" not null references orleansmembershipversiontable on delete cascade,
    address      text collate "C" not null,
    port         integer not null,
    generation   integer not null,
    siloname     text not null,
    hostname     text not null,
    status       integer not null,
    proxyport    integer,
    suspecttimes text,
    starttime    timestamptz not null,
    iamalivetime timestamptz not null,
    primary key (deploymentid, address, port, generation)
);

insert into orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', $q$
with added as (
    insert into orleansmembershipversiontable (deploymentid) values (@DeploymentId)
    on conflict do nothing
    returning 1
)
select count(*) from added
$q$),

-- Membership moves only together with its version row. That row's lock puts writers in line: whoever waited finds the
-- version gone, touches nothing and answers 0, whereupon Orleans reads again.
('InsertMembershipKey', $q$
with bumped as (
    update orleansmembershipversiontable
    set version = version + 1, timestamp = now()
    where deploymentid = @DeploymentId and version = @Version
      and not exists (
          select from orleansmembershiptable m
          where m.deploymentid = @DeploymentId and m.address = @Address and m.port = @Port and m.generation = @Generation)
    returning deploymentid
), added as (
    insert into orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    select deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    from bumped
    returning 1
)
select count(*) from added
$q$),

('UpdateMembershipKey', $q$
with bumped as (
    update orleansmembershipversiontable
    set version = version + 1, timestamp = now()
    where deploymentid = @DeploymentId and version = @Version
      and exists (
          select from orleansmembershiptable m
          where m.deploymentid = @DeploymentId and m.address = @Address and m.port = @Port and m.generation = @Generation)
    returning deploymentid
), changed as (
    update orleansmembershiptable m
    set status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    from bumped
    where m.deploymentid = bumped.deploymentid
      and m.address = @Address and m.port = @Port and m.generation = @Generation
    returning 1
)
select count(*) from changed
$q$),

('UpdateIAmAlivetimeKey', $q$
update orleansmembershiptable set iamalivetime = @IAmAliveTime
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$q$),

-- Both reads give the version row even when no member matches.
('MembershipReadRowKey', $q$
select v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
       m.starttime, m.iamalivetime, v.version
from orleansmembershipversiontable v
left join orleansmembershiptable m
    on m.deploymentid = v.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
where v.deploymentid = @DeploymentId
$q$),

('MembershipReadAllKey', $q$
select v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
       m.starttime, m.iamalivetime, v.version
from orleansmembershipversiontable v
left join orleansmembershiptable m on m.deploymentid = v.deploymentid
where v.deploymentid = @DeploymentId
$q$),

('GatewaysQueryKey', $q$
select address, proxyport, generation
from orleansmembershiptable
where deploymentid = @DeploymentId and status = @Status and proxyport > 0
$q$),

('DeleteMembershipTableEntriesKey', $q$
delete from orleansmembershipversiontable where deploymentid = @DeploymentId
$q$),

-- Sweeping takes only dead silos (6 is SiloStatus.Dead). Orleans chooses them itself and calls the second statement for
-- each, which removes the row only as Orleans saw it; the first must be there, and serves releases without the second.
('CleanupDefunctSiloEntriesKey', $q$
delete from orleansmembershiptable
where deploymentid = @DeploymentId and status = 6 and starttime < @IAmAliveTime and iamalivetime < @IAmAliveTime
$q$),

('CleanupDefunctSiloEntryKey', $q$
delete from orleansmembershiptable
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
  and status = 6 and starttime = @StartTime and iamalivetime = @IAmAliveTime
  and suspecttimes is not distinct from @SuspectTimes
$q$);

-- Reminders ----------------------------------------------------------------------------------------------------------

create table orleansreminderstable (
    serviceid    text collate "C" not null,
    grainid      text collate "C" not null,
    remindername text collate "C" not null,
    starttime    timestamptz not null,
    period       bigint not null,
    grainhash    integer not null,
    version      integer not null,
    primary key (serviceid, grainid, remindername)
);

create index orleansreminderstable_range on orleansreminderstable (serviceid, grainhash);

insert into orleansquery (querykey, querytext) values
('UpsertReminderRowKey', $q$
insert into orleansreminderstable as r (serviceid, grainid, remindername, starttime, period, grainhash, version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
on conflict (serviceid, grainid, remindername) do update
set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
returning version
$q$),

('ReadReminderRowKey', $q$
select grainid, remindername, starttime, period, version
from orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName
$q$),

('ReadReminderRowsKey', $q$
select grainid, remindername, starttime, period, version
from orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId
$q$),

-- A range of the hash ring, and one that wraps round its end.
('ReadRangeRows1Key', $q$
select grainid, remindername, starttime, period, version
from orleansreminderstable
where serviceid = @ServiceId and grainhash > @BeginHash and grainhash <= @EndHash
$q$),

('ReadRangeRows2Key', $q$
select grainid, remindername, starttime, period, version
from orleansreminderstable
where serviceid = @ServiceId and (grainhash > @BeginHash or grainhash <= @EndHash)
$q$),

('DeleteReminderRowKey', $q$
with removed as (
    delete from orleansreminderstable
    where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName and version = @Version
    returning 1
)
select count(*) from removed
$q$),

('DeleteReminderRowsKey', $q$
delete from orleansreminderstable where serviceid = @ServiceId
$q$);

-- Grain storage ------------------------------------------------------------------------------------------------------

create table orleansstorage (
    grainidhash            integer not null,
    graintypehash          integer not null,
    grainidn0              bigint not null,
    grainidn1              bigint not null,
    version                integer not null,
    modifiedon             timestamptz not null,
    serviceid              text collate "C" not null,
    graintypestring        text collate "C" not null,
    grainidextensionstring text collate "C",
    payloadbinary          bytea
) with (fillfactor = 70);

-- NULLS NOT DISTINCT: without it, two first writers of a grain whose key has no text part would leave two rows.
create unique index orleansstorage_grain on orleansstorage
    (grainidhash, graintypehash, grainidn0, grainidn1, serviceid, graintypestring, grainidextensionstring)
    nulls not distinct;

insert into orleansquery (querykey, querytext) values

-- One of the two branches applies, by whether the writer has ever seen a version. The answer is the new version, or the
-- one given (perhaps null) when nothing was written, which Orleans reports as an inconsistent state.
('WriteToStorageKey', $q$
with updated as (
    update orleansstorage
    set payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
    where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
      and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
      and serviceid = @ServiceId and graintypestring = @GrainTypeString
      and (grainidextensionstring = @GrainIdExtensionString
           or grainidextensionstring is null and @GrainIdExtensionString is null)
      and version = @GrainStateVersion
    returning version
), inserted as (
    insert into orleansstorage
        (grainidhash, graintypehash, grainidn0, grainidn1, version, modifiedon, serviceid, graintypestring,
         grainidextensionstring, payloadbinary)
    select @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, 1, now(), @ServiceId, @GrainTypeString,
           @GrainIdExtensionString, @PayloadBinary
    where @GrainStateVersion is null
    on conflict do nothing
    returning version
)
select coalesce((select version from updated), (select version from inserted), @GrainStateVersion) as newgrainstateversion
$q$),

('ReadFromStorageKey', $q$
select payloadbinary, modifiedon, version
from orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
  and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and (grainidextensionstring = @GrainIdExtensionString
       or grainidextensionstring is null and @GrainIdExtensionString is null)
$q$),

-- A cleared grain keeps its row and its version goes on counting, so that a writer from before the clearing is refused.
('ClearStorageKey', $q$
update orleansstorage
set payloadbinary = null, modifiedon = now(), version = version + 1
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
  and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and (grainidextensionstring = @GrainIdExtensionString
       or grainidextensionstring is null and @GrainIdExtensionString is null)
  and version = @GrainStateVersion
returning version as newgrainstateversion
$q$),

-- For DeleteStateOnClear, which we do not use: versions of the grain's next life start again at 1.
('DeleteStorageKey', $q$
delete from orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
  and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and (grainidextensionstring = @GrainIdExtensionString
       or grainidextensionstring is null and @GrainIdExtensionString is null)
  and version = @GrainStateVersion
returning version + 1 as newgrainstateversion
$q$);
