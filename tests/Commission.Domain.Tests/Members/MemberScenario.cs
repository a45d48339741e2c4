using Commission.Domain.Members;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Members;

/// <summary>One contact and a clock that the test sets.</summary>
internal sealed class MemberScenario
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

    public MemberState State { get; private set; } = new();

    public DateTimeOffset Now { get; set; } = Start;

    public static CreateContact Create() => new(
        People.Referrer.Id, ContactType.Member, "Ruth O'Neil", "ruth@example.org", "+61 400 000 000", new byte[16], People.Upline.Id, [],
        People.Upline.Id, new RequestFingerprint(1, 1));

    public static RegisterKey Register(Person person) => new(person.PublicKey, null, null, person.Id, new RequestFingerprint(2, 2));

    public static MemberScenario Created() => new MemberScenario().When(Create());

    public Decision<MemberEvent> Decide(MemberCommand command) => MemberMachine.Decide(State, command, Now);

    public MemberScenario When(MemberCommand command)
    {
        foreach (var happened in Decide(command).Accepted())
            State = MemberMachine.Evolve(State, happened);
        return this;
    }
}
