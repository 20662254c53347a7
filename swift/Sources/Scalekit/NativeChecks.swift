internal import Foundation
internal import ScalekitFFI
internal import ScalekitNative

/// Checks of tokens and webhooks through the C functions of the native library, which take a
/// fraction of the time of uniffi's functions.
final class NativeChecks: Sendable {
    /// Owns the client, whose address is valid as long as the object lives.
    private let native: NativeClient
    private let address: UInt64

    init(_ native: NativeClient) {
        self.native = native
        // The function never fails. The C functions reject the address 0.
        address = (try? native.address()) ?? 0
    }

    /// Validates a token with cached keys. Returns the claims as JSON text, or `nil` if keys must be
    /// fetched first.
    func validate(_ token: String, _ checks: TokenChecks) throws -> Data? {
        var json = Data()
        var lists = TextList()
        let issuer = lists.add(checks.issuer)
        let audience = lists.add(checks.audience)
        let scopes = lists.add(checks.requiredScopes)
        let status = lists.withTexts { texts in
            var native = ScalekitTokenChecks(
                issuer: texts.list(issuer),
                audience: texts.list(audience),
                scopes: texts.list(scopes),
                leeway_ms: checks.leeway?.milliseconds ?? .nan,
                now_ms: checks.now?.milliseconds ?? .nan)
            return withText(token) { token in
                withUnsafeMutablePointer(to: &json) { json in
                    scalekit_validate_token(address, token, &native, json, take)
                }
            }
        }
        switch status {
        case SCALEKIT_VALID: return json
        case SCALEKIT_KEYS_MISSING: return nil
        default: throw ScalekitError(json: json)
        }
    }

    /// Verifies a webhook or an interceptor request.
    func verify(
        _ secret: String, _ headers: some Sequence<(String, String)>, _ payload: Data,
        _ now: Date?, isInterceptor: Bool = false
    ) throws {
        var json = Data()
        var lists = TextList()
        for (name, value) in headers {
            lists.append(name)
            lists.append(value)
        }
        let status = lists.withTexts { texts in
            withText(secret) { secret in
                withBytes(payload) { payload in
                    withUnsafeMutablePointer(to: &json) { json in
                        scalekit_verify(
                            address, isInterceptor, secret, texts.all, payload,
                            now?.milliseconds ?? .nan, json, take)
                    }
                }
            }
        }
        if status != SCALEKIT_VALID { throw ScalekitError(json: json) }
    }
}

/// Returns a JSON text in which each name occurs once: the last value counts. The decoder of
/// Foundation uses the first one.
func uniqueNames(_ json: Data) throws -> Data {
    var unique = Data()
    let status = withBytes(json) { json in
        withUnsafeMutablePointer(to: &unique) { scalekit_unique_names(json, $0, take) }
    }
    if status != SCALEKIT_VALID { throw ScalekitError(json: unique) }
    return unique
}

/// Copies a text to the `Data` that the context points to.
private func take(
    context: UnsafeMutableRawPointer?, json: UnsafePointer<UInt8>?, length: Int
) {
    guard let context, let json else { return }
    context.assumingMemoryBound(to: Data.self).pointee = Data(bytes: json, count: length)
}

private func withText<T>(_ text: String, _ body: (ScalekitText) -> T) -> T {
    var text = text
    return text.withUTF8 { bytes in
        body(ScalekitText(start: bytes.baseAddress, length: bytes.count))
    }
}

private func withBytes<T>(_ data: Data, _ body: (ScalekitText) -> T) -> T {
    data.withUnsafeBytes { bytes in
        body(
            ScalekitText(
                start: bytes.bindMemory(to: UInt8.self).baseAddress, length: bytes.count))
    }
}

/// Lists of texts in one buffer, whose address C functions can use.
private struct TextList {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// Adds a list. Returns the range of its texts, or `nil` if `texts` is `nil`.
    mutating func add(_ texts: [String]?) -> Range<Int>? {
        guard let texts else { return nil }
        let start = ends.count
        for text in texts { append(text) }
        return start..<ends.count
    }

    mutating func append(_ text: String) {
        if ends.isEmpty {
            // Enough for the headers of most requests.
            bytes.reserveCapacity(1024)
            ends.reserveCapacity(32)
        }
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    func withTexts<T>(_ body: (Texts) -> T) -> T {
        if ends.isEmpty { return body(Texts(texts: nil, count: 0)) }
        return bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            let texts = ends.map { end in
                defer { start = end }
                return ScalekitText(
                    start: bytes.baseAddress.map { $0 + start }, length: end - start)
            }
            return texts.withUnsafeBufferPointer { texts in
                body(Texts(texts: texts.baseAddress, count: texts.count))
            }
        }
    }

    struct Texts {
        let texts: UnsafePointer<ScalekitText>?
        let count: Int

        var all: ScalekitTexts { list(0..<count) }

        func list(_ range: Range<Int>?) -> ScalekitTexts {
            guard let range else { return ScalekitTexts(start: nil, length: 0, is_set: false) }
            return ScalekitTexts(
                start: texts.map { $0 + range.lowerBound }, length: range.count, is_set: true)
        }
    }
}
