namespace Commission.Domain.Payouts.Tax;

/// <summary>An Australian business number whose check digits are right. It says nothing of who holds it.</summary>
/// <param name="Digits">The eleven digits.</param>
[GenerateSerializer, Immutable, Alias("Abn")]
public readonly record struct Abn([property: Id(0)] string Digits)
{
    private static ReadOnlySpan<int> Weights => [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];

    /// <summary>
    /// Reads eleven digits, with or without spaces between them; false when the check fails: less one in the first digit, the weighted sum
    /// is a multiple of 89. Source: abr.business.gov.au, "Format of the ABN".
    /// </summary>
    public static bool TryParse(string? text, out Abn abn)
    {
        abn = default;
        var digits = text?.Replace(" ", "", StringComparison.Ordinal);
        if (digits is not { Length: 11 } || text!.Length > 14 || digits[0] == '0' || digits.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
            return false;
        var sum = -Weights[0];
        for (var i = 0; i < digits.Length; i++)
            sum += (digits[i] - '0') * Weights[i];
        if (sum % 89 != 0)
            return false;
        abn = new Abn(digits);
        return true;
    }

    /// <summary>For example <c>51 824 753 556</c>.</summary>
    public override string ToString() =>
        Digits is null ? "" : $"{Digits.AsSpan(0, 2)} {Digits.AsSpan(2, 3)} {Digits.AsSpan(5, 3)} {Digits.AsSpan(8, 3)}";
}
