//! Splits a request message into path, query and body, as the operation's route defines.

use std::borrow::Cow;

use scalekit::{
    Error,
    request::{Place, PreparedRequest},
    schema::{Body, Operation},
};

use super::{
    Encoder,
    alias::resolve,
    leaf::Leaf,
    scan::{Occurrences, Scan},
    well_known::entry,
};
use crate::{
    fault::{Fault, Outcome},
    find,
    reader::Raw,
    schema::{Field, Kind, Label, Message},
    tables::SCHEMA,
};

/// Converts the protobuf bytes of a request message to an HTTP request: method, path, query and
/// JSON body.
///
/// `protobuf` contains a message of the type `operation.request`. The first route whose path fields
/// are all set is used. Fields that are neither in the path nor in the body go into the query:
/// nested messages as dotted names (`filter.name`), repeated fields as repeated keys, maps as
/// `metadata[key]`, and all other values as their JSON text without quotes. If the route's body
/// field is unset, the request has no body.
///
/// # Errors
/// [`InvalidArgument`](scalekit::ErrorKind::InvalidArgument) if the bytes are not valid protobuf,
/// if a value cannot be represented in JSON (a timestamp after the year 9999, text that is not
/// UTF-8), or if a path field is missing.
pub fn encode_request(
    operation: &'static Operation,
    protobuf: &[u8],
) -> Result<PreparedRequest, Error> {
    let invalid = |fault: Fault| Error::invalid_argument(fault).with_operation(operation.name);
    let message = find(operation.request).map_err(|error| error.with_operation(operation.name))?;
    let encoder = Encoder {
        schema: &SCHEMA,
        depth: 0,
    };
    let bytes = if message.has_aliases() {
        resolve(message, protobuf).map_err(invalid)?
    } else {
        protobuf.into()
    };
    let scan = Scan::new(message.fields, &bytes).map_err(invalid)?;
    let mut request = PreparedRequest::new(operation, |name| {
        let value = encoder.path_text(message, &scan, name);
        value.map_err(|fault| invalid(fault.within(name)))
    })?;
    encoder
        .split(message, &scan, &mut request)
        .map_err(invalid)?;
    Ok(request)
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
        let Some(occurrences) = scan.get(index) else {
            return Ok(None);
        };
        let value = occurrences.value()?;
        if field.label == Label::Implicit && Leaf::is_zero(value.raw()) {
            return Ok(None);
        }
        let leaf = self.leaf(field.kind, value.raw())?;
        Ok(leaf.map(|leaf| Cow::Owned(leaf.into_text().into_owned())))
    }

    /// Writes the fields that are not in the path to the query and the body.
    fn split(
        self,
        message: &Message,
        scan: &Scan<'_, '_>,
        request: &mut PreparedRequest,
    ) -> Outcome<()> {
        if request.route.body == Body::All {
            let mut members = Vec::new();
            let in_body = |field: &Field| request.place(field.name) == Place::Body;
            self.fields(message, scan, in_body, &mut members)?;
            request.body = Some(members.into());
        }
        for (index, field) in message.fields.iter().enumerate() {
            let Some(occurrences) = scan.get(index) else {
                continue;
            };
            if matches!(field.kind, Kind::Alias(_)) {
                continue;
            }
            match request.place(field.name) {
                Place::Path | Place::Body => Ok(()),
                Place::Query => self.query(field.name, &occurrences, request),
                Place::WholeBody => {
                    let mut value = Vec::new();
                    let set = self.field(&occurrences, &mut value);
                    set.map(|set| request.body = set.then(|| value.into()))
                }
            }
            .map_err(|fault| fault.within(field.name))?;
        }
        Ok(())
    }

    /// Adds the query parameters of one field.
    fn query(
        self,
        name: &str,
        occurrences: &Occurrences<'_, '_>,
        request: &mut PreparedRequest,
    ) -> Outcome<()> {
        let field = occurrences.field;
        match field.label {
            Label::Implicit | Label::Explicit => {
                let value = occurrences.value()?;
                if field.label == Label::Implicit && Leaf::is_zero(value.raw()) {
                    return Ok(());
                }
                self.query_value(name, field.kind, value.raw(), request)
            }
            Label::Repeated | Label::Packed => {
                occurrences.each(|element| self.query_value(name, field.kind, element, request))
            }
            Label::Map(key) => {
                let (fields, entries) = (entry(key, field.kind), self.deeper()?);
                occurrences.each(|bytes| {
                    let entry = Scan::new(&fields, bytes.content())?;
                    let name = format!("{name}[{}]", self.key(key, &entry)?);
                    match entry.get(1) {
                        Some(found) => {
                            let value = found.value()?;
                            entries.query_value(&name, field.kind, value.raw(), request)
                        }
                        None => {
                            entries.query_value(&name, field.kind, Raw::zero(field.kind), request)
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
        request: &mut PreparedRequest,
    ) -> Outcome<()> {
        if let Some(leaf) = self.leaf(kind, raw)? {
            match kind {
                Kind::FieldMask => request.push_query_mask(name, &leaf.into_text()),
                _ => request.push_query(name, &leaf.into_text()),
            }
            return Ok(());
        }
        let Kind::Message(index) = kind else {
            // `Struct`, `Value` and `ListValue` go into the query as JSON text.
            let mut json = Vec::new();
            self.value(kind, raw, &mut json)?;
            request.push_query(name, &String::from_utf8_lossy(&json));
            return Ok(());
        };
        let (inner, message) = (self.deeper()?, self.schema.message(index));
        let bytes = resolve(message, raw.content())?;
        let scan = Scan::new(message.fields, &bytes)?;
        for (index, field) in message.fields.iter().enumerate() {
            if let Some(occurrences) = scan.get(index)
                && !matches!(field.kind, Kind::Alias(_))
            {
                let nested = format!("{name}.{}", field.name);
                inner
                    .query(&nested, &occurrences, request)
                    .map_err(|fault| fault.within(field.name))?;
            }
        }
        Ok(())
    }
}
