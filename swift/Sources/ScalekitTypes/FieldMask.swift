/// The fields that an update changes. Other fields keep their value, even if the request sets them.
///
/// ```swift
/// let mask: FieldMask = ["displayName", "metadata"]
/// ```
public struct FieldMask: Codable, Hashable, Sendable, ExpressibleByArrayLiteral {
    /// The names of the fields, in camel case or in snake case. A period leads into a message:
    /// `settings.features`.
    public var paths: [String]

    /// Creates a mask with the paths.
    public init(_ paths: [String]) {
        self.paths = paths
    }

    /// Creates a mask with the paths.
    public init(arrayLiteral paths: String...) {
        self.paths = paths
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        paths = text.split(separator: ",").map { path in
            path.split(separator: " ").joined()
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(paths.map(camelCase).joined(separator: ","))
    }
}

extension FieldMask: Message {}

private func camelCase(_ path: String) -> String {
    var camel = ""
    var capital = false
    for letter in path {
        if letter == "_" {
            capital = true
        } else {
            camel += capital ? letter.uppercased() : String(letter)
            capital = false
        }
    }
    return camel
}
