using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Texts by slot as they come, one after the other on pages: for texts that hardly repeat, where a dictionary would only cost.</summary>
/// <remarks>A page goes when the last text on it has gone; rows that are forgotten in the order in which they came free page after page, and nothing is ever moved.</remarks>
sealed class PagedTexts(MemoryOwner owner) : IDisposable
{
    const int PageBytes = 1 << 16;

    byte[]?[] _pages = [];
    byte[]? _spare; // of the pages that have gone the one that comes again
    int[] _live = []; // bytes in use, by page
    int[] _freePages = [];
    int _freeCount, _pageCount, _page = -1, _end;
    (int Page, int Start, int Length)[] _slots = []; // page + 1; 0 = no text

    /// <summary>The text of a slot.</summary>
    public ReadOnlySpan<byte> this[int slot]
    {
        get
        {
            var (page, start, length) = _slots[slot];
            return page == 0 ? default : _pages[page - 1].AsSpan(start, length);
        }
    }

    /// <summary>Makes room for slots 0 to count - 1.</summary>
    public void EnsureSlots(int count)
    {
        if (count <= _slots.Length) return;
        var length = Math.Max(count, Math.Max(16, _slots.Length * 2));
        owner.Charge(12L * (length - _slots.Length));
        Array.Resize(ref _slots, length);
    }

    /// <summary>Sets the text of a slot.</summary>
    public void Set(int slot, ReadOnlySpan<byte> text)
    {
        Clear(slot);
        if (text.IsEmpty) return;
        if (_page < 0 || _end + text.Length > _pages[_page]!.Length) Turn(text.Length);
        text.CopyTo(_pages[_page].AsSpan(_end));
        _slots[slot] = (_page + 1, _end, text.Length);
        _end += text.Length;
        _live[_page] += text.Length;
    }

    /// <summary>Lets go of the text of a slot.</summary>
    public void Clear(int slot)
    {
        var (page, _, length) = _slots[slot];
        if (page == 0) return;
        _slots[slot] = default;
        page--;
        if ((_live[page] -= length) > 0 || page == _page) return;
        FreePage(page);
    }

    void FreePage(int page)
    {
        if (_spare is null && _pages[page]!.Length == PageBytes) _spare = _pages[page];
        else owner.Charge(-_pages[page]!.Length);
        _pages[page] = null;
        _freePages[_freeCount++] = page;
    }

    void Turn(int length)
    {
        if (_page >= 0 && _live[_page] == 0) FreePage(_page);
        if (_freeCount > 0) _page = _freePages[--_freeCount];
        else
        {
            if (_pageCount == _pages.Length)
            {
                var pages = Math.Max(16, _pageCount * 2);
                owner.Charge(16L * (pages - _pageCount));
                Array.Resize(ref _pages, pages);
                Array.Resize(ref _live, pages);
                Array.Resize(ref _freePages, pages);
            }
            _page = _pageCount++;
        }
        if (_spare is not null && length <= PageBytes) (_pages[_page], _spare) = (_spare, null);
        else
        {
            _pages[_page] = GC.AllocateUninitializedArray<byte>(Math.Max(PageBytes, length));
            owner.Charge(_pages[_page]!.Length);
        }
        (_end, _live[_page]) = (0, 0);
    }

    public void Dispose()
    {
        foreach (var page in _pages) owner.Charge(-(page?.Length ?? 0));
        owner.Charge(-(_spare?.Length ?? 0));
        owner.Charge(-16L * _pages.Length - 12L * _slots.Length);
        (_pages, _spare, _live, _freePages, _slots) = ([], null, [], [], []);
    }
}
