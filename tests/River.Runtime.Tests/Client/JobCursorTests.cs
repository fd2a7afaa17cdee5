using River.Storage;
using Xunit;

namespace River.Tests.Client;

public sealed class JobCursorTests
{
    [Fact]
    public void Any_cursor_comes_back_from_its_text_which_an_address_can_hold()
    {
        var random = new Random(20261121);
        foreach (var column in Enum.GetValues<OrderColumn>())
        {
            for (var i = 0; i < 500; i++)
            {
                var cursor = new JobCursor(column, i % 2 == 0, random.NextInt64(), new DateTimeOffset(random.NextInt64(DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero));

                var text = cursor.ToString();

                Assert.Equal(text, Uri.EscapeDataString(text));
                Assert.Equal(cursor, JobCursor.Parse(text));
                Assert.Equal(cursor.GetHashCode(), JobCursor.Parse(text).GetHashCode());
                Assert.True(JobCursor.TryParse(text, null, out var read) && read.Equals((object)cursor));
            }
        }
    }

    [Fact]
    public void What_is_no_cursor_is_refused()
    {
        var good = new JobCursor(OrderColumn.ScheduledAt, descending: true, 7, DateTimeOffset.UnixEpoch).ToString();
        var texts = new[] { "", "x", good[..^1], good + "A", good[..5] + "*" + good[6..], good[..5] + " " + good[6..], "_" + good[1..], new('_', good.Length), "é" + good[1..], "AQ" + good[2..4] + "____" };

        Assert.All(texts, text => Assert.Throws<InvalidCursorException>(() => JobCursor.Parse(text)));
        Assert.False(JobCursor.TryParse(null, null, out _));
    }
}
