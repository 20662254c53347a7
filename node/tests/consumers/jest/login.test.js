const { ScalekitClient, ScalekitNotFoundException } = require("scalekit-client");

const CALLBACK = "http://localhost:3000/callback";

const scalekit = ScalekitClient.fromEnv();

/** Opens the authorization URL and returns the code that the callback receives. */
async function authorize(client, loginHint) {
  const url = client.getAuthorizationUrl(CALLBACK, { state: "s1", loginHint });
  const response = await fetch(url, { redirect: "manual" });
  return new URL(response.headers.get("location")).searchParams.get("code");
}

// `resetModules` empties the module registry before each test. The client was made before that.
describe("a client of the file", () => {
  test("a user logs in", async () => {
    const code = await authorize(scalekit, "ada@acme.example");
    const login = await scalekit.authenticateWithCode(code, CALLBACK);
    expect(login.user.email).toBe("ada@acme.example");
    expect(await scalekit.validateAccessToken(login.accessToken)).toBe(true);
  });

  test("an unknown organization is a ScalekitNotFoundException", async () => {
    const call = scalekit.organization.getOrganization("org_404");
    await expect(call).rejects.toBeInstanceOf(ScalekitNotFoundException);
  });

  test("a fake replaces a service", async () => {
    const found = { organization: { displayName: "Acme" } };
    jest.spyOn(scalekit.organization, "getOrganization").mockResolvedValue(found);
    expect(await scalekit.organization.getOrganization("org_1")).toBe(found);
  });
});

describe.each(["first", "second"])("a client of the %s test", () => {
  const load = () => require("scalekit-client");

  test("a user logs in", async () => {
    const client = load().ScalekitClient.fromEnv();
    const code = await authorize(client, "grace@acme.example");
    const { idToken } = await client.authenticateWithCode(code, CALLBACK);
    expect(await client.validateToken(idToken)).toMatchObject({ email: "grace@acme.example" });
  });

  test("an unknown organization is a ScalekitNotFoundException", async () => {
    const fresh = load();
    expect(fresh.ScalekitClient).not.toBe(ScalekitClient);
    const call = fresh.ScalekitClient.fromEnv().organization.getOrganization("org_404");
    await expect(call).rejects.toBeInstanceOf(fresh.ScalekitNotFoundException);
  });
});
