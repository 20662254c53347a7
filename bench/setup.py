"""Makes the organization that the benchmarks read, and a service token for the bare program; prints both."""

import json
import secrets

from scalekit import ScalekitClient
from scalekit.v1.organizations.organizations_pb2 import CreateOrganization

client = ScalekitClient.from_env()
wanted = CreateOrganization(display_name="Benchmark", external_id=f"bench-{secrets.token_hex(6)}")
organization = client.organization.create_organization(wanted)[0].organization
print(json.dumps({"organization_id": organization.id, "token": client.get_client_access_token()}))
