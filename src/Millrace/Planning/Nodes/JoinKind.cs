namespace Millrace.Planning;

/// <summary>Which rows a join gives.</summary>
public enum JoinKind
{
    /// <summary>Pairs.</summary>
    Inner,
    /// <summary>Pairs, and rows of the left side without a partner.</summary>
    Left,
    /// <summary>Pairs, and rows of the right side without a partner.</summary>
    Right,
    /// <summary>Pairs, and rows of both sides without a partner.</summary>
    Full,
    /// <summary>Rows of the left side that have a partner, each once.</summary>
    Semi,
    /// <summary>Rows of the left side that have none.</summary>
    Anti,
}

/// <summary>What kinds of join have in common.</summary>
static class JoinKinds
{
    extension(JoinKind kind)
    {
        /// <summary>Whether pairs go on.</summary>
        public bool GivesPairs => kind is not (JoinKind.Semi or JoinKind.Anti);

        /// <summary>Whether rows of the left side go on that have no partner.</summary>
        public bool KeepsLeft => kind is JoinKind.Left or JoinKind.Full or JoinKind.Anti;

        /// <summary>Whether rows of the right side go on that have no partner.</summary>
        public bool KeepsRight => kind is JoinKind.Right or JoinKind.Full;
    }
}
