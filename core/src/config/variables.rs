//! Environment variables with the credentials of a client.

use crate::error::Error;

/// The variables of the environment URL, the client id and the client secret. The first one that is
/// set counts.
pub const CREDENTIALS: [&[&str]; 3] = [
    &["SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL"],
    &["SCALEKIT_CLIENT_ID"],
    &["SCALEKIT_CLIENT_SECRET"],
];

/// Returns the environment URL, the client id and the client secret. `variable` returns the value
/// of a variable, or `None` if it is not set or empty.
///
/// # Errors
/// A variable is not set; the message contains its name.
pub fn credentials<T>(variable: impl Fn(&str) -> Option<T>) -> Result<[T; 3], Error> {
    let [env_url, client_id, client_secret] = CREDENTIALS.map(|names| {
        let value = names.iter().find_map(|name| variable(name));
        value.ok_or_else(|| Error::config(format!("{} is not set in the environment", names[0])))
    });
    Ok([env_url?, client_id?, client_secret?])
}
