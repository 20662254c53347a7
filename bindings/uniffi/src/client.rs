//! The client.

use std::sync::Arc;

use scalekit_bindings::{Client, guard, runtime};

use crate::failure::NativeError;
use crate::options::ClientOptions;

/// A client of one environment. The other modules add its functions.
#[derive(Debug, uniffi::Object)]
pub struct NativeClient {
    pub(crate) core: Client,
}

#[uniffi::export]
impl NativeClient {
    /// Creates a client. Sends no request and starts no thread.
    ///
    /// # Errors
    /// An option is invalid.
    #[uniffi::constructor]
    pub fn new(options: ClientOptions) -> Result<Arc<Self>, NativeError> {
        guard::run(|| {
            let core = options.build()?;
            Ok(Arc::new(Self { core }))
        })
    }

    /// Returns the environment URL without a trailing slash.
    ///
    /// # Errors
    /// Never fails.
    pub fn env_url(&self) -> Result<String, NativeError> {
        guard::run(|| Ok(self.core.env_url().to_owned()))
    }

    /// Returns the client id.
    ///
    /// # Errors
    /// Never fails.
    pub fn client_id(&self) -> Result<String, NativeError> {
        guard::run(|| Ok(self.core.client_id().to_owned()))
    }

    /// Returns the value of the `user-agent` header.
    ///
    /// # Errors
    /// Never fails.
    pub fn user_agent(&self) -> Result<String, NativeError> {
        guard::run(|| Ok(self.core.user_agent().to_owned()))
    }

    /// Closes all connections. Later calls fail; token validation with cached keys continues to
    /// work. The name is not `close` because Kotlin objects have a method of that name.
    ///
    /// # Errors
    /// The background thread cannot be started.
    pub fn shut_down(&self) -> Result<(), NativeError> {
        guard::run(|| {
            // Closing connections requires the context of the tokio runtime.
            Ok(runtime::enter(|| self.core.close())?)
        })
    }
}
