// Types that programs for `@scalekit-sdk/node` import from this path.

export type OrganizationSettings = {
  features: Feature[];
};

export type Feature = {
  name: string;
  enabled: boolean;
};

export type OrganizationUserManagementSettingsInput = {
  /** Maximum number of users. `null` means no limit. */
  maxAllowedUsers?: number | null;
};

export type SessionPolicySource = "APPLICATION" | "CUSTOM";

export type TimeUnit = "MINUTES" | "HOURS" | "DAYS";

type ApplicationSessionPolicyInput = {
  policySource: "APPLICATION";
};

type CustomSessionPolicyInput = {
  policySource: "CUSTOM";
  absoluteSessionTimeout: number;
  absoluteSessionTimeoutUnit: TimeUnit;
  idleSessionTimeoutEnabled?: boolean;
  idleSessionTimeout?: number;
  idleSessionTimeoutUnit?: TimeUnit;
};

export type OrganizationSessionPolicyInput =
  ApplicationSessionPolicyInput | CustomSessionPolicyInput;
