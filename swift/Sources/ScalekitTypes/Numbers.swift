/// A number. 64-bit integers are written as text. All numbers may be text, or have another spelling
/// of the same value, such as `1e3` or `5.0`.
protocol Number: Field, Codable, Equatable, LosslessStringConvertible {
    static var zero: Self { get }
    init?(exactly value: Double)
}

extension Number {
    package static var unset: Self { zero }
    package var isUnset: Bool { self == .zero }

    package static func read(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Self.self) { return value }
        if let text = try? container.decode(String.self) {
            if let value = Self(text) { return value }
            if let number = Double(text), let value = Self(exactly: number) { return value }
        } else if let number = try? container.decode(Double.self),
            let value = Self(exactly: number)
        {
            return value
        }
        throw invalid("a number of type \(Self.self)", in: container)
    }

    package func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self)
    }
}

extension Int: Number {}

extension Int64: Number {
    package func write(to encoder: any Encoder) throws {
        try description.write(to: encoder)
    }
}

extension UInt64: Number {
    package func write(to encoder: any Encoder) throws {
        try description.write(to: encoder)
    }
}

extension Double: Number {
    package init?(exactly value: Double) {
        self = value
    }

    package func write(to encoder: any Encoder) throws {
        try writeNumber(self, name: special, to: encoder)
    }
}

extension Float: Number {
    package init?(exactly value: Double) {
        self = Float(value)
    }

    package func write(to encoder: any Encoder) throws {
        try writeNumber(self, name: Double(self).special, to: encoder)
    }
}

extension Double {
    /// The text of a number that JSON numbers cannot express.
    fileprivate var special: String? {
        if isNaN { return "NaN" }
        if isInfinite { return self > 0 ? "Infinity" : "-Infinity" }
        return nil
    }
}

private func writeNumber(_ number: some Encodable, name: String?, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let name {
        try container.encode(name)
    } else {
        try container.encode(number)
    }
}
