using Millrace.Connectors.Files;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;

namespace Millrace.Cli;

/// <summary>Tries the first records of a source's file: a header that lacks a column, or another format, is better told before anything runs.</summary>
static class FirstRecords
{
    const int SampleBytes = 64 << 10;

    /// <summary>What is wrong with the first record, where not a single one of the sample can be read; else null.</summary>
    public static string? Problem(SourceDefinition definition, FileSource source, FormatList formats)
    {
        if (source.Find() is not [var path, ..] || definition.Format is null || formats.Find(definition.Format) is not { } format) return null;
        var chunk = new Chunk(new byte[SampleBytes], static _ => { });
        var isWhole = false;
        using (var file = InputFile.Open(path))
            while (!isWhole && chunk.Length < SampleBytes) isWhole = file.Read(chunk) == 0;
        var errors = new DecodeErrors();
        using var decoder = format.CreateDecoder(new(definition.Name, 0, definition.Schema, definition.Paths, [.. definition.Schema.Fields.Select(_ => true)], definition.Options,
            definition.BadData == BadData.Null, KeepOrigin: false, new MemoryAccountant()));
        var batch = chunk.Length == 0 ? null : decoder.Decode(chunk, 0, 0, isWhole, errors, out _);
        batch?.Release();
        return batch is null && errors.Items.Count > 0 ? $"source '{definition.Name}': no record at the beginning of '{Path.GetFileName(path)}' can be read; of the first: {errors.Items[0].Message}." : null;
    }
}
