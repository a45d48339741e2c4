using System.Globalization;

namespace Commission.Domain.Payouts.Aba;

/// <summary>Leaves a reader at the first mistake; never crosses its public entry.</summary>
internal sealed class AbaException(Refusal refusal) : Exception(refusal.Text)
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>A record of 120 columns. Columns are counted from 1, as banks do; every mistake names line, columns and field.</summary>
internal readonly record struct AbaLine(string Text, int Number)
{
    public char Type => Text[0];

    public string Raw(int from, int to) => Text[(from - 1)..to];

    /// <summary>A text that begins in its first column.</summary>
    public string Left(int from, int to, string field, bool mayBeBlank = false)
    {
        var text = Raw(from, to).TrimEnd(' ');
        if (text.Length == 0 ? !mayBeBlank : text[0] == ' ')
            throw Wrong(from, to, field, "a text that begins in the first column");
        return text;
    }

    /// <summary>An account number that ends in its last column.</summary>
    public string Account(int from, int to, string field)
    {
        var number = Raw(from, to).TrimStart(' ');
        return BankAccount.IsNumber(number) ? number : throw Wrong(from, to, field, "an account number, right-aligned, blanks before it");
    }

    public Bsb Bsb(int from, int to, string field) => Aba.Bsb.TryParse(Raw(from, to), out var bsb) && Raw(from, to)[3] == '-'
        ? bsb
        : throw Wrong(from, to, field, "a BSB nnn-nnn");

    public long Digits(int from, int to, string field)
    {
        var text = Raw(from, to);
        return text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : throw Wrong(from, to, field, $"{text.Length} digits");
    }

    public void Blank(int from, int to)
    {
        if (Raw(from, to).AsSpan().IndexOfAnyExcept(' ') >= 0)
            throw Wrong(from, to, "blank", "blanks");
    }

    public DateOnly Date(int from, int to, string field)
    {
        var (day, month, year) = ((int)Digits(from, from + 1, field), (int)Digits(from + 2, from + 3, field), 2000 + (int)Digits(to - 1, to, field));
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day)
            : throw Wrong(from, to, field, "a date DDMMYY");
    }

    public AbaException Wrong(int from, int to, string field, string expected)
    {
        var path = $"line {Number}, columns {from} to {to}, {field}";
        return new AbaException(StrictNode.Wrong(path, expected, $"\"{Raw(from, to)}\""));
    }
}
