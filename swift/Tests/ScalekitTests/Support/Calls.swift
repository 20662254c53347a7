import Foundation
import Scalekit
import ScalekitTypes
import Testing

/// Calls a method, and checks the operation and the request that it sends.
typealias Check = (
    _ method: String, _ operation: String, _ request: String, _ call: () async throws -> Void
) async throws -> Void

/// Records calls instead of sending them.
final class RecordingTransport: Transport, @unchecked Sendable {
    struct Recorded: Error {
        let operation: String
        let request: JSONValue
    }

    func call(_ operation: String, body: Data, timeout: Duration?) async throws -> RawResponse {
        throw Recorded(
            operation: operation, request: try JSONDecoder().decode(JSONValue.self, from: body))
    }
}

/// Returns the error of a call.
func failure(
    _ call: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> ScalekitError {
    do {
        try await call()
    } catch let error as ScalekitError {
        return error
    }
    Issue.record("the call did not fail", sourceLocation: sourceLocation)
    throw Failure("the call did not fail")
}

func json(_ text: String) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
}

/// The processor time of the process in seconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The memory of the process in MiB.
func memory() throws -> Int {
    #if os(Linux)
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")[1]
        return (Int(pages) ?? 0) * 4096 / 1_048_576
    #else
        var usage = rusage()
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss / 1_048_576
    #endif
}
