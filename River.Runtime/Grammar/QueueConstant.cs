using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace River.Grammar;

/// <summary>
/// Names of the constants in the generated class <c>Queues</c>. The generator emits them and reads them back from
/// syntax, where they have no value yet: so one queue name must always give one identifier, whatever else is declared,
/// and two valid queue names never the same.
/// </summary>
internal static class QueueConstant
{
    // A member can't have the name of its class, and must not hide what the class inherits.
    private static readonly HashSet<string> Taken = new(System.StringComparer.Ordinal)
    {
        "Queues", "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString",
    };

    /// <summary>
    /// The identifier for a queue: each word starts upper-case. '_' before a letter is dropped; what would be lost then
    /// is told by underscores: one for '-', two for '|', and one more before a digit. <c>cancel_queue</c> gives
    /// <c>CancelQueue</c>, <c>high-prio</c> gives <c>High_Prio</c>, <c>shard_1</c> gives <c>Shard_1</c>, <c>2nd</c>
    /// gives <c>_2nd</c>. A name that another member of the class has gets an underscore at its end.
    /// For a text that is no valid queue name the result is a valid identifier, without the promise of being unique.
    /// </summary>
    public static string Name(string queue)
    {
        var identifier = new StringBuilder(queue.Length + 4);
        var startsWord = true;
        foreach (var c in queue)
        {
            if (c is '_' or '-' or '|')
            {
                identifier.Append('_', c == '_' ? 0 : c == '-' ? 1 : 2);
                startsWord = true;
                continue;
            }

            if (c is >= '0' and <= '9')
                identifier.Append('_', startsWord ? 1 : 0).Append(c);
            else if (c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'))
                identifier.Append(startsWord ? char.ToUpperInvariant(c) : c);
            else
                identifier.Append("_x").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
            startsWord = false;
        }

        var name = identifier.ToString();
        return name.Length == 0 || Taken.Contains(name) ? name + "_" : name;
    }
}
