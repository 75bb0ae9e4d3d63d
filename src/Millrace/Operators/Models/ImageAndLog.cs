using Millrace.Data;
using Millrace.Functions;
using Millrace.State;

namespace Millrace.Operators.Models;

/// <summary>Something large that changes with every row, as it is kept in checkpoints: an image of it, and what it has taken in since.</summary>
/// <remarks>
/// Every commit is a checkpoint; so one holds what came since the one before, and a new image only when what came since the last image has become as many bytes as that: in all at most twice what came is written, and at
/// most as much as an image has bytes is taken in again when a run goes on. For what gives the very same when it takes in the same.
/// </remarks>
sealed class ImageAndLog
{
    readonly StateWriter _log = new(), _image = new();
    readonly List<(long Number, byte[] Bytes)> _loaded = [];
    long _entries, _loggedBytes, _imageBytes;
    bool _needsImage = true, _hasChanged;

    /// <summary>What comes in is written here, unless an image is due anyhow: then null. Say <see cref="Changed"/> afterwards.</summary>
    public StateWriter? Log => _needsImage ? null : _log;

    /// <summary>Something has come in.</summary>
    public void Changed()
    {
        _hasChanged = true;
        if (_needsImage || _loggedBytes + _log.Length <= _imageBytes) return;
        _needsImage = true;
        _log.Clear();
    }

    /// <summary>What came is not enough to say how it is now: an image is due.</summary>
    public void ChangedWhole()
    {
        (_hasChanged, _needsImage) = (true, true);
        _log.Clear();
    }

    /// <summary>Writes what came since.</summary>
    /// <param name="saver">Where to.</param>
    /// <param name="part">The part of the operator's state that is its own.</param>
    /// <param name="save">Writes the whole.</param>
    /// <returns>Whether the whole was written.</returns>
    public bool Save(StateSaver saver, long part, Action<StateWriter> save)
    {
        if (!_hasChanged) return false;
        _hasChanged = false;
        saver.BeginPart(part);
        if (!_needsImage)
        {
            Write(saver, ++_entries, _log);
            _loggedBytes += _log.Length;
            _log.Clear();
            return false;
        }
        for (; _entries > 0; _entries--)
        {
            Key(saver.BeginEntry(), _entries);
            saver.EndGone();
        }
        _image.Clear();
        save(_image);
        Write(saver, 0, _image);
        (_imageBytes, _loggedBytes, _needsImage) = (_image.Length, 0, false);
        _image.Clear();
        return true;
    }

    static void Write(StateSaver saver, long number, StateWriter bytes)
    {
        Key(saver.BeginEntry(), number);
        saver.BeginValue().WriteRaw(bytes.Written);
        saver.EndEntry();
    }

    // All of it goes to the lane that gets rows without a key.
    static void Key(StateWriter writer, long number)
    {
        writer.Write(Hash64.Null);
        writer.Write(number);
    }

    /// <summary>Reads back an entry.</summary>
    public void Load(ref StateReader reader)
    {
        _ = reader.Read<ulong>();
        var number = reader.Read<long>();
        _loaded.Add((number, reader.ReadRest().ToArray()));
    }

    /// <summary>All entries are there.</summary>
    /// <param name="load">Reads the whole.</param>
    /// <param name="takeIn">Takes in what came since.</param>
    /// <returns>Whether there was anything.</returns>
    public bool EndLoad(Action<byte[]> load, Action<byte[]> takeIn)
    {
        _loaded.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var (number, bytes) in _loaded)
        {
            if (number == 0)
            {
                load(bytes);
                (_imageBytes, _needsImage) = (bytes.Length, false);
                continue;
            }
            takeIn(bytes);
            _loggedBytes += bytes.Length;
            _entries = number;
        }
        var any = _loaded.Count > 0;
        _loaded.Clear();
        return any;
    }
}
