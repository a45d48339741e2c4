using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>G6 for the accounts that payees are paid to: who said so and who verified it stands in the administration book.</summary>
internal sealed class PayeeAudit(
    NpgsqlConnection connection, CheckContext context, IReadOnlyDictionary<string, int> books, WaitingRecords waiting, Findings findings)
{
    private const int SpotChecks = 100;
    private readonly ActReader _acts = new(connection, books, waiting);

    /// <summary>Checks.</summary>
    /// <param name="touched">What has new leaves in the books; null to check everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CheckAsync(IReadOnlyCollection<Guid>? touched, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            """
            select id, payload from payee_account where $1 or payee = any($2)
            union select * from (select id, payload from payee_account where not $1 order by random() limit $3) spots order by id
            """,
            reader => (Id: reader.GetString(0), Payload: reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)), cancellationToken,
            touched is null, touched?.ToArray() ?? [], SpotChecks);
        foreach (var (id, payload) in rows)
        {
            if (payload is null || StoredState.Read<PayeeAccountState>(context.Serializer, payload) is not { } state
                || !id.EndsWith(state.Payee.ToString(), StringComparison.Ordinal))
            {
                findings.Break(id, "its stored state cannot be read, or is another payee's");
                continue;
            }
            findings.Saw("payee accounts");
            await StateColumns.CompareAsync(
                connection, PayeeAccountTable.Table, [id], [new Journaled<PayeeAccountState> { State = state }], findings, cancellationToken);
            if (state.Verified is { } verified && await _acts.ReadAsync(state.Payee.Value, cancellationToken) is { } acts)
                findings.BreakIf(id, Fault(state, verified, acts));
        }
    }

    private static string? Fault(PayeeAccountState state, PayeeDetails verified, IReadOnlyList<ActRecord> acts)
    {
        var shown = verified.Shown.ToString();
        var isProposed = acts.Any(act => act.Act == AdministrativeAct.PayeeAccountProposed && act.Text("shown") == shown && act.Actor == verified.By.ToString());
        var verification = acts.LastOrDefault(act => act.Act == AdministrativeAct.PayeeAccountVerified);
        return state.VerifiedBy is not { } checker || checker == verified.By || checker == state.Payee ? "nobody else verified its account"
            : !isProposed ? "the administration book has another proposal of its account"
            : verification?.Actor != checker.ToString() || verification.Text("shown") != shown ? "the administration book has another verification of its account"
            : null;
    }
}
