using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Millrace.Server.Ingest;

/// <summary>Reads the whole body of a request, unpacked, up to a limit.</summary>
static class RequestBytes
{
    /// <summary>The bytes; fails with 413 where they are more than the limit, 415 for an unknown encoding, 400 for damaged gzip.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, long max)
    {
        var request = context.Request;
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip")) throw new RequestProblem(415, $"The content encoding is '{encoding}'; there are gzip and identity.");
        if (request.ContentLength > max) throw TooLarge(max);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = max;

        var bytes = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 0, 4096, max));
        await using var unpacked = encoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : null;
        try
        {
            while (true)
            {
                var read = await (unpacked ?? request.Body).ReadAsync(bytes.GetMemory(16 << 10), context.RequestAborted);
                if (read == 0) return bytes.WrittenMemory;
                bytes.Advance(read);
                if (bytes.WrittenCount > max) throw TooLarge(max);
            }
        }
        catch (InvalidDataException e)
        {
            throw new RequestProblem(400, $"The body is no whole gzip stream: {e.Message}");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            throw TooLarge(max);
        }
    }

    static RequestProblem TooLarge(long max) =>
        new(413, $"The body has more than {max} bytes. Send the rows in several requests, or raise http.body_max_bytes of the source.");
}
