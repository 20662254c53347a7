import Foundation
import Scalekit
import ScalekitTypes
import Testing

@Suite struct CompletenessTests {
    @Test func planAndNativeLibraryAndMethodsHaveTheSameOperations() async throws {
        let planned = Set(try Plan.read().operations.map(\.operation))
        #expect(planned.count == 150)
        #expect(Set(operationTypes.keys) == planned)
        #expect(Set(try NativeLibrary().operations) == planned)
        #expect(Set(try await calledMethods().values) == planned)
    }

    @Test func everyMethodOfTheResourceAPIIsCalled() async throws {
        let list = try String(
            contentsOf: root.appending(path: "codegen/resource-api.txt"), encoding: .utf8)
        let names = list.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix(" ") }
            .map { $0.prefix { $0 != "(" }.replacing("_", with: "").lowercased() }
        let called = try await calledMethods().keys.map { $0.lowercased() }
        #expect(called.sorted() == names.sorted())
    }

    @Test func everyExceptionOfTheOtherLanguagesHasAKind() throws {
        let names = try NativeLibrary().exceptions
        for name in names where name != "ScalekitException" {
            #expect(
                ScalekitError.Kind.of(exception: name, httpStatus: 404).kind != .internal, "\(name)"
            )
        }
        let kinds = names.map { ScalekitError.Kind.of(exception: $0, httpStatus: 400).kind }
        let other: Set<ScalekitError.Kind> = [.argument]
        #expect(Set(kinds).union(other) == Set(ScalekitError.Kind.allCases))
    }

    /// Calls each method with samples, and returns the methods with their operations.
    private func calledMethods() async throws -> [String: String] {
        let real = try ScalekitClient(
            envURL: "https://acme.scalekit.com", clientID: "skc_1", clientSecret: "secret")
        let client = ScalekitClient(real, transport: RecordingTransport())
        var methods: [String: String] = [:]
        try await callAllResources(client) { method, operation, request, call in
            do {
                try await call()
                Issue.record("\(method) sent no request")
            } catch let sent as RecordingTransport.Recorded {
                #expect(sent.operation == operation, "\(method)")
                let expected = try json(request)
                #expect(sent.request == expected, "\(method)")
            }
            methods[method] = operation
        }
        return methods
    }
}
