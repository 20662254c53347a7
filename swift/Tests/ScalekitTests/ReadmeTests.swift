import Foundation
import Scalekit
import Testing

/// Runs the snippets of README.md, which are in the directory Readme.
@Suite struct ReadmeTests {
    private let directory = root.appending(path: "swift")

    /// Returns the Swift snippets of the page by heading.
    private func snippets() throws -> [String: String] {
        let page = try String(
            contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
        var snippets: [String: String] = [:]
        for section in page.components(separatedBy: "\n## ").dropFirst() {
            let heading = String(section.prefix { $0 != "\n" })
            let parts = section.components(separatedBy: "\n```swift\n").dropFirst()
            if let code = parts.first?.components(separatedBy: "\n```\n").first {
                snippets[heading] = code
            }
        }
        return snippets
    }

    @Test func theCompiledFilesAreTheSnippetsOfThePage() throws {
        var snippets = try snippets()
        // `theManifestOfThePageIsValid` uses this snippet.
        snippets["Install"] = nil
        let folder = directory.appending(path: "Tests/ScalekitTests/Readme")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let first = try #require(snippets["First call"])
        snippets["First call"] = nil
        let program = try String(
            contentsOf: directory.appending(path: "Examples/FirstCall/main.swift"), encoding: .utf8)
        #expect(program == "// The first snippet of README.md.\n\n\(first)\n")
        #expect(files.count == snippets.count)
        for (heading, snippet) in snippets {
            let name = heading.capitalized.replacing(" ", with: "")
            let file = try String(
                contentsOf: folder.appending(path: "\(name).swift"), encoding: .utf8)
            #expect(file == "// The snippet of README.md.\n\n\(snippet)\n", "\(heading)")
        }
    }

    /// Loads a package with the dependency and the target of the page.
    @Test func theManifestOfThePageIsValid() throws {
        let snippets = try snippets()
        let snippet = try #require(snippets["Install"])
        let path = "../scalekit-client/swift"
        #expect(snippet.contains(path))
        let package = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: package) }
        let sources = package.appending(path: "Sources/App")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
        try Data().write(to: sources.appending(path: "main.swift"))
        let manifest = """
            // swift-tools-version: 6.0
            import PackageDescription

            let package = Package(name: "App", platforms: [.macOS(.v13)],
            \(snippet.replacing(path, with: directory.path)))
            """
        try Data(manifest.utf8).write(to: package.appending(path: "Package.swift"))
        let swift = Process()
        swift.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        swift.arguments = ["swift", "package", "--package-path", package.path, "show-dependencies"]
        try swift.run()
        swift.waitUntilExit()
        #expect(swift.terminationStatus == 0)
    }

    @Test func thePageListsAllResourcesAndOptionsAndKinds() throws {
        let page = try String(
            contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
        for kind in ScalekitError.Kind.allCases {
            #expect(page.contains("| `\(kind)` |"), "\(kind)")
        }
        for option in Mirror(reflecting: ClientOptions()).children {
            #expect(page.contains("| `\(option.label ?? "?")` |"), "\(option.label ?? "?")")
        }
        let resources = try FileManager.default.contentsOfDirectory(
            atPath: directory.appending(path: "Sources/Scalekit/Generated").path)
        for file in resources {
            let name = file.replacing("Resource.swift", with: "")
            let accessor = name.prefix(1).lowercased() + name.dropFirst()
            #expect(page.contains("`\(accessor)`"), "\(accessor)")
        }
    }

    @Test func theSnippetsRun() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let organization = try await client.organizations.create(
            CreateOrganization(displayName: "Initech"))
        let user = try await addUser(client, to: organization.id)
        #expect(try await client.users.get(user.id).metadata == ["team": "reports"])
        #expect(try await emails(client).contains("peter@initech.example"))
        #expect(try await find(client, organization.id) == organization)
        #expect(try await find(client, "org_404") == nil)
        await cancelled(client)
        try await emulator.addAccount()
        #expect(try await send(client, message: "VG86IGFkYQ")["method"] == "POST")

        let token = try await client.accessToken()
        #expect(try await subject(client, token) == emulator.clientID)
        #expect(try await subject(client, "not a token") == nil)
        let status = try webhook(
            client, secret: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=", headers: [:], body: Data())
        #expect(status == 400)
    }

    @Test func theLoginOfThePageRuns() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let organization = try await client.organizations.create(
            CreateOrganization(displayName: "Initech"))
        _ = try await addUser(client, to: organization.id)
        var session: [String: String] = [:]
        let url = try login(client, session: &session)
        let response = try await request("GET", url.absoluteString)
        let items = response.location.flatMap(URLComponents.init(string:))?.queryItems ?? []
        var query = Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        let login = try await callback(client, session: session, query: query)
        #expect(login.user.email?.isEmpty == false)
        #expect(try logout(client, login).absoluteString.contains("id_token_hint=ey"))
        query["state"] = "another state"
        let error = try await failure {
            _ = try await callback(client, session: session, query: query)
        }
        #expect(error.kind == .argument)
    }
}
