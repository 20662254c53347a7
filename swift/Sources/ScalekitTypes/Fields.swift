/// The name of a field in JSON.
package struct FieldName: CodingKey {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(stringValue: String) {
        self.stringValue = stringValue
    }

    package init?(intValue: Int) {
        nil
    }
}

/// Reads the fields of a message. Unknown fields are ignored.
package struct FieldReader {
    let container: KeyedDecodingContainer<FieldName>

    package init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: FieldName.self)
    }

    /// Reads a field by its name in the schema, or by its name in camel case.
    package func read<F: Field>(_ name: String, _ alias: String? = nil) throws -> F {
        if let value: F = try value(name) { return value }
        if let alias, let value: F = try value(alias) { return value }
        return .unset
    }

    private func value<F: Field>(_ name: String) throws -> F? {
        let key = FieldName(stringValue: name)
        guard container.contains(key), try !container.decodeNil(forKey: key) else { return nil }
        return try container.decode(Coded<F>.self, forKey: key).value
    }

    /// Returns the only value of a oneof, or `nil`.
    package func one<T>(_ name: String, of found: [T]) throws -> T? {
        if found.count > 1 {
            let context = DecodingError.Context(
                codingPath: container.codingPath,
                debugDescription: "more than one field of the oneof \(name) is set")
            throw DecodingError.dataCorrupted(context)
        }
        return found.first
    }
}

/// Writes the fields of a message that are set.
package struct FieldWriter {
    var container: KeyedEncodingContainer<FieldName>

    package init(_ encoder: any Encoder) {
        container = encoder.container(keyedBy: FieldName.self)
    }

    package mutating func write<F: Field>(_ value: F, _ name: String) throws {
        if !value.isUnset {
            try container.encode(Coded(value), forKey: FieldName(stringValue: name))
        }
    }
}
