//! Options with values of any type, as the user passed them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use napi::bindgen_prelude::{BufferSlice, Either6, External, Object, Unknown};
use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::options::{self, Given, Value, variables};
use scalekit_bindings::{Client, ClientOptions, Error};

use crate::guard::{Outcome, outcome};

/// A value of any type, and the name of its type for error messages.
pub(crate) type AnyValue<'a> = (
    Either6<bool, f64, String, BufferSlice<'a>, Vec<String>, Unknown<'a>>,
    String,
);

/// Creates a client. Sends no request and starts no thread. `values` contains the names and values
/// of the constructor's arguments and options.
#[napi]
pub(crate) fn make_client(
    values: Vec<(String, AnyValue<'_>)>,
    node_version: String,
) -> Outcome<External<Client>> {
    outcome(|| {
        let mut options = ClientOptions::default();
        for (name, value) in values {
            options.set(&NODE, &name, given(value))?;
        }
        Ok(External::new(options.build(&NODE, &node_version)?))
    })
}

/// Returns the environment URL, the client id and the client secret. `variables` is `process.env`.
#[napi]
pub(crate) fn credentials(variables: Object<'_>) -> Outcome<Vec<String>> {
    let read = |name: &str| {
        let value = variables.get::<String>(name).ok()?;
        value.filter(|value| !value.is_empty())
    };
    outcome(|| Ok(variables::credentials(read)?.into()))
}

/// Converts the time limit of one call.
pub(crate) fn call_timeout(timeout: Option<AnyValue<'_>>) -> Result<Option<Duration>, Error> {
    let timeout = timeout.map(|timeout| options::call_timeout(&NODE, given(timeout)));
    timeout.transpose()
}

/// Converts JavaScript's `Date.now()` to a time. Tests can set the JavaScript clock.
pub(crate) fn clock(now: f64) -> SystemTime {
    Duration::try_from_secs_f64(now / 1000.0).map_or(UNIX_EPOCH, |since| UNIX_EPOCH + since)
}

/// Converts a value of any type.
pub(crate) fn given((value, type_name): AnyValue<'_>) -> Given {
    let value = match value {
        Either6::A(flag) => Value::Flag(flag),
        Either6::B(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Value::Integer(number as i64)
        }
        Either6::B(number) => Value::Number(number),
        Either6::C(text) => Value::Text(text),
        Either6::D(bytes) => Value::Bytes(bytes.to_vec()),
        Either6::E(texts) => Value::Texts(texts),
        Either6::F(_) => Value::Other,
    };
    Given::new(value, type_name)
}
