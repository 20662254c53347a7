//! A request before it is sent.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::decode::Decoder;
use super::{CallOptions, Client};
use crate::Result;
use crate::error::Error;
use crate::request;
use crate::schema::Operation;
use crate::types::json::Json;

/// A request that has not been sent yet, with its fields as JSON.
#[derive(Clone)]
pub(crate) struct Pending {
    client: Client,
    /// The request, or the error of an argument, which is returned when the request is sent.
    request: Result<Request>,
    pub(super) options: CallOptions,
}

#[derive(Clone)]
struct Request {
    operation: &'static Operation,
    fields: Map<String, Value>,
}

impl Pending {
    pub(super) fn new(client: &Client, operation: &'static Operation) -> Self {
        Self::with_fields(client, Ok((operation, Map::new())))
    }

    pub(super) fn with_fields(
        client: &Client,
        request: Result<(&'static Operation, Map<String, Value>)>,
    ) -> Self {
        Self {
            client: client.clone(),
            request: request.map(|(operation, fields)| Request { operation, fields }),
            options: CallOptions::default(),
        }
    }

    /// Sets a field to a JSON value.
    pub(crate) fn set(&mut self, field: &'static str, value: impl Into<Value>) {
        if let Ok(request) = &mut self.request {
            request.fields.insert(field.to_owned(), value.into());
        }
    }

    pub(crate) fn text(&mut self, field: &'static str, text: impl Into<String>) {
        self.set(field, text.into());
    }

    pub(crate) fn texts(
        &mut self,
        field: &'static str,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) {
        let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
        self.set(field, texts);
    }

    /// Sets a list of messages with one text field each.
    pub(crate) fn items(
        &mut self,
        field: &'static str,
        item_field: &'static str,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) {
        let items = texts
            .into_iter()
            .map(|text| json!({ item_field: text.into() }))
            .collect::<Vec<_>>();
        self.set(field, items);
    }

    /// Sets a map from text to text.
    pub(crate) fn pairs(
        &mut self,
        field: &'static str,
        pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) {
        let pairs: Map<String, Value> = pairs
            .into_iter()
            .map(|(key, value)| (key.into(), Value::String(value.into())))
            .collect();
        self.set(field, pairs);
    }

    /// Sets a field with a type that serde encodes.
    pub(crate) fn encode<V: Serialize + ?Sized>(&mut self, field: &'static str, value: &V) {
        self.set_encoded(field, serde_json::to_value(value));
    }

    /// Sets a field whose proto3 JSON form differs from serde's.
    pub(crate) fn encode_json<V: Json>(&mut self, field: &'static str, value: &V) {
        self.set_encoded(field, value.write(serde_json::value::Serializer));
    }

    fn set_encoded(&mut self, field: &'static str, value: serde_json::Result<Value>) {
        match value {
            Ok(value) => self.set(field, value),
            Err(error) => self.fail(Error::invalid_argument(format!(
                "{field} cannot be encoded as JSON: {error}"
            ))),
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        match std::mem::take(&mut self.options).with_header(name, value) {
            Ok(options) => self.options = options,
            Err(error) => self.fail(error),
        }
    }

    /// Fails the request with the error of an argument when it is sent. The first error is kept.
    pub(crate) fn fail(&mut self, error: Error) {
        if let Ok(request) = &self.request {
            self.request = Err(error.with_operation(request.operation.name));
        }
    }

    pub(super) async fn send<T>(self, decoder: Decoder<T>) -> Result<T> {
        let Request { operation, fields } = self.request?;
        let prepared = request::json::split(operation, Value::Object(fields))?;
        let response = self.client.send(operation, prepared, self.options).await?;
        decoder.decode(&response.body).map_err(|error| {
            Error::bad_response(
                response.status.as_u16(),
                format!("the response cannot be decoded: {error}"),
            )
            .with_source(error)
            .with_operation(operation.name)
        })
    }
}

/// Shows only the names of the fields, because values may be secret.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.request {
            Ok(Request { operation, fields }) => f
                .debug_struct("Call")
                .field("operation", &operation.name)
                .field("fields", &fields.keys().collect::<Vec<_>>())
                .field("timeout", &self.options.timeout)
                .finish_non_exhaustive(),
            Err(error) => f.debug_tuple("Call").field(error).finish(),
        }
    }
}
