using System.Collections.Concurrent;
using Commission.Cli.Http;

namespace Commission.Cli.Members;

/// <summary>Makes sure that every planned contact exists, and knows their ids afterwards.</summary>
internal sealed class ContactDirectory(ApiClient api, ImportService service)
{
    private const int AtOnce = 16;

    private readonly ConcurrentDictionary<ContactName, string> _ids = new();
    private readonly ConcurrentDictionary<ContactName, ApiProblemException> _refused = new();

    public string IdOf(ContactName contact) => _ids[contact];

    /// <summary>Why the server would not have this contact; null when it exists. Only the rows that name it suffer.</summary>
    public ApiProblemException? RefusalOf(ContactName contact) => _refused.GetValueOrDefault(contact);

    public async Task CreateAsync(ContactPlan plan, Action created, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        foreach (var group in plan.UplinesFirst())
        {
            await Parallel.ForEachAsync(group, options, async (contact, stop) =>
            {
                await CreateAsync(contact.Key, contact.Value, stop);
                created();
            });
        }
    }

    private async Task CreateAsync(ContactName contact, ContactName? upline, CancellationToken cancellation)
    {
        if (upline is { } above && _refused.TryGetValue(above, out var refusal))
        {
            _refused[contact] = refusal;
            return;
        }

        try
        {
            var body = ImportService.NewContact(contact.Type, contact.Name, upline is { } known ? _ids[known] : null, [service.ContactId]);
            var request = ApiRequest.Post("api/v1/contacts", body, service.ContactKey(contact), service.ContactId);
            _ids[contact] = (await api.SendAsync(request, cancellation)).Id();
        }
        catch (ApiProblemException problem)
        {
            _refused[contact] = problem;
        }
    }
}
