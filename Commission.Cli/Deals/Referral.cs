using Commission.Cli.Deals.Mappings;
using Commission.Cli.Members;

namespace Commission.Cli.Deals;

/// <summary>One good row: a deal with everything that has happened to it, in the words of the file (names, not ids).</summary>
internal sealed record Referral
{
    public required int Line { get; init; }

    public required string Key { get; init; }

    public required string Vertical { get; init; }

    public required string Product { get; init; }

    public required ContactName Referrer { get; init; }

    public ContactName? Upline { get; init; }

    public required ContactName Receiver { get; init; }

    public required ContactName Client { get; init; }

    public required Stage Stage { get; init; }

    public required IReadOnlyList<(Step Step, DateOnly Date)> Dates { get; init; }

    public long? SettledValueMinor { get; init; }

    public string? Reason { get; init; }
}

/// <summary>Why a row did not make it, in the file's terms. One line of the report.</summary>
internal sealed record BadRow(int Line, string? Key, string Code, string? Field, string Reason);

/// <summary>What became of one record of the file: filtered when both are null.</summary>
internal readonly record struct RowOutcome(Referral? Referral, BadRow? Bad)
{
    public bool IsFiltered => Referral is null && Bad is null;
}
