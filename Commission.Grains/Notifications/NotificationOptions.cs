namespace Commission.Grains.Notifications;

/// <summary>How a connection to the mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>By STARTTLS, which the server must offer.</summary>
    StartTls = 0,
    /// <summary>From the first byte, as on port 465.</summary>
    Implicit = 1,
    /// <summary>Not at all: for a relay on the same machine.</summary>
    None = 2,
}

/// <summary>The mail server; section <c>Commission:Notifications:Smtp</c>.</summary>
public sealed class SmtpOptions
{
    /// <summary>Its name; empty: messages go to the maildrop.</summary>
    public string Host { get; set; } = "";
    /// <summary>Its port.</summary>
    public int Port { get; set; } = 587;
    /// <summary>How the connection is protected.</summary>
    public SmtpTls Tls { get; set; }
    /// <summary>Who logs in; empty for nobody.</summary>
    public string User { get; set; } = "";
    /// <summary>With what password.</summary>
    public string Password { get; set; } = "";
    /// <summary>How long an attempt may last.</summary>
    public int TimeoutSeconds { get; set; } = 30;
}

/// <summary>Messages to people; section <c>Commission:Notifications</c>.</summary>
public sealed class NotificationOptions
{
    /// <summary>Whether messages are sent at all by this process; recorded they are always.</summary>
    public bool Enabled { get; set; } = true;
    /// <summary>Whom messages are from.</summary>
    public string From { get; set; } = "Commission network <no-reply@localhost>";
    /// <summary>The staff's own mailbox: warnings of disputes that nobody was given.</summary>
    public string Staff { get; set; } = "";
    /// <summary>Where people reach the API.</summary>
    public string PublicUrl { get; set; } = "http://127.0.0.1:5080";
    /// <summary>The folder that takes messages when there is no mail server.</summary>
    public string Maildrop { get; set; } = "";
    /// <summary>The mail server.</summary>
    public SmtpOptions Smtp { get; set; } = new();
}
