//! Splits a request message into path, query and body, as the operation's route defines.

use std::borrow::Cow;

use scalekit::{
    Error,
    request::{Place, PreparedRequest, RequestParts},
    schema::{Body, Operation},
};

use super::{Encoder, alias::resolve, leaf::Leaf, scan::Scan, well_known::entry};
use crate::{
    fault::{Fault, Outcome},
    reader::Raw,
    schema::{Field, Kind, Label, Message, Schema},
};

/// Builds the HTTP request of an operation.
pub(crate) fn encode_request(
    schema: &'static Schema,
    message: &Message,
    operation: &'static Operation,
    protobuf: &[u8],
) -> Result<PreparedRequest, Error> {
    let invalid = |fault: Fault| Error::invalid_argument(fault).with_operation(operation.name);
    let encoder = Encoder { schema, depth: 0 };
    let bytes = resolve(message, protobuf).map_err(invalid)?;
    let scan = Scan::new(message.fields, &bytes).map_err(invalid)?;

    let mut parts = RequestParts::new(operation, |name| {
        let value = encoder.path_text(message, &scan, name);
        value.map_err(|fault| invalid(fault.within(name)))
    })?;
    let body = encoder.split(message, &scan, &mut parts).map_err(invalid)?;
    Ok(parts.finish(body.map(Into::into)))
}

impl Encoder {
    fn path_text(
        self,
        message: &Message,
        scan: &Scan<'_, '_>,
        name: &str,
    ) -> Outcome<Option<Cow<'static, str>>> {
        let Some(index) = message.fields.iter().position(|field| field.name == name) else {
            return Ok(None);
        };
        let field = &message.fields[index];
        let Some(value) = scan.value(index)? else {
            return Ok(None);
        };
        if field.label == Label::Implicit && Leaf::is_zero(value.raw()) {
            return Ok(None);
        }
        let leaf = self.leaf(field.kind, value.raw())?;
        Ok(leaf.map(|leaf| Cow::Owned(leaf.text().into_owned())))
    }

    /// Fills the query and returns the body.
    fn split(
        self,
        message: &Message,
        scan: &Scan<'_, '_>,
        parts: &mut RequestParts,
    ) -> Outcome<Option<Vec<u8>>> {
        let mut body = None;
        if parts.route().body == Body::All {
            let members = body.insert(Vec::new());
            self.fields(
                message,
                scan,
                |field| parts.place(field.name) == Place::Body,
                members,
            )?;
        }
        for (index, field) in message.fields.iter().enumerate() {
            if !scan.is_set(index) || matches!(field.kind, Kind::Alias(_)) {
                continue;
            }
            match parts.place(field.name) {
                Place::Path | Place::Body => Ok(()),
                Place::Query => self.query(field.name, field, scan, index, parts),
                Place::WholeBody => {
                    let mut value = Vec::new();
                    let set = self.field(field, scan, index, &mut value);
                    set.map(|set| body = set.then_some(value))
                }
            }
            .map_err(|fault| fault.within(field.name))?;
        }
        Ok(body)
    }

    /// Adds the query parameters of one field.
    fn query(
        self,
        name: &str,
        field: &Field,
        scan: &Scan<'_, '_>,
        index: usize,
        parts: &mut RequestParts,
    ) -> Outcome<()> {
        match field.label {
            Label::Implicit | Label::Explicit => match scan.value(index)? {
                Some(value) if field.label == Label::Explicit || !Leaf::is_zero(value.raw()) => {
                    self.query_value(name, field.kind, value.raw(), parts)
                }
                _ => Ok(()),
            },
            Label::Repeated | Label::Packed => scan.each(index, |element| {
                self.query_value(name, field.kind, element, parts)
            }),
            Label::Map(key) => {
                let (fields, entries) = (entry(key, field.kind), self.deeper()?);
                scan.each(index, |bytes| {
                    let entry = Scan::new(&fields, bytes.content())?;
                    let name = format!("{name}[{}]", self.key(key, &entry)?);
                    match entry.value(1)? {
                        Some(value) => entries.query_value(&name, field.kind, value.raw(), parts),
                        None => {
                            entries.query_value(&name, field.kind, Raw::zero(field.kind), parts)
                        }
                    }
                })
            }
        }
    }

    fn query_value(
        self,
        name: &str,
        kind: Kind,
        raw: Raw<'_>,
        parts: &mut RequestParts,
    ) -> Outcome<()> {
        if let Some(leaf) = self.leaf(kind, raw)? {
            match kind {
                Kind::FieldMask => parts.query_mask(name, &leaf.text()),
                _ => parts.query(name, &leaf.text()),
            }
            return Ok(());
        }
        let Kind::Message(index) = kind else {
            // `Struct`, `Value` and `ListValue` go into the query as JSON text.
            let mut json = Vec::new();
            self.value(kind, raw, &mut json)?;
            parts.query(name, &String::from_utf8_lossy(&json));
            return Ok(());
        };
        let (inner, message) = (self.deeper()?, self.schema.message(index));
        let bytes = resolve(message, raw.content())?;
        let scan = Scan::new(message.fields, &bytes)?;
        for (index, field) in message.fields.iter().enumerate() {
            if scan.is_set(index) && !matches!(field.kind, Kind::Alias(_)) {
                let nested = format!("{name}.{}", field.name);
                inner
                    .query(&nested, field, &scan, index, parts)
                    .map_err(|fault| fault.within(field.name))?;
            }
        }
        Ok(())
    }
}
