//! The services of the emulator over HTTP: what they keep, and the exact answers to what they refuse.

mod cascades;
mod connection_settings;
mod connections;
mod environment;
mod invites;
mod memberships;
mod permissions;
mod role_inheritance;
mod roles;
mod sessions;
mod users;
