using Millrace.Connectors;
using Millrace.Postgres;
using Npgsql;

namespace Millrace.Tests.Postgres;

public sealed class PostgresUrlTests
{
    [Fact]
    public void Parts_are_read_and_the_password_is_not_shown()
    {
        var url = PostgresUrl.Parse("postgresql://a%40b:p%2Fw@[::1]:6543/my%20data?schema=s%22x&sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3");
        Assert.Equal(("a@b", "p/w", "[::1]", 6543, "my data", "s\"x", SslMode.VerifyFull, "/ca.pem", TimeSpan.FromSeconds(3)),
            (url.User, url.Password, url.Host, url.Port, url.Database, url.Schema, url.SslMode, url.RootCertificate, url.ConnectTimeout));
        Assert.Equal("postgres://a@b@[::1]:6543/my data", url.ToString());
        Assert.Equal((5432, null, null), (PostgresUrl.Parse("postgres://u@h/d").Port, PostgresUrl.Parse("postgres://u@h/d").Password, PostgresUrl.Parse("postgres://u@h/d").Schema));
    }

    [Theory]
    [InlineData("mysql://u@h/d", "cannot be read")]
    [InlineData("postgres://h/d", "names no user")]
    [InlineData("postgres://u:hidden@h", "names no database")]
    [InlineData("postgres://u:hidden@h/d?sslmode=maybe", "has sslmode 'maybe'")]
    [InlineData("postgres://u:hidden@h/d?connect_timeout=0", "has 'connect_timeout'")]
    [InlineData("postgres://u:hidden@h/d?schema=", "has 'schema'")]
    public void A_fault_is_told_without_the_password(string text, string fault)
    {
        var error = Assert.Throws<ConnectorException>(() => PostgresUrl.Parse(text));
        Assert.Equal(Fault.User, error.Fault);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }
}
