//! Writes messages and their fields as JSON.

use std::collections::HashMap;

use super::{
    Encoder,
    alias::resolve,
    leaf::Leaf,
    scan::Scan,
    well_known::{LIST, STRUCT, VALUE, entry},
};
use crate::{
    fault::{Fault, Outcome},
    reader::{MAX_DEPTH, Raw, too_deep},
    schema::{Field, Kind, Label, Message},
};

impl Encoder {
    pub(super) fn deeper(self) -> Outcome<Self> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    pub(super) fn message(self, message: &Message, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        let bytes = resolve(message, bytes)?;
        self.fields(message, &Scan::new(message.fields, &bytes)?, |_| true, out)
    }

    /// Writes an object with the set fields of a message for which `include` returns `true`.
    pub(super) fn fields(
        self,
        message: &Message,
        scan: &Scan<'_, '_>,
        include: impl Fn(&Field) -> bool,
        out: &mut Vec<u8>,
    ) -> Outcome<()> {
        out.push(b'{');
        for (index, field) in message.fields.iter().enumerate() {
            if !scan.is_set(index) || matches!(field.kind, Kind::Alias(_)) || !include(field) {
                continue;
            }
            let before = out.len();
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(field.name.as_bytes());
            out.extend_from_slice(b"\":");
            if !self
                .field(field, scan, index, out)
                .map_err(|fault| fault.within(field.name))?
            {
                out.truncate(before);
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes the value of a field. Returns `false` if the field is unset: a zero without presence,
    /// or an empty packed record.
    pub(super) fn field(
        self,
        field: &Field,
        scan: &Scan<'_, '_>,
        index: usize,
        out: &mut Vec<u8>,
    ) -> Outcome<bool> {
        match field.label {
            Label::Implicit | Label::Explicit => {
                let Some(value) = scan.value(index)? else {
                    return Ok(false);
                };
                if field.label == Label::Implicit && Leaf::is_zero(value.raw()) {
                    return Ok(false);
                }
                self.value(field.kind, value.raw(), out)?;
                Ok(true)
            }
            Label::Repeated | Label::Packed => self.list(field.kind, scan, index, out),
            Label::Map(key) => self.map((key, field.kind), scan, index, out),
        }
    }

    pub(super) fn value(self, kind: Kind, raw: Raw<'_>, out: &mut Vec<u8>) -> Outcome<()> {
        if let Some(leaf) = self.leaf(kind, raw)? {
            return leaf.json(out);
        }
        let (inner, bytes) = (self.deeper()?, raw.content());
        match kind {
            Kind::Message(index) => inner.message(self.schema.message(index), bytes, out),
            Kind::Struct => inner.structure(bytes, out),
            Kind::ListValue => inner.list_value(bytes, out),
            Kind::Value => inner.any_value(bytes, out),
            _ => Err(Fault::new("cannot be represented in JSON")),
        }
    }

    fn list(
        self,
        kind: Kind,
        scan: &Scan<'_, '_>,
        index: usize,
        out: &mut Vec<u8>,
    ) -> Outcome<bool> {
        let mut count = 0;
        out.push(b'[');
        scan.each(index, |element| {
            if count > 0 {
                out.push(b',');
            }
            self.value(kind, element, out)
                .map_err(|fault| fault.within_element(count))?;
            count += 1;
            Ok(())
        })?;
        out.push(b']');
        Ok(count > 0)
    }

    fn map(
        self,
        (key, value): (Kind, Kind),
        scan: &Scan<'_, '_>,
        index: usize,
        out: &mut Vec<u8>,
    ) -> Outcome<bool> {
        let fields = entry(key, value);
        // If a key occurs twice, the last entry counts. A map with one entry needs no check.
        let mut last = HashMap::new();
        if scan.count(index) > 1 {
            let mut position = 0_usize;
            scan.each(index, |bytes| {
                last.insert(
                    self.key(key, &Scan::new(&fields, bytes.content())?)?,
                    position,
                );
                position += 1;
                Ok(())
            })?;
        }
        let entries = self.deeper()?;
        let mut position = 0_usize;
        out.push(b'{');
        scan.each(index, |bytes| {
            let entry = Scan::new(&fields, bytes.content())?;
            let name = self.key(key, &entry)?;
            position += 1;
            if last.get(&name).is_some_and(|last| *last != position - 1) {
                return Ok(());
            }
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            Leaf::Text(name.into()).json(out)?;
            out.push(b':');
            match entry.value(1)? {
                Some(found) => entries.value(value, found.raw(), out),
                None => entries.value(value, Raw::zero(value), out),
            }
        })?;
        out.push(b'}');
        Ok(true)
    }

    /// Returns the key of a map entry as JSON text.
    pub(super) fn key(self, kind: Kind, entry: &Scan<'_, '_>) -> Outcome<String> {
        let raw = entry.last(0).unwrap_or(Raw::zero(kind));
        let key = self.leaf(kind, raw).map_err(|fault| fault.within("key"))?;
        key.map(|leaf| leaf.text().into_owned())
            .ok_or_else(|| Fault::new("invalid map key type"))
    }

    fn structure(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        let scan = Scan::new(&STRUCT, bytes)?;
        if scan.is_set(0) {
            self.map((Kind::String, Kind::Value), &scan, 0, out)?;
        } else {
            out.extend_from_slice(b"{}");
        }
        Ok(())
    }

    fn list_value(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        self.list(Kind::Value, &Scan::new(&LIST, bytes)?, 0, out)
            .map(|_| ())
    }

    fn any_value(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        let scan = Scan::new(&VALUE, bytes)?;
        let set = (1..VALUE.len()).find(|index| scan.is_set(*index));
        let (Some(index), Some(value)) = (
            set,
            set.map(|index| scan.value(index)).transpose()?.flatten(),
        ) else {
            // A `Value` without a member means null too.
            out.extend_from_slice(b"null");
            return Ok(());
        };
        if let Raw::Fixed64(bits) = value.raw()
            && !f64::from_bits(bits).is_finite()
        {
            return Err(Fault::new("NaN and infinity cannot be represented in JSON"));
        }
        self.value(VALUE[index].kind, value.raw(), out)
    }
}
