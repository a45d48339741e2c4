namespace Commission.Domain.Members;

/// <summary>The four kinds of contact; there are no others.</summary>
[GenerateSerializer]
public enum ContactType
{
    /// <summary>Refers clients and is paid.</summary>
    Member,
    /// <summary>Created by signing an introducer or affiliate agreement.</summary>
    Partner,
    /// <summary>The client of a referral.</summary>
    Customer,
    /// <summary>Staff, and the services that staff run.</summary>
    Internal,
}
