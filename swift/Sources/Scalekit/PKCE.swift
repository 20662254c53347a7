internal import ScalekitNative

/// A PKCE verifier and its S256 challenge (RFC 7636). Printed values do not contain the verifier.
public struct PKCE: Sendable, Hashable {
    /// The challenge method of all pairs.
    public static let method = "S256"

    /// The verifier, which the code exchange needs. Keep it in the session of the browser.
    public let verifier: String
    /// The challenge, which the authorization URL contains.
    public let challenge: String

    /// Generates a pair.
    ///
    /// - Parameter length: Length of the verifier, 43 to 128 characters.
    /// - Throws: ``ScalekitError`` of the kind `argument` if the length is out of range.
    public init(length: Int = 64) throws {
        let pair = try translated {
            try generatePkce(length: UInt32(clamping: length))
        }
        self.init(pair)
    }

    /// Restores a pair from its verifier.
    ///
    /// - Parameter verifier: A verifier of 43 to 128 characters.
    /// - Throws: ``ScalekitError`` of the kind `argument` if the verifier is invalid.
    public init(verifier: String) throws {
        let pair = try translated { try pkceFromVerifier(verifier: verifier) }
        self.init(pair)
    }

    private init(_ pair: PkcePair) {
        verifier = pair.verifier
        challenge = pair.challenge
    }
}

extension PKCE: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(self, children: ["challenge": challenge], displayStyle: .struct)
    }
}
