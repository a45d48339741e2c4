using System.Text;

namespace Commission.Cli.Deals.Expressions;

internal enum TokenKind
{
    Number,
    Text,
    Name,
    BracketedName,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Position);

/// <summary>Cuts an expression into tokens. Positions count from 1, for messages.</summary>
internal static class Lexer
{
    private static readonly string[] Symbols = ["<>", "!=", "<=", ">=", "+", "-", "*", "/", "(", ")", ",", "=", "<", ">"];

    public static List<Token> Tokens(string source)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (at < source.Length)
        {
            if (char.IsWhiteSpace(source[at]))
                at++;
            else
                tokens.Add(Next(source, ref at));
        }

        tokens.Add(new Token(TokenKind.End, "the end", source.Length + 1));
        return tokens;
    }

    private static Token Next(string source, ref int at)
    {
        var start = at;
        var first = source[at];
        if (first is '\'' or '"')
            return new Token(TokenKind.Text, Enclosed(source, ref at, first, first), start + 1);
        if (first == '[')
            return new Token(TokenKind.BracketedName, Enclosed(source, ref at, '[', ']'), start + 1);
        if (char.IsAsciiDigit(first))
            return new Token(TokenKind.Number, While(source, ref at, c => char.IsAsciiDigit(c) || c == '.'), start + 1);
        if (char.IsLetter(first) || first == '_')
            return new Token(TokenKind.Name, While(source, ref at, c => char.IsLetterOrDigit(c) || c is '_' or '.'), start + 1);

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, at, symbol, 0, symbol.Length) != 0)
                continue;
            at += symbol.Length;
            return new Token(TokenKind.Symbol, symbol, start + 1);
        }

        throw new ExpressionException("SYNTAX", $"unexpected character '{first}' at {start + 1}");
    }

    private static string While(string source, ref int at, Func<char, bool> belongs)
    {
        var start = at;
        while (at < source.Length && belongs(source[at]))
            at++;
        return source[start..at];
    }

    /// <summary>Text between quotes or brackets; the closing character doubled stands for itself.</summary>
    private static string Enclosed(string source, ref int at, char open, char close)
    {
        var start = at++;
        var text = new StringBuilder();
        for (; at < source.Length; at++)
        {
            if (source[at] != close)
            {
                text.Append(source[at]);
                continue;
            }

            if (at + 1 >= source.Length || source[at + 1] != close)
            {
                at++;
                return text.ToString();
            }

            text.Append(close);
            at++;
        }

        throw new ExpressionException("SYNTAX", $"the {open} at {start + 1} is never closed");
    }
}
