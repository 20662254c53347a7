export * from "./base-exception";
export * from "./specific-exceptions";
