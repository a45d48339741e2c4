using System.Security.Cryptography;
using Commission.Domain.Members;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Members;

public sealed class MemberMachineTests
{
    private static readonly DateTimeOffset Start = MemberScenario.Start;

    [Fact]
    public void A_contact_is_made_as_asked()
    {
        var state = MemberScenario.Created().State;
        Assert.True(state.Exists);
        Assert.Equal((People.Referrer.Id, ContactType.Member, "Ruth O'Neil", (ContactId?)People.Upline.Id), (state.Id, state.Type, state.Name, state.Upline));
        Assert.Equal(Start, state.CreatedAt);
        Assert.Equal(new RequestFingerprint(1, 1), Assert.Single(state.Requests).Fingerprint);
    }

    [Fact]
    public void A_name_may_look_like_code()
    {
        const string name = "Robert'); DROP TABLE entries;-- <script>alert(1)</script>";
        Assert.Equal(name, new MemberScenario().When(MemberScenario.Create() with { Name = name }).State.Name);
    }

    public static TheoryData<CreateContact, string> Mistakes => new()
    {
        { MemberScenario.Create() with { Name = null! }, "name" },
        { MemberScenario.Create() with { Name = " " }, "name" },
        { MemberScenario.Create() with { Name = new string('x', 201) }, "name" },
        { MemberScenario.Create() with { Name = "a\u0007b" }, "name" },
        { MemberScenario.Create() with { Email = "" }, "email" },
        { MemberScenario.Create() with { Email = "nobody" }, "email" },
        { MemberScenario.Create() with { Email = "a@" + new string('x', 200) }, "email" },
        { MemberScenario.Create() with { Phone = "\n" }, "phone" },
        { MemberScenario.Create() with { Upline = People.Referrer.Id }, "upline" },
        { MemberScenario.Create() with { AuthorisedServices = [.. Enumerable.Repeat(People.Importer.Id, 33)] }, "authorisedServices" },
        { MemberScenario.Create() with { AuthorisedServices = [People.Importer.Id, People.Intruder.Id, People.Importer.Id] }, "authorisedServices" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistaken_contact_is_refused_by_field(CreateContact command, string field) =>
        new MemberScenario().Decide(command).Refused(RefusalCodes.InvalidField, field);

    [Fact]
    public void An_upline_is_changed_and_each_change_is_an_act()
    {
        var member = MemberScenario.Created();
        var change = new ChangeUpline(People.Stranger.Id, People.Importer.Id, new RequestFingerprint(7, 7));
        var act = Assert.IsType<Commission.Domain.Ledger.ActDraft>(Assert.Single(MemberRecords.Acts(member.State.Id, member.Decide(change).Accepted())));
        Assert.Equal(Commission.Domain.Ledger.AdministrativeAct.UplineChanged, act.Act);
        Assert.Contains(People.Stranger.Id.ToString(), System.Text.Encoding.UTF8.GetString(act.Payload), StringComparison.Ordinal);
        Assert.Equal(People.Stranger.Id, member.When(change).State.Upline);
        Assert.Null(member.When(change with { Upline = null }).State.Upline);
        member.Decide(change with { Upline = member.State.Id }).Refused(RefusalCodes.InvalidField, "upline");
    }

    [Fact]
    public void A_contact_is_made_once() =>
        MemberScenario.Created().Decide(MemberScenario.Create()).Refused(RefusalCodes.AlreadyExists, "id");

    [Fact]
    public void A_salt_that_can_be_guessed_is_a_bug() => Assert.Throws<InvalidOperationException>(
        () => new MemberScenario().Decide(MemberScenario.Create() with { Salt = new byte[15] }));

    [Fact]
    public void An_unknown_contact_takes_no_commands() =>
        new MemberScenario().Decide(MemberScenario.Register(People.Referrer)).Refused(RefusalCodes.UnknownContact);

    [Fact]
    public void A_key_counts_from_its_registration()
    {
        var key = Assert.Single(MemberScenario.Created().When(MemberScenario.Register(People.Referrer)).State.Keys);
        Assert.Equal(People.Referrer.KeyId, key.Id);
        Assert.False(key.IsValidAt(Start.AddTicks(-1)));
        Assert.True(key.IsValidAt(Start));
        Assert.True(key.IsValidAt(Start.AddYears(50)));
    }

    [Fact]
    public void A_key_counts_until_its_end_and_not_at_it()
    {
        var end = Start.AddDays(1);
        var member = MemberScenario.Created().When(MemberScenario.Register(People.Referrer)).When(End(end));
        var key = Assert.Single(member.State.Keys);
        Assert.True(key.IsValidAt(end.AddTicks(-1)));
        Assert.False(key.IsValidAt(end));
        Assert.Equal(key.Id, member.State.Requests[^1].Key);
    }

    [Fact]
    public void A_key_ends_as_soon_as_every_silo_can_know_it_unless_a_later_end_is_named() => Assert.Equal(
        Start + MemberMachine.KeyEndNotice, MemberScenario.Created().When(MemberScenario.Register(People.Referrer)).When(End(null)).State.Keys[0].ValidTo);

    [Fact]
    public void A_rotated_key_stays_for_old_handshakes()
    {
        var member = MemberScenario.Created().When(MemberScenario.Register(People.Referrer)).When(End(null)).When(MemberScenario.Register(People.Stranger));
        Assert.Equal(2, member.State.Keys.Length);
        Assert.NotNull(member.State.Keys[0].ValidTo);
        Assert.Null(member.State.Keys[1].ValidTo);
    }

    [Fact]
    public void A_key_that_is_no_P256_key_is_refused() => MemberScenario.Created()
        .Decide(MemberScenario.Register(People.Referrer) with { SubjectPublicKeyInfo = [1] }).Refused(RefusalCodes.InvalidField, "publicKey");

    [Fact]
    public void A_key_needs_an_interval_that_holds_an_instant() => MemberScenario.Created()
        .Decide(MemberScenario.Register(People.Referrer) with { ValidFrom = Start, ValidTo = Start }).Refused(RefusalCodes.InvalidField, "validTo");

    [Fact]
    public void A_key_is_registered_once() => MemberScenario.Created().When(MemberScenario.Register(People.Referrer))
        .Decide(MemberScenario.Register(People.Referrer)).Refused(RefusalCodes.AlreadyExists, "publicKey");

    [Fact]
    public void A_contact_has_a_bounded_number_of_keys()
    {
        var member = MemberScenario.Created();
        for (var i = 0; i < MemberMachine.MaxKeys; i++)
            member.When(MemberScenario.Register(People.Referrer) with { SubjectPublicKeyInfo = NewKey() });
        member.Decide(MemberScenario.Register(People.Referrer)).Refused(RefusalCodes.InvalidField, "publicKey");
    }

    private static byte[] NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfo();

    [Fact]
    public void An_unknown_key_cannot_be_ended() => MemberScenario.Created().Decide(End(null)).Refused(RefusalCodes.UnknownKey, "key");

    [Fact]
    public void A_key_cannot_be_ended_without_notice()
    {
        var member = MemberScenario.Created().When(MemberScenario.Register(People.Referrer));
        member.Decide(End(Start.AddTicks(-1))).Refused(RefusalCodes.InvalidDate, "validTo");
        member.Decide(End(Start + MemberMachine.KeyEndNotice - TimeSpan.FromTicks(1))).Refused(RefusalCodes.InvalidDate, "validTo");
        member.Decide(End(Start + MemberMachine.KeyEndNotice)).Accepted();
    }

    [Fact]
    public void The_notice_covers_clocks_that_are_ahead_and_copies_that_are_old() =>
        Assert.True(MemberMachine.KeyEndNotice > Commission.Domain.Deals.DealMachine.ClockSkew + MemberMachine.ProfileLifetime);

    [Fact]
    public void An_ended_key_cannot_be_prolonged() => MemberScenario.Created().When(MemberScenario.Register(People.Referrer)).When(End(Start.AddDays(1)))
        .Decide(End(Start.AddDays(2))).Refused(RefusalCodes.WrongState, "validTo");

    [Fact]
    public void A_service_is_authorised_once()
    {
        var authorise = new AuthoriseService(People.Importer.Id, null, default);
        var member = MemberScenario.Created().When(authorise);
        Assert.Equal([People.Importer.Id], member.State.AuthorisedServices);
        member.Decide(authorise).Refused(RefusalCodes.AlreadyExists, "service");
    }

    [Fact]
    public void A_contact_has_a_bounded_number_of_services()
    {
        var services = Enumerable.Range(0, MemberMachine.MaxServices).Select(_ => new ContactId(Guid.CreateVersion7())).ToArray();
        new MemberScenario().When(MemberScenario.Create() with { AuthorisedServices = services })
            .Decide(new AuthoriseService(People.Importer.Id, null, default)).Refused(RefusalCodes.InvalidField, "service");
    }

    [Fact]
    public void Remembered_requests_are_bounded()
    {
        var state = MemberScenario.Created().State;
        for (var i = 0; i < 300; i++)
            state = MemberMachine.Evolve(state, new KeyEnded(default, Start, new AcceptedRequest(new RequestFingerprint((UInt128)i, 0), null)));
        Assert.Equal(MemberMachine.MaxRequests, state.Requests.Length);
        Assert.Equal((UInt128)299, state.Requests[^1].Fingerprint.Key);
    }

    private static EndKey End(DateTimeOffset? to) => new(People.Referrer.KeyId, to, People.Referrer.Id, new RequestFingerprint(3, 3));
}
