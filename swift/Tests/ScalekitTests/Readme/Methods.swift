// The snippet of README.md.

import Scalekit

func addUser(_ client: ScalekitClient, to organizationID: String) async throws -> User {
    let profile = CreateUserProfile(givenName: "Peter")
    let user = try await client.users.create(
        organizationID,
        user: CreateUser(email: "peter@initech.example", userProfile: profile),
        sendInvitationEmail: false)
    try await client.users.update(
        user.id, user: UpdateUser(metadata: ["team": "reports"]), timeout: .seconds(5))
    return user
}
