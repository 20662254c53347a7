//! Clients.

use std::sync::Arc;

use jni_sys::{JNIEnv, jbyteArray, jlong, jobject};
use scalekit_bindings::{BindingError, Client, guard, runtime};

use super::env::Env;
use super::{SUCCESS, options};
use crate::client::NativeClient;
use crate::failure::NativeError;

/// Creates a client with options as JSON. Returns its handle as a big-endian 64-bit number, or a
/// failure. `NativeFunctions.release` frees the client.
///
/// # Safety
/// The JVM calls this function as a method of `NativeFunctions`.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_NativeFunctions_create(
    env: *mut JNIEnv,
    _this: jobject,
    options: jbyteArray,
) -> jbyteArray {
    // SAFETY: by the conditions of this function.
    let env = unsafe { Env::new(env) };
    env.result(guard::run(|| {
        let options = options::read(&env.bytes(options)).map_err(BindingError::internal)?;
        let client = Box::into_raw(Box::new(options.build()?));
        Ok(Some(env.tagged(SUCCESS, &(client as jlong).to_be_bytes())))
    }))
}

/// Frees the client of a handle.
///
/// # Safety
/// `handle` is a result of `create`, and no other function uses it now or later.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_NativeFunctions_release(
    _env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
) {
    let released: Result<(), BindingError> = guard::run(|| {
        // SAFETY: `create` made the pointer, and the JVM releases it once, when no object refers to
        // it.
        drop(unsafe { Box::from_raw(handle as *mut Client) });
        Ok(())
    });
    // The cleaner of the JVM has no caller that could handle a failure.
    drop(released);
}

/// Closes all connections, like `NativeClient::shut_down`. Returns null or a failure.
///
/// # Safety
/// The JVM calls this function as a method of a `JniClient`. See also [`client`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_JniClient_shutDown(
    env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
) -> jbyteArray {
    // SAFETY: by the conditions of this function.
    let (env, client) = unsafe { (Env::new(env), client(handle)) };
    env.result(guard::run(|| {
        runtime::enter(|| client.close())?;
        Ok(None)
    }))
}

#[uniffi::export]
impl NativeClient {
    /// Returns the client of a JNI handle, for the functions that JNI does not have.
    ///
    /// # Errors
    /// Never fails.
    #[uniffi::constructor]
    pub fn of_jni_handle(handle: u64) -> Result<Arc<Self>, NativeError> {
        guard::run(|| {
            // SAFETY: only Kotlin's `JniClient` calls this function, with its handle.
            let core = unsafe { client(handle as jlong) }.clone();
            Ok(Arc::new(Self { core }))
        })
    }
}

/// Returns the client of a handle.
///
/// # Safety
/// `handle` is a result of `create` that was not released. The JVM releases it when the object that
/// owns it is unreachable. The object is the receiver of every function that uses the handle, and
/// therefore reachable during the call.
pub(super) unsafe fn client<'a>(handle: jlong) -> &'a Client {
    // SAFETY: by the conditions of this function.
    unsafe { &*(handle as *const Client) }
}
