//! Fields that a language's messages have beyond the service's.

use std::borrow::Cow;

use super::scan::Scan;
use crate::{
    fault::{Fault, Outcome},
    lookup::wire,
    schema::{Alias, Kind, Message},
    writer::{put_len, put_tag, put_varint},
};

/// The bytes of a message in which each alias that is set has become the field it stands for. That field is
/// appended at the end: the last occurrence counts, and a message that occurs twice is merged.
pub(super) fn resolve<'a>(message: &Message, bytes: &'a [u8]) -> Outcome<Cow<'a, [u8]>> {
    let aliases = |(index, field): (usize, &crate::schema::Field)| match field.kind {
        Kind::Alias(alias) => Some((index, field.name, alias)),
        _ => None,
    };
    let mut aliases = message.fields.iter().enumerate().filter_map(aliases).peekable();
    if aliases.peek().is_none() {
        return Ok(Cow::Borrowed(bytes));
    }
    let scan = Scan::new(message.fields, bytes)?;
    let mut resolved = Cow::Borrowed(bytes);
    for (index, name, alias) in aliases {
        if let Some(raw) = scan.last(index) {
            let record = record(alias, raw.content()).map_err(|fault| fault.within(name))?;
            resolved.to_mut().extend_from_slice(&record);
        }
    }
    Ok(resolved)
}

fn record(alias: &Alias, text: &[u8]) -> Outcome<Vec<u8>> {
    let mut record = Vec::with_capacity(text.len() + 8);
    let Some((meant, around)) = alias.path.split_last() else {
        return Err(Fault::new("stands for no field"));
    };
    if alias.values.is_empty() {
        put_len(&mut record, *meant, text);
    } else {
        let value = alias
            .values
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(text));
        let (_, number) = value.ok_or_else(|| {
            let names: Vec<&str> = alias.values.iter().map(|(name, _)| *name).collect();
            Fault::new(format!("expected one of {}", names.join(", ")))
        })?;
        put_tag(&mut record, *meant, wire::VARINT);
        put_varint(&mut record, i64::from(*number).cast_unsigned());
    }
    for number in around.iter().rev() {
        let inner = std::mem::take(&mut record);
        put_len(&mut record, *number, &inner);
    }
    Ok(record)
}
