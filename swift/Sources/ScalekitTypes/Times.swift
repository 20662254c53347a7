public import Foundation

/// Points in time are RFC 3339 text. `Date` keeps microseconds of current times. The parser of
/// Foundation accepts only fractions with three digits.
extension Date: FieldValue {
    package static func read(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        guard let date = Date(timestamp: try container.decode(String.self)) else {
            throw invalid("an RFC 3339 timestamp", in: container)
        }
        return date
    }

    package func write(to encoder: any Encoder) throws {
        try timestamp.write(to: encoder)
    }
}

private let secondsPerDay: Int64 = 86_400
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z in microseconds since 1970.
private let timestamps: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

extension Date {
    /// Parses an RFC 3339 timestamp with any number of fractional digits.
    package init?(timestamp: String) {
        var scanner = DigitScanner(timestamp)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
            scanner.skip("-"), let day = scanner.number(2), scanner.skip("T", "t", " "),
            let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2),
            scanner.skip(":"), let second = scanner.number(2),
            1...12 ~= month, 1...daysInMonth(month, of: year) ~= day,
            hour < 24, minute < 60, second < 61,
            let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let time = hour * 3600 + minute * 60 + second - offset
        let seconds = daysSince1970(year: year, month: month, day: day) * secondsPerDay + time
        self.init(timeIntervalSince1970: Double(seconds) + fraction)
    }

    /// The RFC 3339 text with as many fractional digits as necessary: none, three or six. Times
    /// outside of the years 1 to 9999 become the first or the last moment of that period.
    package var timestamp: String {
        let exact = (timeIntervalSince1970 * 1_000_000).rounded()
        let clamped = min(max(exact, Double(timestamps.lowerBound)), Double(timestamps.upperBound))
        let microseconds = min(Int64(clamped), timestamps.upperBound)
        let (seconds, fraction) = microseconds.floorDivided(by: 1_000_000)
        let (days, time) = seconds.floorDivided(by: secondsPerDay)
        let (year, month, day) = civilDate(daysSince1970: days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let clock = [time / 3600, time / 60 % 60, time % 60].map { padded($0, 2) }
        return "\(date)T\(clock.joined(separator: ":"))\(fractionText(fraction, digits: 6))Z"
    }
}

/// Durations are seconds with the suffix `s`, such as `"1.500s"`.
extension Duration: FieldValue {
    package static func read(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        guard let duration = Duration(seconds: try container.decode(String.self)) else {
            throw invalid("a duration in seconds, such as \"1.5s\"", in: container)
        }
        return duration
    }

    package func write(to encoder: any Encoder) throws {
        let (seconds, attoseconds) = components
        let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
        let fraction = fractionText(abs(attoseconds) / 1_000_000_000, digits: 9)
        try "\(sign)\(seconds.magnitude)\(fraction)s".write(to: encoder)
    }

    private init?(seconds text: String) {
        var scanner = DigitScanner(text)
        let isNegative = scanner.skip("-")
        guard let whole = scanner.digits(), let seconds = Int64(whole), scanner.nextIs(".", "s")
        else { return nil }
        var nanoseconds: Int64 = 0
        if scanner.skip(".") {
            guard let digits = scanner.digits(), digits.count <= 9 else { return nil }
            nanoseconds = Int64(digits + String(repeating: "0", count: 9 - digits.count)) ?? 0
        }
        guard scanner.skip("s"), scanner.isAtEnd, seconds <= 315_576_000_000 else { return nil }
        let duration = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
        self = isNegative ? .zero - duration : duration
    }
}

/// Returns the fraction with a period and 0, 3, 6 or 9 digits.
private func fractionText(_ fraction: Int64, digits: Int) -> String {
    if fraction == 0 { return "" }
    var text = padded(fraction, digits)
    while text.hasSuffix("000") { text.removeLast(3) }
    return ".\(text)"
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Counts days in years that begin in March, so that the leap day is the last day of a year.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = year.floorDivided(by: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

private func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
    let yearOfEra =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
}

/// Scans ASCII text.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    func nextIs(_ characters: Unicode.Scalar...) -> Bool {
        characters.contains { rest.first.map(Unicode.Scalar.init) == $0 }
    }

    mutating func skip(_ characters: Unicode.Scalar...) -> Bool {
        guard let next = rest.first, characters.contains(Unicode.Scalar(next)) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Scans one or more digits.
    mutating func digits() -> String? {
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : String(digits)
    }

    mutating func number(_ width: Int) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width,
            digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        rest = rest.dropFirst(width)
        return Int64(String(digits) ?? "")
    }

    /// Scans an optional fraction of a second; `nil` if it is invalid.
    mutating func fraction() -> Double? {
        guard skip(".") else { return 0 }
        return digits().flatMap { Double("0.\($0)") }
    }

    /// Scans `Z` or an offset, and returns it in seconds.
    mutating func offset() -> Int64? {
        if skip("Z", "z") { return 0 }
        let isNegative = nextIs("-")
        guard skip("+", "-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
            minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
