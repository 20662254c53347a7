internal import ScalekitNative

/// Settings of a client. A setting that is `nil` has its default value.
public struct ClientOptions: Sendable {
    /// Time limit of a call, including retries and waits. Default: 20 seconds.
    public var callTimeout: Duration?
    /// Time limit of an executed tool. Default: 60 seconds.
    public var toolTimeout: Duration?
    /// Time limit of one connection attempt. Default: 10 seconds.
    public var connectTimeout: Duration?
    /// Interval of keepalive probes. Zero disables them. Default: 60 seconds.
    public var keepaliveInterval: Duration?
    /// Time limit of a keepalive probe. Default: 10 seconds.
    public var keepaliveTimeout: Duration?
    /// Maximum number of retries after the first attempt. Only calls that are safe to repeat are
    /// retried. Default: 3.
    public var maxRetries: Int?
    /// Certificates that are trusted besides the certificates of the system: PEM text, or the path
    /// of a PEM file.
    public var caCertificates: String?
    /// URL of a proxy. Default: the proxy variables of the environment.
    public var proxy: String?
    /// Allowed clock difference in token validation. Default: 5 seconds.
    public var tokenLeeway: Duration?
    /// Number of tokens whose verified signature is cached. 0 disables the cache. Default: 1024.
    public var tokenCacheSize: Int?
    /// Allowed difference between the timestamp of a webhook and the current time. Default: 5
    /// minutes.
    public var webhookTolerance: Duration?
    /// The issuer that tokens must have. Default: any issuer.
    public var issuer: String?
    /// The audiences of which tokens must have one. Default: any audience.
    public var audience: [String]?
    /// Suffix of the `user-agent` header.
    public var userAgentSuffix: String?
    /// Allows `http` URLs for all hosts. Without it, `http` is allowed only for the local host.
    public var allowInsecureHTTP: Bool

    /// Creates settings.
    public init(
        callTimeout: Duration? = nil,
        toolTimeout: Duration? = nil,
        connectTimeout: Duration? = nil,
        keepaliveInterval: Duration? = nil,
        keepaliveTimeout: Duration? = nil,
        maxRetries: Int? = nil,
        caCertificates: String? = nil,
        proxy: String? = nil,
        tokenLeeway: Duration? = nil,
        tokenCacheSize: Int? = nil,
        webhookTolerance: Duration? = nil,
        issuer: String? = nil,
        audience: [String]? = nil,
        userAgentSuffix: String? = nil,
        allowInsecureHTTP: Bool = false
    ) {
        self.callTimeout = callTimeout
        self.toolTimeout = toolTimeout
        self.connectTimeout = connectTimeout
        self.keepaliveInterval = keepaliveInterval
        self.keepaliveTimeout = keepaliveTimeout
        self.maxRetries = maxRetries
        self.caCertificates = caCertificates
        self.proxy = proxy
        self.tokenLeeway = tokenLeeway
        self.tokenCacheSize = tokenCacheSize
        self.webhookTolerance = webhookTolerance
        self.issuer = issuer
        self.audience = audience
        self.userAgentSuffix = userAgentSuffix
        self.allowInsecureHTTP = allowInsecureHTTP
    }

    func native(
        envURL: String?, clientID: String?, clientSecret: String?
    ) throws -> ScalekitNative.ClientOptions {
        ScalekitNative.ClientOptions(
            envUrl: envURL,
            clientId: clientID,
            clientSecret: clientSecret,
            language: "swift",
            languageVersion: swiftVersion,
            callTimeoutMs: callTimeout?.milliseconds,
            toolTimeoutMs: toolTimeout?.milliseconds,
            connectTimeoutMs: connectTimeout?.milliseconds,
            keepaliveIntervalMs: keepaliveInterval?.milliseconds,
            keepaliveTimeoutMs: keepaliveTimeout?.milliseconds,
            maxRetries: try maxRetries.map { try count($0, option: "maxRetries") },
            caCertificates: caCertificates,
            proxy: proxy,
            tokenLeewayMs: tokenLeeway?.milliseconds,
            tokenCacheSize: try tokenCacheSize.map { try count($0, option: "tokenCacheSize") },
            webhookToleranceMs: webhookTolerance?.milliseconds,
            issuer: issuer,
            audience: audience,
            userAgentSuffix: userAgentSuffix,
            allowInsecureHttp: allowInsecureHTTP)
    }
}

/// The language version that the package is compiled with. Swift has no way to read the version of
/// the runtime.
private var swiftVersion: String {
    #if compiler(>=6.2)
        "6.2"
    #elseif compiler(>=6.1)
        "6.1"
    #else
        "6.0"
    #endif
}

private func count(_ value: Int, option: String) throws -> UInt32 {
    guard let count = UInt32(exactly: value) else {
        throw ScalekitError(kind: .argument, message: "\(option) is out of range: \(value)")
    }
    return count
}

extension Duration {
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
