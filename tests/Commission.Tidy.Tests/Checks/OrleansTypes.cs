namespace Commission.Tidy.Tests.Checks;

/// <summary>Names that live in databases and on the wire: each there, and none twice.</summary>
internal static class OrleansTypes
{
    /// <summary>Orleans' own storage keeps states by name and key, not by grain type.</summary>
    public static IEnumerable<string> CheckStateNames(IReadOnlyList<SourceFile> files)
    {
        var constants = Constants(files);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, attribute) in Attributes(files, "PersistentState"))
        {
            var expression = attribute.ArgumentList?.Arguments.FirstOrDefault()?.Expression;
            var owner = attribute.Ancestors().OfType<TypeDeclarationSyntax>().First().Identifier.Text;
            if (Value(expression, owner, constants) is not { } name)
                yield return file.At(attribute, $"the state's name '{expression}' is no constant that this check can read: give it a const string.");
            else if (!seen.TryAdd(name, owner))
                yield return file.At(attribute, $"{owner} and {seen[name]} both keep a state named '{name}': two grains with one key would share a row. Rename one.");
        }
    }

    /// <summary>Without an alias the CLR name is what is stored, and a renamed type cannot be read again.</summary>
    public static IEnumerable<string> CheckAliases(IReadOnlyList<SourceFile> files)
    {
        foreach (var (file, attribute) in Attributes(files, "GenerateSerializer"))
        {
            if (attribute.Parent?.Parent is TypeDeclarationSyntax type && !AttributesOf(type).Any(other => Is(other, "Alias")))
                yield return file.At(attribute, $"{type.Identifier.Text} is serialised under its CLR name: add [Alias(\"{type.Identifier.Text}\")].");
        }
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (file, attribute) in Attributes(files, "Alias"))
        {
            if (attribute.Parent?.Parent is not BaseTypeDeclarationSyntax type)
                continue;
            var alias = attribute.ArgumentList!.Arguments[0].ToString();
            if (!seen.TryAdd(alias, type.Identifier.Text))
                yield return file.At(attribute, $"{type.Identifier.Text} and {seen[alias]} share the alias {alias}: rename the newer one.");
        }
    }

    private static IEnumerable<AttributeSyntax> AttributesOf(BaseTypeDeclarationSyntax type) => type.AttributeLists.SelectMany(list => list.Attributes);

    private static IEnumerable<(SourceFile File, AttributeSyntax Attribute)> Attributes(IEnumerable<SourceFile> files, string name) =>
        from file in files
        where file.IsCode
        from attribute in file.Syntax.DescendantNodes().OfType<AttributeSyntax>()
        where Is(attribute, name)
        select (file, attribute);

    private static bool Is(AttributeSyntax attribute, string name)
    {
        var written = attribute.Name.ToString();
        written = written[(written.LastIndexOf('.') + 1)..];
        return written == name || written == name + "Attribute";
    }

    private static Dictionary<string, string> Constants(IEnumerable<SourceFile> files)
    {
        var constants = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in files.Where(file => file.IsCode).SelectMany(file => file.Syntax.DescendantNodes().OfType<FieldDeclarationSyntax>()))
        {
            if (!field.Modifiers.Any(SyntaxKind.ConstKeyword) || field.Parent is not TypeDeclarationSyntax type)
                continue;
            foreach (var variable in field.Declaration.Variables)
            {
                if (variable.Initializer?.Value is LiteralExpressionSyntax { Token.Value: string value })
                    constants[$"{type.Identifier.Text}.{variable.Identifier.Text}"] = value;
            }
        }
        return constants;
    }

    private static string? Value(ExpressionSyntax? expression, string owner, Dictionary<string, string> constants) => expression switch
    {
        LiteralExpressionSyntax { Token.Value: string text } => text,
        IdentifierNameSyntax name => constants.GetValueOrDefault($"{owner}.{name}"),
        MemberAccessExpressionSyntax access => constants.GetValueOrDefault(string.Join('.', access.ToString().Split('.')[^2..])),
        _ => null,
    };
}
