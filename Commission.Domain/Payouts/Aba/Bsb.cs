namespace Commission.Domain.Payouts.Aba;

/// <summary>A bank, state and branch number: six digits, written <c>nnn-nnn</c>.</summary>
/// <param name="Digits">The six digits.</param>
[GenerateSerializer, Immutable, Alias("Bsb")]
public readonly record struct Bsb([property: Id(0)] string Digits)
{
    /// <summary>Reads <c>062-000</c> or <c>062000</c>; false for all else, and for 000-000 and 999-999, which no branch has.</summary>
    public static bool TryParse(string? text, out Bsb bsb)
    {
        bsb = default;
        if (text is not { Length: 6 } and not { Length: 7 } || (text.Length == 7 && text[3] != '-'))
            return false;
        var digits = text.Length == 7 ? text[..3] + text[4..] : text;
        if (digits.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 || digits is "000000" or "999999")
            return false;
        bsb = new Bsb(digits);
        return true;
    }

    /// <summary>For example <c>062-000</c>.</summary>
    public override string ToString() => Digits is null ? "" : $"{Digits.AsSpan(0, 3)}-{Digits.AsSpan(3)}";
}

/// <summary>An account that direct entry can reach.</summary>
/// <param name="Bsb">Bank, state and branch.</param>
/// <param name="Number">One to nine digits and hyphens, not all of them zeros.</param>
/// <param name="Title">Whose account it is. Personal data.</param>
[GenerateSerializer, Immutable, Alias("BankAccount")]
public sealed record BankAccount([property: Id(0)] Bsb Bsb, [property: Id(1)] string Number, [property: Id(2)] string Title)
{
    /// <summary>Digits of an account number at most.</summary>
    public const int MaxNumberLength = 9;

    /// <summary>What is wrong with the account, or null.</summary>
    /// <param name="field">The field that holds it.</param>
    public Refusal? RefusalIn(string field) =>
        !Bsb.TryParse(Bsb.Digits, out _) ? Wrong($"{field}.bsb", "six digits, such as 062-000", Bsb.Digits)
        : !IsNumber(Number) ? Wrong($"{field}.number", "1 to 9 digits or hyphens, not all zeros", Number)
        : null;

    internal static bool IsNumber(string? number) =>
        number is { Length: > 0 and <= MaxNumberLength } && number.AsSpan().IndexOfAnyExcept("0123456789-") < 0
        && number.AsSpan().IndexOfAnyInRange('1', '9') >= 0;

    private static Refusal Wrong(string field, string expected, string? found) => StrictNode.Wrong(field, expected, $"\"{found}\"");
}
