using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Notifications;
using Commission.Storage.Notifications;

namespace Commission.Api.Notifications;

/// <summary>Messages to people: where they stand, and sending those again that did not go. For staff.</summary>
internal static class NotificationEndpoints
{
    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        var notifications = routes.MapGroup("/notifications").WithTags("Notifications");
        notifications.MapGet("", ListAsync).WithName("listNotifications").Produces<Page<NotificationView>>()
            .WithSummary("Messages to people, newest first. Addresses and links are not in them: those are looked up when a message goes.");
        notifications.MapGet("/{id}", GetAsync).WithName("getNotification").Produces<NotificationView>();
        notifications.MapPost("/{id}/retry", RetryAsync).WithName("retryNotification").Accepts<object>("application/json").Produces<NotificationView>()
            .WithSummary("Queues a message again that was given up or had no address. One that waits or was delivered stays as it is.")
            .WithDescription("A repeated request is answered with the message as it is by then.");
    }

    private static async Task<IResult> ListAsync(
        NotificationQueries queries, IActor actor, IGrainFactory grains, string? state, string? kind, string? contact, string? cursor, int? limit,
        CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        var filter = new NotificationFilter(
            state is null ? null : Parse<NotificationState>(state, "state", NotificationView.Word),
            kind is null ? null : Parse<NotificationKind>(kind, "kind", NotificationText.Name),
            contact is null ? null : Answers.Id<ContactId>(contact, "contact"));
        var (time, id) = Cursor.ReadTime(cursor);
        Guid? after = id is null ? null : TypedId.TryParse<NotificationId>(id, out var last) ? last.Value : throw Cursor.WrongCursor();
        var size = Cursor.Limit(limit);
        var rows = await queries.ListAsync(filter, time, after, size, cancellationToken);
        var next = rows.Count == size ? Cursor.WriteTime(rows[^1].CreatedAt, rows[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<NotificationView>([.. rows.Select(NotificationView.Of)], next));
    }

    private static T Parse<T>(string text, string field, Func<T, string> word) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (word(value) == text)
                return value;
        }
        throw ProblemException.Field(field, $"{field} must be one of {string.Join(", ", Enum.GetValues<T>().Select(word))}, not '{text}'.");
    }

    private static async Task<IResult> GetAsync(string id, NotificationQueries queries, IActor actor, IGrainFactory grains, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        return TypedResults.Ok(NotificationView.Of(await FindAsync(id, queries, cancellationToken)));
    }

    private static async Task<IResult> RetryAsync(
        string id, HttpContext http, NotificationQueries queries, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        new BodyReader(request.Body).Allow();
        var row = await FindAsync(id, queries, http.RequestAborted);
        await queries.RetryAsync(row.Id, http.RequestAborted);
        return TypedResults.Ok(NotificationView.Of(await FindAsync(id, queries, http.RequestAborted)));
    }

    private static async Task<NotificationRow> FindAsync(string id, NotificationQueries queries, CancellationToken cancellationToken) =>
        await queries.FindAsync(Answers.Id<NotificationId>(id), cancellationToken) ?? throw Answers.NotFound($"There is no notification {id}.");
}

/// <summary>A message; contact is null for the staff's own mailbox.</summary>
internal sealed record NotificationView(
    string Id, string Kind, string? Contact, JsonElement About, string State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? DueAt,
    DateTimeOffset? EndedAt, string? Problem)
{
    public static NotificationView Of(NotificationRow row)
    {
        using var facts = JsonDocument.Parse(row.Facts);
        return new NotificationView(
            row.Id.ToString(), NotificationText.Name(row.Kind), row.Contact?.ToString(), facts.RootElement.Clone(), Word(row.State), row.Attempts,
            row.CreatedAt, row.DueAt, row.EndedAt, row.Problem);
    }

    public static string Word(NotificationState state) => state.ToString().ToLowerInvariant();
}
