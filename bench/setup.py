"""Creates the organization that the benchmarks read. Prints its ID and a service token as JSON."""

import json
import secrets

from scalekit import ScalekitClient
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

client = ScalekitClient.from_env()
request = CreateOrganization(display_name="Benchmark", external_id=f"bench-{secrets.token_hex(6)}")
organization = client.organization.create_organization(request)[0].organization
print(json.dumps({"organization_id": organization.id, "token": client.get_client_access_token()}))
