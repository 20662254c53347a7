//! Environment variables with the credentials of a client.

use crate::error::Error;

/// The URL of the environment. The first variable that is set counts.
pub const ENV_URL: [&str; 2] = ["SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL"];

/// The client id.
pub const CLIENT_ID: [&str; 1] = ["SCALEKIT_CLIENT_ID"];

/// The client secret.
pub const CLIENT_SECRET: [&str; 1] = ["SCALEKIT_CLIENT_SECRET"];

/// Returns the environment URL, the client id and the client secret. `variable` returns the value
/// of a variable, or `None` if it is not set or empty.
///
/// # Errors
/// A variable is not set; the message contains its name.
pub fn credentials<T>(variable: impl Fn(&str) -> Option<T>) -> Result<[T; 3], Error> {
    let read = |names: &[&str]| {
        let value = names.iter().find_map(|name| variable(name));
        value.ok_or_else(|| Error::config(format!("{} is not set in the environment", names[0])))
    };
    Ok([read(&ENV_URL)?, read(&CLIENT_ID)?, read(&CLIENT_SECRET)?])
}
