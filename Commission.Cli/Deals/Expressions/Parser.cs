namespace Commission.Cli.Deals.Expressions;

/// <summary>
/// Recursive descent, one method per level of precedence:
/// <c>or · and · not · comparison · sum · product · sign · atom</c>.
/// </summary>
internal sealed class Parser
{
    private const int DepthLimit = 100;

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase) { "and", "or", "not" };

    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    private Parser(string source) => _tokens = Lexer.Tokens(source);

    private Token Current => _tokens[_next];

    /// <exception cref="ExpressionException">The text is not an expression; the message says where.</exception>
    public static Node Parse(string source)
    {
        var parser = new Parser(source);
        var node = parser.Or();
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected("an operator or the end");
        return node;
    }

    private Node Or() => LeftToRight(And, () => TakeWord("or"));

    private Node And() => LeftToRight(Not, () => TakeWord("and"));

    private Node Not() => TakeWord("not") is { } word ? new Node.Unary(word, Nested(Not)) : Comparison();

    private Node Comparison()
    {
        var left = Sum();
        return TakeSymbol("=", "<>", "!=", "<", "<=", ">", ">=") is { } symbol ? new Node.Binary(symbol, left, Sum()) : left;
    }

    private Node Sum() => LeftToRight(Product, () => TakeSymbol("+", "-"));

    private Node Product() => LeftToRight(Sign, () => TakeSymbol("*", "/"));

    private Node Sign() => TakeSymbol("-", "+") is { } sign ? new Node.Unary(sign, Nested(Sign)) : Atom();

    private Node Atom()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number when Ratio.TryParse(token.Text, out var value):
                _next++;
                return new Node.Number(value);
            case TokenKind.Text:
                _next++;
                return new Node.Text(token.Text);
            case TokenKind.BracketedName:
                _next++;
                return new Node.Column(token.Text);
            case TokenKind.Name when !Reserved.Contains(token.Text):
                _next++;
                return TakeSymbol("(") is null ? new Node.Column(token.Text) : Call(token);
            case TokenKind.Symbol when TakeSymbol("(") is not null:
                var inner = Nested(Or);
                Expect(")");
                return inner;
            default:
                throw Unexpected("a column, a number, a 'text' or a function");
        }
    }

    private Node.Call Call(Token name)
    {
        var function = Function.Find(name.Text)
            ?? throw new ExpressionException("SYNTAX", $"there is no function '{name.Text}' (at {name.Position}); known: {Function.Names}");
        var arguments = new List<Node>();
        if (TakeSymbol(")") is null)
        {
            do
                arguments.Add(Nested(Or));
            while (TakeSymbol(",") is not null);
            Expect(")");
        }

        return function.Accepts(arguments.Count)
            ? new Node.Call(function, arguments)
            : throw new ExpressionException("SYNTAX", $"{function.Name} (at {name.Position}) takes {function.Arity}, not {arguments.Count}");
    }

    private static Node LeftToRight(Func<Node> operand, Func<string?> takeOperator)
    {
        var left = operand();
        var length = 0;
        while (takeOperator() is { } symbol)
        {
            if (++length > DepthLimit)
                throw TooDeep();
            left = new Node.Binary(symbol, left, operand());
        }

        return left;
    }

    /// <summary>A mapping is a file that anyone may hand over: its nesting must not exhaust the stack.</summary>
    private Node Nested(Func<Node> parse)
    {
        if (++_depth > DepthLimit)
            throw TooDeep();
        var node = parse();
        _depth--;
        return node;
    }

    private string? TakeSymbol(params ReadOnlySpan<string> symbols)
    {
        if (Current.Kind != TokenKind.Symbol || !symbols.Contains(Current.Text))
            return null;
        return _tokens[_next++].Text;
    }

    private string? TakeWord(string word)
    {
        if (Current.Kind != TokenKind.Name || !Current.Text.Equals(word, StringComparison.OrdinalIgnoreCase))
            return null;
        _next++;
        return word;
    }

    private void Expect(string symbol)
    {
        if (TakeSymbol(symbol) is null)
            throw Unexpected($"'{symbol}'");
    }

    private ExpressionException Unexpected(string expected) =>
        new("SYNTAX", $"expected {expected} at {Current.Position}, found {(Current.Kind == TokenKind.End ? "the end" : $"'{Current.Text}'")}");

    private static ExpressionException TooDeep() => new("SYNTAX", $"more than {DepthLimit} nested or chained operations");
}
