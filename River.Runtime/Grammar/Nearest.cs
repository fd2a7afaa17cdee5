using System;
using System.Collections.Generic;

namespace River.Grammar;

/// <summary>"Did you mean": the declared name that a misspelt one most likely stands for.</summary>
internal static class Nearest
{
    // Longer texts are no names, and the comparison's cost is the product of both lengths.
    private const int LongestCompared = 128;

    /// <summary>
    /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; case doesn't count), or null
    /// where none is closer than half of the longer name. Ties go to the first in ordinal order.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var fewest = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var longer = Math.Max(name.Length, candidate.Length);
            if (longer > LongestCompared)
                continue;

            var edits = Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits > longer / 2 || edits > fewest)
                continue;
            if (edits < fewest || string.CompareOrdinal(candidate, nearest) < 0)
                nearest = candidate;
            fewest = edits;
        }

        return nearest;
    }

    private static int Edits(string from, string to)
    {
        var beforePrevious = new int[to.Length + 1];
        var previous = new int[to.Length + 1];
        var current = new int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++)
            previous[j] = j;

        for (var i = 1; i <= from.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }

            var oldest = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = oldest;
        }

        return previous[to.Length];
    }
}
