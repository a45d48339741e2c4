using System.Collections.Frozen;

namespace Commission.Domain.Payouts.Aba;

/// <summary>
/// What letters with marks and printers' signs become in a file that knows ASCII only. A table and not the runtime's normalisation: the
/// bytes of a file must not depend on the machine's Unicode data.
/// </summary>
internal static class Folding
{
    private static readonly Dictionary<string, string> Rows = new(StringComparer.Ordinal)
    {
        [" "] = "\u00A0\u2009\u202F",
        ["'"] = "‘’‚′ʻʼ`´",
        ["-"] = "‐‑‒–—−",
        ["."] = "…",
        ["A"] = "ÀÁÂÃÄÅĀĂĄḀẠẢẤẦẨẪẬẮẰẲẴẶ",
        ["AE"] = "Æ",
        ["B"] = "ḂḄḆ",
        ["C"] = "ÇĆĈĊČḈ",
        ["D"] = "ĎḊḌḎḐḒĐÐ",
        ["E"] = "ÈÉÊËĒĔĖĘĚḔḖḘḚḜẸẺẼẾỀỂỄỆ",
        ["F"] = "Ḟ",
        ["G"] = "ĜĞĠĢḠ",
        ["H"] = "ĤḢḤḦḨḪĦ",
        ["I"] = "ÌÍÎÏĨĪĬĮİḬḮỈỊ",
        ["J"] = "Ĵ",
        ["K"] = "ĶḰḲḴ",
        ["L"] = "ĹĻĽḶḸḺḼŁ",
        ["M"] = "ḾṀṂ",
        ["N"] = "ÑŃŅŇṄṆṈṊ",
        ["O"] = "ÒÓÔÕÖŌŎŐƠṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢØ",
        ["OE"] = "Œ",
        ["P"] = "ṔṖ",
        ["R"] = "ŔŖŘṘṚṜṞ",
        ["S"] = "ŚŜŞŠṠṢṤṦṨ",
        ["SS"] = "ẞ",
        ["T"] = "ŢŤṪṬṮṰŦ",
        ["Th"] = "Þ",
        ["U"] = "ÙÚÛÜŨŪŬŮŰŲƯṲṴṶṸṺỤỦỨỪỬỮỰ",
        ["V"] = "ṼṾ",
        ["W"] = "ŴẀẂẄẆẈ",
        ["X"] = "ẊẌ",
        ["Y"] = "ÝŶŸẎỲỴỶỸ",
        ["Z"] = "ŹŻŽẐẒẔ",
        ["a"] = "àáâãäåāăąḁạảấầẩẫậắằẳẵặ",
        ["ae"] = "æ",
        ["b"] = "ḃḅḇ",
        ["c"] = "çćĉċčḉ",
        ["d"] = "ďḋḍḏḑḓđð",
        ["e"] = "èéêëēĕėęěḕḗḙḛḝẹẻẽếềểễệ",
        ["f"] = "ḟ",
        ["g"] = "ĝğġģḡ",
        ["h"] = "ĥḣḥḧḩḫẖħ",
        ["i"] = "ìíîïĩīĭįḭḯỉịı",
        ["j"] = "ĵ",
        ["k"] = "ķḱḳḵ",
        ["l"] = "ĺļľḷḹḻḽł",
        ["m"] = "ḿṁṃ",
        ["n"] = "ñńņňṅṇṉṋ",
        ["o"] = "òóôõöōŏőơṍṏṑṓọỏốồổỗộớờởỡợø",
        ["oe"] = "œ",
        ["p"] = "ṕṗ",
        ["r"] = "ŕŗřṙṛṝṟ",
        ["s"] = "śŝşšṡṣṥṧṩ",
        ["ss"] = "ß",
        ["t"] = "ţťṫṭṯṱẗŧ",
        ["th"] = "þ",
        ["u"] = "ùúûüũūŭůűųưṳṵṷṹṻụủứừửữự",
        ["v"] = "ṽṿ",
        ["w"] = "ŵẁẃẅẇẉẘ",
        ["x"] = "ẋẍ",
        ["y"] = "ýÿŷẏẙỳỵỷỹ",
        ["z"] = "źżžẑẓẕ",
    };

    private static readonly FrozenDictionary<char, string> Table =
        Rows.SelectMany(row => row.Value.Select(from => (from, row.Key))).ToFrozenDictionary(pair => pair.from, pair => pair.Key);

    /// <summary>What stands for the character: itself, one or two letters, nothing for a combining mark; null when nothing can.</summary>
    public static string? Of(char c) => c switch
    {
        >= ' ' and <= '~' and not '`' => c.ToString(),
        >= '\u0300' and <= '\u036F' => "",
        _ => Table.GetValueOrDefault(c),
    };
}
