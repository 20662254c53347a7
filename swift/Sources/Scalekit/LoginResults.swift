public import ScalekitTypes

/// The result of a login. Printed values contain no tokens.
public struct Login: Sendable {
    /// The user.
    public let user: LoginProfile
    /// The verified ID token. The logout URL needs it.
    public let idToken: String?
    /// The access token.
    public let accessToken: String
    /// The refresh token, if the scope `offline_access` was requested.
    public let refreshToken: String?
    /// The connection that the user signed in through.
    public let connectionID: String?
    /// The organization that the user signed in to.
    public let organizationID: String?
    /// The lifetime of the access token.
    public let expiresIn: Duration?
}

/// The tokens of a refresh. Printed values contain no tokens.
public struct RefreshedTokens: Sendable {
    /// The new access token.
    public let accessToken: String
    /// The next refresh token.
    public let refreshToken: String
    /// A new ID token, not verified.
    public let idToken: String?
    /// The lifetime of the access token.
    public let expiresIn: Duration?
}

/// An access token of a machine client. Printed values do not contain it.
public struct MachineToken: Sendable {
    /// The access token.
    public let accessToken: String
    /// Its lifetime.
    public let expiresIn: Duration?
    /// The granted scopes, separated by spaces.
    public let scope: String?
}

/// The profile of a signed-in user.
public struct LoginProfile: Sendable, Hashable {
    /// All values of the profile, with names in camel case, such as `givenName`.
    public let values: [String: JSONValue]

    init(_ values: [String: JSONValue]) {
        self.values = values
    }

    /// The id of the user.
    public var id: String { self["id"]?.stringValue ?? "" }
    /// The email address.
    public var email: String? { self["email"]?.stringValue }
    /// The email address is verified.
    public var isEmailVerified: Bool { self["emailVerified"]?.boolValue ?? false }
    /// The full name.
    public var name: String? { self["name"]?.stringValue }
    /// The first name.
    public var givenName: String? { self["givenName"]?.stringValue }
    /// The last name.
    public var familyName: String? { self["familyName"]?.stringValue }
    /// The user name.
    public var username: String? { self["username"]?.stringValue }
    /// The URL of a picture.
    public var picture: String? { self["picture"]?.stringValue }
    /// The phone number.
    public var phoneNumber: String? { self["phoneNumber"]?.stringValue }

    /// A value of the profile.
    public subscript(name: String) -> JSONValue? { values[name] }
}

extension Login: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "user": user, "connectionID": connectionID as Any,
                "organizationID": organizationID as Any, "expiresIn": expiresIn as Any,
            ], displayStyle: .struct)
    }
}

extension RefreshedTokens: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(self, children: ["expiresIn": expiresIn as Any], displayStyle: .struct)
    }
}

extension MachineToken: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(
            self, children: ["expiresIn": expiresIn as Any, "scope": scope as Any],
            displayStyle: .struct)
    }
}
