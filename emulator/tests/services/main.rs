//! The services of the emulator over HTTP: what they keep, and the exact answers to what they refuse.

mod cascades;
mod clients;
mod connected_account_lists;
mod connected_accounts;
mod connection_settings;
mod connections;
mod directories;
mod environment;
mod invites;
mod logs;
mod machine_clients;
mod mcp;
mod memberships;
mod own_login;
mod passwordless;
mod permissions;
mod providers;
mod resource_clients;
mod role_inheritance;
mod roles;
mod scim;
mod sessions;
mod tokens;
mod tools;
mod users;
mod webauthn;
