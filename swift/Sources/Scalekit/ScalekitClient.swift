internal import ScalekitNative
@_exported public import ScalekitTypes

/// A client of one Scalekit environment.
///
/// ```swift
/// let client = try ScalekitClient(
///     envURL: "https://acme.scalekit.com",
///     clientID: "skc_123",
///     clientSecret: "test_secret")
/// let organization = try await client.organizations.get("org_123")
/// ```
///
/// A client opens no connection before its first call, and it can be used from any number of tasks.
/// Create one client and use it everywhere: it caches its access token, the keys for token
/// validation and the connections.
public final class ScalekitClient: Sendable {
    let native: NativeClient
    let checks: NativeChecks
    package let calls: Calls

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - envURL: URL of the environment, such as `https://acme.scalekit.com`.
    ///   - clientID: Id of the API client.
    ///   - clientSecret: Secret of the API client. Public clients, such as mobile applications, have
    ///     none: they can sign in users and validate tokens, but not call the API.
    ///   - options: Time limits and other settings.
    /// - Throws: ``ScalekitError`` of the kind `argument` if an option is invalid.
    public convenience init(
        envURL: String,
        clientID: String,
        clientSecret: String? = nil,
        options: ClientOptions = ClientOptions()
    ) throws {
        try self.init(
            options.native(
                envURL: envURL, clientID: clientID, clientSecret: clientSecret))
    }

    /// Creates a client with the environment variables `SCALEKIT_ENVIRONMENT_URL`,
    /// `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
    ///
    /// - Parameter options: Time limits and other settings.
    /// - Returns: The client.
    /// - Throws: ``ScalekitError`` of the kind `argument` if a variable is missing or an option is
    ///   invalid.
    public static func fromEnvironment(options: ClientOptions = ClientOptions()) throws
        -> ScalekitClient
    {
        try ScalekitClient(
            options.native(envURL: nil, clientID: nil, clientSecret: nil))
    }

    private init(_ options: ScalekitNative.ClientOptions) throws {
        let native = try translated { try NativeClient(options: options) }
        self.native = native
        checks = NativeChecks(native)
        calls = Calls(transport: NativeTransport(native: native))
    }

    /// A client that sends its calls through another transport, for tests.
    package init(_ client: ScalekitClient, transport: any Transport) {
        native = client.native
        checks = client.checks
        calls = Calls(transport: transport)
    }

    /// The URL of the environment, without a trailing slash.
    public var envURL: String {
        // The function never fails.
        (try? native.envUrl()) ?? ""
    }

    /// The id of the API client.
    public var clientID: String {
        (try? native.clientId()) ?? ""
    }

    /// The `user-agent` header of all requests.
    public var userAgent: String {
        (try? native.userAgent()) ?? ""
    }

    /// Closes all connections. Later calls fail with the kind `cancelled`; token validation with
    /// cached keys continues to work. A client that is no longer used closes its connections itself.
    public func close() {
        try? native.shutDown()
    }

    /// Calls an operation by its name, with JSON. Use it for fields that this version of the package
    /// does not contain.
    ///
    /// - Parameters:
    ///   - operation: Name of the operation, such as `OrganizationService.GetOrganization`.
    ///   - request: The request message.
    ///   - timeout: Time limit of the call. Default: the setting of the client.
    /// - Returns: The response with its HTTP status and headers.
    /// - Throws: ``ScalekitError``, or `CancellationError` if the task is cancelled.
    public func call(
        _ operation: String,
        _ request: [String: JSONValue] = [:],
        timeout: Duration? = nil
    ) async throws -> RawResponse {
        let body = try calls.encode(request, for: operation)
        return try await calls.transport.call(operation, body: body, timeout: timeout)
    }
}
