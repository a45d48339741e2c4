using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>What a repeated request gets.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void A_new_request_has_no_replay() =>
        Assert.Equal((null, null), DealMachine.Replay(new DealScenario().Given(HandshakeStep.Outcome).State, new RequestFingerprint(1, 1)));

    [Theory]
    [InlineData(HandshakeStep.Intent)]
    [InlineData(HandshakeStep.Intake)]
    [InlineData(HandshakeStep.Outcome)]
    public void A_repeated_request_gets_the_step_it_made(HandshakeStep step)
    {
        var state = new DealScenario().Given(HandshakeStep.Outcome).State;
        var made = state.Steps[(int)step - 1];
        Assert.Equal((made, null), DealMachine.Replay(state, made.Request));
    }

    [Fact]
    public void A_key_that_comes_back_with_another_body_is_refused()
    {
        var state = new DealScenario().Given(HandshakeStep.Intake).State;
        var (step, refusal) = DealMachine.Replay(state, state.Steps[1].Request with { Body = 5 });
        Assert.Null(step);
        Assert.Equal((RefusalCodes.IdempotencyKeyReused, "Idempotency-Key"), (refusal!.Code, refusal.Field));
    }

    [Fact]
    public void A_refused_request_gets_its_refusal_again_even_when_the_deal_moved_on()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        var early = deal.Command(HandshakeStep.Intake);
        var refusal = deal.When(early).Refusal!;
        Assert.True(DealMachine.IsSticky(deal.State, refusal));
        deal.State = DealMachine.Evolve(deal.State, new RequestRefused(new RefusedRequest(early.Fingerprint, refusal)));
        deal.Then(deal.When(HandshakeStep.Acknowledgement));
        Assert.Equal((null, refusal), DealMachine.Replay(deal.State, early.Fingerprint));
        Assert.Equal(RefusalCodes.IdempotencyKeyReused, DealMachine.Replay(deal.State, early.Fingerprint with { Body = 1 }).Refusal!.Code);
    }

    [Theory]
    [InlineData(RefusalCodes.WrongState, true)]
    [InlineData(RefusalCodes.TokenExpired, true)]
    [InlineData(RefusalCodes.HandshakeNotFound, false)]
    [InlineData(RefusalCodes.InvalidField, false)]
    [InlineData(RefusalCodes.InvalidSignature, false)]
    [InlineData(RefusalCodes.WrongActor, false)]
    [InlineData(RefusalCodes.Busy, false)]
    public void Only_what_the_state_decided_is_final(string code, bool sticky)
    {
        var refusal = new Refusal(code, "text");
        Assert.Equal(sticky, DealMachine.IsSticky(new DealScenario().Given(HandshakeStep.Intent).State, refusal));
        Assert.False(DealMachine.IsSticky(new DealState(), refusal));
    }

    [Fact]
    public void Remembered_refusals_are_bounded()
    {
        var state = new DealScenario().Given(HandshakeStep.Intent).State;
        for (var i = 1; i <= 40; i++)
            state = DealMachine.Evolve(state, new RequestRefused(new RefusedRequest(new RequestFingerprint((UInt128)i, 1), new Refusal("X", $"{i}"))));
        Assert.Equal(DealMachine.MaxRefusals, state.Refusals.Length);
        Assert.Equal("40", DealMachine.Replay(state, new RequestFingerprint(40, 1)).Refusal!.Text);
        Assert.Equal((null, null), DealMachine.Replay(state, new RequestFingerprint(1, 1)));
    }

    [Fact]
    public void Each_line_of_a_deal_that_went_on_finds_its_own_first_step()
    {
        var state = new BulkScenario().Given(BulkScenario.Line("acknowledged")).Given(BulkScenario.Line("complete")).Deal.State;
        Assert.Equal(state.Steps[0].Request.Key, state.Steps[4].Request.Key);
        Assert.Equal((state.Steps[0], null), DealMachine.Replay(state, state.Steps[1].Request));
        Assert.Equal((state.Steps[2], null), DealMachine.Replay(state, state.Steps[4].Request));
    }

    [Fact]
    public void A_request_of_the_service_cannot_reuse_the_key_of_its_line()
    {
        var state = new BulkScenario().Given(BulkScenario.Line("acknowledged")).Deal.State;
        var request = RequestFingerprint.Of(People.Importer.ToString(), "opportunity-1", "POST /api/v1/referrals", "{}"u8);
        Assert.Equal(RefusalCodes.IdempotencyKeyReused, DealMachine.Replay(state, request).Refusal!.Code);
    }

    [Fact]
    public void An_expiry_is_nobodys_request()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent).Later(TimeSpan.FromDays(8));
        deal.Then(DealMachine.Decide(deal.State, new ExpireDeal(), deal.Facts, deal.Now));
        Assert.Equal(default, deal.State.Steps[^1].Request);
        Assert.Equal((null, null), DealMachine.Replay(deal.State, RequestFingerprint.Of("a", "b", "c", [])));
    }
}
