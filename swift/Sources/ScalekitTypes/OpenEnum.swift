/// An enum of the API. Values that a later version of the API adds become `unknown`, and are sent
/// back unchanged.
public protocol OpenEnum: Codable, Hashable, Sendable, CaseIterable, CustomStringConvertible
where AllCases == [Self] {
    /// The name of the value in the API.
    var name: String { get }

    /// The number of the value in the API; `nil` for an unknown value.
    var number: Int? { get }

    /// Other names of the values, which the API accepts too.
    static var aliases: [String: Self] { get }

    /// Creates an unknown value. Use ``init(name:)`` for a name that may be known.
    static func unknown(_ name: String) -> Self
}

extension OpenEnum {
    public static var aliases: [String: Self] { [:] }

    /// Returns the value with a name, or an unknown value.
    public init(name: String) {
        let known = Self.allCases.first { $0.name == name } ?? Self.aliases[name]
        self = known ?? .unknown(name)
    }

    /// Returns the value with a number, or an unknown value.
    public init(number: Int) {
        self = Self.allCases.first { $0.number == number } ?? .unknown(String(number))
    }

    public var description: String { name }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            self.init(name: name)
        } else {
            self.init(number: try container.decode(Int.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if number == nil, let number = Int32(name) {
            try container.encode(number)
        } else {
            try container.encode(name)
        }
    }

    package static var unset: Self { Self(number: 0) }
    package var isUnset: Bool { number == 0 }

    package static func read(from decoder: any Decoder) throws -> Self {
        try Self(from: decoder)
    }

    package func write(to encoder: any Encoder) throws {
        try encode(to: encoder)
    }
}
