using System.Text;
using River.Serialization;
using Xunit;

namespace River.Tests.Serialization;

public sealed class ArgsReaderTests
{
    [Fact]
    public void What_was_written_reads_back()
    {
        var order = new Order(7, "Zoë", copies: 2) { Address = new Address { City = "中", Coordinates = [1.5, 0] } };

        var read = Read(Encoding.UTF8.GetString(new ArgsWriter().Write(JobRequest.For(order))));

        Assert.Equal((7, "Zoë", 2, "中"), (read.Id, read.Customer, read.Copies, read.Address.City));
        Assert.Equal([1.5, 0], read.Address.Coordinates!);
    }

    [Fact]
    public void Members_that_the_type_has_not_are_passed_over_and_defaults_stand()
    {
        var read = Read("""{"id":1,"customer":"c","address":{},"added_later":{"x":[1]}}""");

        Assert.Equal(1, read.Copies);
    }

    [Theory]
    [InlineData("""{"customer":"c","address":{}}""", "$.id", "requires")]
    [InlineData("""{"id":1,"address":{}}""", "$.customer", "requires")]
    [InlineData("""{"id":1,"customer":"c"}""", "$.address", "requires")]
    [InlineData("""{"id":"one","customer":"c","address":{}}""", "$.id", "could not be converted")]
    [InlineData("""{"id":1,"customer":null,"address":{}}""", "$.customer", "null")]
    [InlineData("""{"id":1,"customer":"c","address":{"coordinates":[1,"x"]}}""", "$.address.coordinates[1]", "could not be converted")]
    [InlineData("""{"id":-1,"customer":"c","address":{}}""", "$", "non-negative")]
    [InlineData("null", "$", "null")]
    [InlineData("[]", "$", "could not be converted")]
    [InlineData("""{"id":1""", "$.id", "")]
    public void Arguments_that_do_not_fit_say_where_and_why(string json, string path, string reason)
    {
        var error = Assert.Throws<UnreadableArgsException>(() => Read(json));

        Assert.Equal(path, error.Path);
        Assert.Equal(("order", 42L), (error.Kind, error.JobId));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("The arguments of job 42 ('order') can't be read at " + path, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void Arguments_nested_too_deep_are_refused()
    {
        var json = string.Concat(Enumerable.Repeat("""{"next":""", 80)) + "null" + new string('}', 80);
        var row = Row("{\"tree\":" + json + "}");

        Assert.Throws<UnreadableArgsException>(() => ArgsReader.Read(row, Trouble.Descriptor));
    }

    private static Order Read(string json) => ArgsReader.Read(Row(json), Order.Descriptor);

    [Theory]
    [InlineData("""{"euros":3}""", 300)]
    [InlineData("""{"cents":250}""", 250)]
    public void Stored_arguments_of_an_earlier_shape_are_brought_up_before_they_are_read(string json, long cents)
    {
        var row = Row(json, "price");

        Assert.Equal(cents, row.ReadArgs<Price>().Cents);
        Assert.Equal(json, Encoding.UTF8.GetString(row.EncodedArgs.Span));
    }

    [Theory]
    [InlineData("""{"euros":"three"}""", "$", "Upgrade threw")]
    [InlineData("""{"dollars":3}""", "$.cents", "requires")]
    [InlineData("[]", "$", "could not be converted")]
    [InlineData("""{"euros":""", "$.euros", "")]
    public void What_an_upgrade_cannot_bring_up_names_the_kind_and_the_job(string json, string path, string reason)
    {
        var error = Assert.Throws<UnreadableArgsException>(() => Row(json, "price").ReadArgs<Price>());

        Assert.Equal(("price", 42, path), (error.Kind, error.JobId, error.Path));
        Assert.Contains("job 42 ('price')", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static JobRow Row(string json, string kind = "order") => new()
    {
        Id = 42,
        State = JobState.Running,
        Kind = kind,
        Queue = "default",
        Attempt = 1,
        MaxAttempts = 25,
        Priority = 1,
        EncodedArgs = Encoding.UTF8.GetBytes(json),
        CreatedAt = DateTimeOffset.UnixEpoch,
        ScheduledAt = DateTimeOffset.UnixEpoch,
    };
}
