//! Tests a running emulator over plain HTTP.
#![allow(clippy::unwrap_used, reason = "test helpers may panic")]

mod admin;
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
mod page_safety;
mod pkce;
mod portal;
mod refresh;
#[cfg(unix)]
mod signals;
mod support;
mod tls;
mod token;
mod unknown;
mod webhook_redelivery;
mod webhooks;
