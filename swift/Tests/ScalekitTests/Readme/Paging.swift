// The snippet of README.md.

import Scalekit

func emails(_ client: ScalekitClient) async throws -> [String] {
    var emails: [String] = []
    for try await user in client.users.list(pageSize: 50) {
        emails.append(user.email)
    }
    return emails
}
