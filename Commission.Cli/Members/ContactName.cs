namespace Commission.Cli.Members;

/// <summary>
/// A contact as a file knows it. Whoever refers in one row and receives in another is one person, so the role is no part of this.
/// </summary>
internal readonly record struct ContactName(string Type, string Name);
