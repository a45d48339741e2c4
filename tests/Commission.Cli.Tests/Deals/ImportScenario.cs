using System.Text;
using System.Text.Json.Nodes;
using Commission.Cli.Deals;
using Commission.Cli.Deals.Mappings;

namespace Commission.Cli.Tests.Deals;

/// <summary>A small file with a small mapping, which a test changes where it matters.</summary>
internal sealed class ImportScenario : IDisposable
{
    public const string Header = "id,agent,client,stage,opened,closed,value\n";

    private readonly TemporaryFolder _folder = new();

    public JsonObject Mapping { get; } = JsonNode.Parse("""
        {
          "source": "test", "currency": "AUD", "key": "id",
          "referrer": "agent", "receiver": "'Head office'", "client": "client",
          "vertical": "'GTX'", "product": "'GTX_PRO'",
          "stage": { "value": "stage", "map": { "won": "complete", "lost": "withdrawn", "open": "intent" } },
          "dates": {
            "referred": "opened", "acknowledged": "opened", "intake": "opened",
            "settled": "closed", "completed": "closed", "withdrawn": "closed"
          },
          "amountMinor": "value * 100"
        }
        """)!.AsObject();

    public string Folder => _folder.Root;

    public static string Won(string id, string value = "10") => $"{id},Ann,Acme,won,2020-01-01,2020-02-01,{value}\n";

    public ImportScenario With(string member, string json)
    {
        Mapping[member] = JsonNode.Parse(json);
        return this;
    }

    public ImportScenario File(string name, string content)
    {
        _folder.Write(name, content);
        return this;
    }

    public string Save(string csv)
    {
        _folder.Write("mapping.json", Mapping.ToJsonString());
        return _folder.Write("rows.csv", csv);
    }

    public List<RowOutcome> Rows(string csv) => Rows(Encoding.UTF8.GetBytes(csv));

    public List<RowOutcome> Rows(byte[] csv)
    {
        var path = _folder.Path("rows.csv");
        System.IO.File.WriteAllBytes(path, csv);
        using var file = ImportFile.Open(path, MappingReader.Parse(Encoding.UTF8.GetBytes(Mapping.ToJsonString()), Folder));
        return [.. file.Rows()];
    }

    public IReadOnlyList<string> Problems(string csv = Header)
    {
        try
        {
            Rows(csv);
            return [];
        }
        catch (MappingException problem)
        {
            return problem.Problems;
        }
    }

    public void Dispose() => _folder.Dispose();
}
