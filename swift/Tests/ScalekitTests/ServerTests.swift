import ExampleHTTP
import ExampleServer
import Foundation
import Scalekit
import Testing

/// Drives the example server over HTTP, like a browser and like the service.
@Suite struct ServerTests {
    @Test func loginGuardLogoutAndWebhook() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let organization = try await client.organizations.create(
            CreateOrganization(displayName: "Acme"))
        try await client.users.create(
            organization.id, user: CreateUser(email: "ada@acme.example"), sendInvitationEmail: false
        )
        let example = try Example(client: client)
        defer { example.server.stop() }

        #expect(try await example.get("/me").status == 401)
        #expect(try await example.get("/me", ["authorization": "Bearer a.b.c"]).status == 401)
        #expect(try await example.get("/callback?code=a&state=b").status == 400)
        #expect(try await example.get("/nothing").status == 404)

        let browser = Browser()
        let callback = try await browser.open(
            "\(example.url)/login?organization_id=\(organization.id)&login_hint=ada@acme.example",
            until: { $0.contains("/callback?") })
        // Another browser cannot end the login.
        #expect(try await request("GET", callback).status == 400)
        let end = try await browser.open(callback, until: { $0.hasSuffix("/me") })
        let me = try await browser.get(end)
        #expect(me.status == 200)
        let text = String(decoding: me.body, as: UTF8.self)
        #expect(text.hasPrefix("usr_") && text.hasSuffix(" of \(organization.id)"))
        let logout = try await browser.get("\(example.url)/logout")
        #expect(logout.location?.hasPrefix("\(emulator.url)/oidc/logout?") == true)
        #expect(try await browser.get(end).status == 401)
    }

    @Test func webhooksOfTheEmulatorAreVerified() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let example = try Example(client: client)
        defer { example.server.stop() }
        let webhook = try await emulator.admin(
            "POST", "webhooks", ["url": .string("\(example.url)/webhooks")])
        example.settings.secret = webhook["secret"]?.stringValue ?? ""
        try await client.organizations.create(CreateOrganization(displayName: "Acme"))
        var status = "pending"
        for _ in 0..<500 where status == "pending" {
            try await Task.sleep(for: .milliseconds(20))
            let deliveries = try await emulator.admin("GET", "deliveries")
            status = deliveries[0]?["status"]?.stringValue ?? "pending"
        }
        #expect(status == "delivered")
        let forged = try await request("POST", "\(example.url)/webhooks", ["type": "x"])
        #expect(forged.status == 400)
    }

    /// The running example.
    private struct Example {
        let server: HTTPServer
        let settings: Settings
        let url: String

        init(client: ScalekitClient) throws {
            let settings = Settings()
            server = try HTTPServer { request in
                let app = App(
                    client: client, webhookSecret: settings.secret, origin: settings.origin)
                return await app.handle(request)
            }
            self.settings = settings
            url = "http://127.0.0.1:\(server.port)"
            settings.origin = url
        }

        func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Response {
            try await request("GET", url + path, headers: headers)
        }
    }

    /// Settings that are known after the server has started, and before its first request.
    private final class Settings: @unchecked Sendable {
        var origin = ""
        var secret = ""
    }
}
