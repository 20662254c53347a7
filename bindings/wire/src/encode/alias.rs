//! Alias fields: extra fields in the messages of a language that replace other fields.

use std::borrow::Cow;

use super::scan::Scan;
use crate::{
    fault::{Fault, Outcome},
    lookup::wire,
    schema::{Alias, Kind, Message},
    writer::{put_len, put_tag, put_varint},
};

/// Returns the bytes of a message with its aliases converted to their target fields.
///
/// The target fields are appended at the end, so that they win: in protobuf the last occurrence of
/// a scalar counts, and two occurrences of a message are merged.
pub(super) fn resolve<'a>(message: &Message, bytes: &'a [u8]) -> Outcome<Cow<'a, [u8]>> {
    if !message.has_aliases() {
        return Ok(Cow::Borrowed(bytes));
    }
    let scan = Scan::new(message.fields, bytes)?;
    let mut resolved = Cow::Borrowed(bytes);
    for (index, field) in message.fields.iter().enumerate() {
        if let Kind::Alias(alias) = field.kind
            && let Some(raw) = scan.last(index)
        {
            let record = record(alias, raw.content()).map_err(|fault| fault.within(field.name))?;
            resolved.to_mut().extend_from_slice(&record);
        }
    }
    Ok(resolved)
}

fn record(alias: &Alias, text: &[u8]) -> Outcome<Vec<u8>> {
    let mut record = Vec::with_capacity(text.len() + 8);
    let Some((target, parents)) = alias.path.split_last() else {
        return Err(Fault::new("alias without a target field"));
    };
    if alias.values.is_empty() {
        put_len(&mut record, *target, text);
    } else {
        let value = alias
            .values
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(text));
        let (_, number) = value.ok_or_else(|| {
            let names: Vec<&str> = alias.values.iter().map(|(name, _)| *name).collect();
            Fault::new(format!("expected one of {}", names.join(", ")))
        })?;
        put_tag(&mut record, *target, wire::VARINT);
        put_varint(&mut record, i64::from(*number).cast_unsigned());
    }
    for number in parents.iter().rev() {
        let inner = std::mem::take(&mut record);
        put_len(&mut record, *number, &inner);
    }
    Ok(record)
}
