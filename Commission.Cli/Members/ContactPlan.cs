namespace Commission.Cli.Members;

/// <summary>The contacts that a file needs, each with the first upline that the file names for it.</summary>
internal sealed class ContactPlan
{
    private readonly Dictionary<ContactName, ContactName?> _uplines = [];

    public int Count => _uplines.Count;

    public void Add(ContactName contact, ContactName? upline = null)
    {
        if (!_uplines.TryGetValue(contact, out var known) || (known is null && upline is not null))
            _uplines[contact] = upline;
    }

    /// <summary>
    /// Groups in which every contact stands after its upline. Contacts that are each other's uplines, directly or around a ring, come
    /// in the last group without one: the rows still carry theirs.
    /// </summary>
    public IEnumerable<IReadOnlyList<KeyValuePair<ContactName, ContactName?>>> UplinesFirst()
    {
        var waiting = new List<KeyValuePair<ContactName, ContactName?>>(_uplines);
        var placed = new HashSet<ContactName>();
        while (waiting.Count > 0)
        {
            var ready = waiting.FindAll(contact => contact.Value is not { } upline || placed.Contains(upline));
            if (ready.Count == 0)
            {
                yield return waiting.ConvertAll(contact => KeyValuePair.Create(contact.Key, (ContactName?)null));
                yield break;
            }

            placed.UnionWith(ready.Select(contact => contact.Key));
            waiting.RemoveAll(contact => placed.Contains(contact.Key));
            yield return ready;
        }
    }
}
