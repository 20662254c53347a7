//! Tests a running emulator over plain HTTP.
#![allow(clippy::unwrap_used, reason = "test helpers may panic")]

mod account_consent;
mod admin;
mod agents;
mod api;
mod authorize;
mod binary;
mod browser;
mod consent;
mod constraints;
mod cors;
mod dashboard;
mod data;
mod data_file;
mod faults;
mod hints;
mod interceptors;
mod keys;
mod kill;
mod leaving;
mod log;
mod login_mail;
mod login_page;
mod login_session;
mod logout;
mod mcp_server;
mod mcp_transport;
mod page_safety;
mod pkce;
mod portal;
mod proxy;
mod refresh;
#[cfg(unix)]
mod signals;
mod support;
mod tls;
mod token;
mod tool_responses;
mod unknown;
mod webhook_redelivery;
mod webhooks;
