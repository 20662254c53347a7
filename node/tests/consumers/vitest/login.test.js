import { beforeEach, expect, test, vi } from "vitest";

import { ScalekitClient, ScalekitNotFoundException } from "scalekit-client";

const CALLBACK = "http://localhost:3000/callback";

const scalekit = ScalekitClient.fromEnv();

beforeEach(() => {
  vi.resetModules();
});

test("a user logs in", async () => {
  const options = { state: "s1", loginHint: "ada@acme.example" };
  const url = scalekit.getAuthorizationUrl(CALLBACK, options);
  const response = await fetch(url, { redirect: "manual" });
  const code = new URL(response.headers.get("location")).searchParams.get("code");
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
  vi.spyOn(scalekit.organization, "getOrganization").mockResolvedValue(found);
  expect(await scalekit.organization.getOrganization("org_1")).toBe(found);
});

test("a client of a module that is imported again", async () => {
  const fresh = await import("scalekit-client");
  const call = fresh.ScalekitClient.fromEnv().organization.getOrganization("org_404");
  await expect(call).rejects.toBeInstanceOf(fresh.ScalekitNotFoundException);
});
