// The first snippet of README.md.

import Scalekit

let client = try ScalekitClient.fromEnvironment()
let organization = try await client.organizations.create(CreateOrganization(displayName: "Acme"))
print("created", organization.id)
