using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Commission.Api.Http;

/// <summary>Marks a POST that makes and moves nothing: it needs no key.</summary>
internal sealed class ChangesNothing;

/// <summary>Shows the header in the OpenAPI document: every POST that makes or moves something needs it.</summary>
internal static class IdempotencyKeyHeader
{
    private const string Description =
        "New for each new request; the same again when a request is repeated. The same key and body get the first answer, with Idempotent-Replayed: true; " +
        "another body gets 422, and a key that is being served 409 with Retry-After.";

    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.HttpMethod == HttpMethods.Post && !context.Description.ActionDescriptor.EndpointMetadata.OfType<ChangesNothing>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = CommandRequest.Header,
                In = ParameterLocation.Header,
                Required = true,
                Description = Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = CommandRequest.MaxKeyLength, Pattern = "^[!-~]+$" },
            });
        }
        return Task.CompletedTask;
    }
}
