using Millrace.Data;

namespace Millrace.Operators.Distinct;

/// <summary>Keys by the time at which they can be forgotten, in coarse steps: adding costs a nanosecond or two, forgetting happens up to a step late.</summary>
sealed class ForgetList : IDisposable
{
    const int StepsOfLife = 1024;
    const long ShortestStep = 1 << 22; // 4.2 s

    readonly MemoryOwner _owner;
    readonly long _step;
    readonly List<(long Step, int First)> _steps = []; // ascending
    int[] _next = []; // the next key of the same step + 1
    long[] _at = [];
    int _last; // place of the step that was added to last

    /// <summary>Creates an empty list for keys that live about as long as given.</summary>
    public ForgetList(long life, MemoryOwner owner) => (_step, _owner) = (Math.Max(ShortestStep, life / StepsOfLife), owner);

    /// <summary>Adds a key, or moves it to a later time.</summary>
    public void Set(int key, long at, bool isNew)
    {
        if (key >= _at.Length)
        {
            var length = Math.Max(key + 1, Math.Max(16, _at.Length * 2));
            _owner.Charge(12L * (length - _at.Length));
            Array.Resize(ref _at, length);
            Array.Resize(ref _next, length);
        }
        _at[key] = at;
        if (isNew && at != long.MaxValue) Link(key, at); // one that moved is linked anew when its old step has come
    }

    /// <summary>When a key can be forgotten.</summary>
    public long this[int key] => _at[key];

    void Link(int key, long at)
    {
        var step = at >= 0 ? at / _step : (at + 1) / _step - 1;
        if (_last >= _steps.Count || _steps[_last].Step != step) _last = PlaceOf(step);
        _next[key] = _steps[_last].First;
        _steps[_last] = (step, key + 1);
    }

    int PlaceOf(long step)
    {
        var place = _steps.Count;
        while (place > 0 && _steps[place - 1].Step > step) place--;
        if (place > 0 && _steps[place - 1].Step == step) return place - 1;
        _steps.Insert(place, (step, 0));
        return place;
    }

    /// <summary>Forgets the keys whose step has wholly passed.</summary>
    public void Forget(long final, Action<int> forget)
    {
        var passed = 0;
        while (passed < _steps.Count && (Int128)(_steps[passed].Step + 1) * _step <= final) passed++;
        if (passed == 0) return;
        var moved = 0; // keys that live on, linked by _next
        for (var i = 0; i < passed; i++)
        {
            for (var entry = _steps[i].First; entry != 0;)
            {
                var key = entry - 1;
                entry = _next[key];
                if (_at[key] < final) forget(key);
                else
                {
                    _next[key] = moved;
                    moved = key + 1;
                }
            }
        }
        _steps.RemoveRange(0, passed);
        _last = int.MaxValue;
        while (moved != 0)
        {
            var key = moved - 1;
            moved = _next[key];
            if (_at[key] != long.MaxValue) Link(key, _at[key]);
        }
    }

    public void Dispose()
    {
        _owner.Charge(-12L * _at.Length);
        (_at, _next) = ([], []);
        _steps.Clear();
    }
}
