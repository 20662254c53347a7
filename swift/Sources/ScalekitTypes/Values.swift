import Foundation

/// A value with a proto3 JSON form.
package protocol FieldValue {
    static func read(from decoder: any Decoder) throws -> Self
    func write(to encoder: any Encoder) throws
}

/// A value of a field. A field that is missing or `null` is unset, and an unset field is not
/// written.
package protocol Field: FieldValue {
    static var unset: Self { get }
    var isUnset: Bool { get }
}

/// A message of the API.
package protocol Message: Codable, Hashable, Sendable, FieldValue {}

extension Message {
    package static func read(from decoder: any Decoder) throws -> Self {
        try Self(from: decoder)
    }

    package func write(to encoder: any Encoder) throws {
        try encode(to: encoder)
    }
}

/// A request or response without content.
package struct Empty: Message {
    package init() {}
}

/// Adapts a ``FieldValue`` to `Codable`, so that values with a special JSON form can be in lists and
/// maps.
struct Coded<V: FieldValue>: Codable {
    let value: V

    init(_ value: V) {
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        value = try V.read(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        try value.write(to: encoder)
    }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    package static func read(from decoder: any Decoder) throws -> Self {
        if try decoder.singleValueContainer().decodeNil() { return nil }
        return try Wrapped.read(from: decoder)
    }

    package func write(to encoder: any Encoder) throws {
        if let self {
            try self.write(to: encoder)
        } else {
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        }
    }
}

extension Optional: Field where Wrapped: FieldValue {
    package static var unset: Self { nil }
    package var isUnset: Bool { self == nil }
}

extension Array: FieldValue, Field where Element: FieldValue {
    package static var unset: Self { [] }
    package var isUnset: Bool { isEmpty }

    package static func read(from decoder: any Decoder) throws -> Self {
        try decoder.singleValueContainer().decode([Coded<Element>].self).map(\.value)
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(map(Coded.init))
    }
}

extension Dictionary: FieldValue, Field where Key == String, Value: FieldValue {
    package static var unset: Self { [:] }
    package var isUnset: Bool { isEmpty }

    package static func read(from decoder: any Decoder) throws -> Self {
        let coded = try decoder.singleValueContainer().decode([String: Coded<Value>].self)
        return coded.mapValues(\.value)
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(mapValues(Coded.init))
    }
}

extension Bool: Field {
    package static var unset: Self { false }
    package var isUnset: Bool { !self }

    package static func read(from decoder: any Decoder) throws -> Self {
        try decoder.singleValueContainer().decode(Self.self)
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self)
    }
}

extension String: Field {
    package static var unset: Self { "" }
    package var isUnset: Bool { isEmpty }

    package static func read(from decoder: any Decoder) throws -> Self {
        try decoder.singleValueContainer().decode(Self.self)
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self)
    }
}

/// Bytes are base64. The URL-safe alphabet and missing padding are accepted.
extension Data: Field {
    package static var unset: Self { Data() }
    package var isUnset: Bool { isEmpty }

    package static func read(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        var text = try container.decode(String.self)
            .replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        while text.utf8.last == UInt8(ascii: "=") { text.removeLast() }
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text) else { throw invalid("base64", in: container) }
        return data
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64EncodedString())
    }
}

/// Returns the error for text that is not a valid value. It does not contain the text, which may be
/// secret.
func invalid(_ expected: String, in container: any SingleValueDecodingContainer) -> DecodingError {
    let context = DecodingError.Context(
        codingPath: container.codingPath, debugDescription: "the value is not \(expected)")
    return .dataCorrupted(context)
}
