internal import ScalekitNative

/// Runs an asynchronous function of the native library. If the task is cancelled, the native call
/// is dropped at once, and the error is `CancellationError`.
func cancellable<T: Sendable>(
    _ body: @Sendable (Cancellation) async throws -> T
) async throws -> T {
    try Task.checkCancellation()
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
        do {
            return try await body(cancellation)
        } catch let error as NativeError {
            let error = ScalekitError(error)
            if error.kind == .cancelled && Task.isCancelled { throw CancellationError() }
            throw error
        }
    } onCancel: {
        // The function never fails.
        try? cancellation.cancel()
    }
}

/// Runs a synchronous function of the native library.
func translated<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as NativeError {
        throw ScalekitError(error)
    }
}

/// Returns the number of calls in progress in the native library, for tests of cancellation.
package func liveCalls() throws -> UInt64 {
    try translated { try ScalekitNative.liveCalls() }
}

/// Facts about the native library, for tests.
package struct NativeLibrary: Sendable {
    package let version: String
    package let operations: [String]
    package let exceptions: [String]

    package init() throws {
        let about = try translated { try ScalekitNative.about() }
        version = about.version
        operations = about.operations
        exceptions = about.exceptions
    }
}
