using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Reading;

/// <summary>Puts overrides after what they override; an override of itself, over any number of steps, has no such order.</summary>
internal static class OverrideOrder
{
    public static IReadOnlyList<int> Of(List<Component> components, string path)
    {
        var order = new List<int>(components.Count);
        var chain = new List<int>();
        for (var i = 0; i < components.Count; i++)
            Visit(i, components, path, order, chain);
        return order;
    }

    private static void Visit(int index, List<Component> components, string path, List<int> order, List<int> chain)
    {
        if (order.Contains(index))
            return;
        if (chain.Contains(index))
        {
            var names = chain.Append(index).Select(i => $"\"{components[i].Name}\"");
            throw StrictNode.Mistake($"{path}[{index}].component", "no override of itself", string.Join(" → ", names));
        }
        chain.Add(index);
        if (components[index] is OverrideComponent { DependsOn: { } source })
            Visit(SourceOf(index, source, components, $"{path}[{index}].component"), components, path, order, chain);
        chain.RemoveAt(chain.Count - 1);
        order.Add(index);
    }

    private static int SourceOf(int index, string source, List<Component> components, string path)
    {
        var found = components.FindIndex(component => component.Name == source);
        if (found < 0)
            throw StrictNode.Mistake(path, "the name of another component", $"\"{source}\"");
        if (components[found].Moment is Moment.Volume or Moment.Milestone)
            throw StrictNode.Mistake(path, "a component that is paid at once, not accumulated or by milestones", $"\"{source}\"");
        return ((OverrideComponent)components[index]).TakenFrom is not null && components[found] is OverrideComponent
            ? throw StrictNode.Mistake(path, "a component that pays the referrer", $"\"{source}\"")
            : found;
    }
}
