//! Writes messages and their fields as JSON.

use std::{borrow::Cow, collections::HashMap};

use super::{
    Encoder,
    alias::resolve,
    leaf::{Leaf, json_string},
    scan::{Occurrences, Records, Scan},
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
        let start = out.len();
        if self.ordered(message, &bytes, out)? {
            return Ok(());
        }
        out.truncate(start);
        self.fields(message, &Scan::new(message.fields, &bytes)?, |_| true, out)
    }

    /// Writes an object in one pass over a message whose fields are in schema order, as all
    /// protobuf runtimes write them. Returns `false` for other messages.
    fn ordered(self, message: &Message, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<bool> {
        let mut records = Records::new(message.fields, bytes);
        let mut current: Option<(usize, Occurrences<'_, '_>)> = None;
        // Bit n: a member of oneof n is set. A second member would clear the first.
        let mut oneofs = 0_u128;
        out.push(b'{');
        while let Some(record) = records.next()? {
            match &mut current {
                Some((index, occurrences)) if *index == record.index => {
                    occurrences.add(record.value);
                    continue;
                }
                Some((index, _)) if *index > record.index => return Ok(false),
                Some((_, occurrences)) => self.member(occurrences, out)?,
                None => {}
            }
            let first = records.first(record);
            let oneof = 1_u128 << first.field.oneof;
            if first.field.oneof != 0 && oneofs & oneof != 0 {
                return Ok(false);
            }
            oneofs |= oneof;
            current = Some((record.index, first));
        }
        if let Some((_, occurrences)) = &current {
            self.member(occurrences, out)?;
        }
        out.push(b'}');
        Ok(true)
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
            if let Some(occurrences) = scan.get(index)
                && include(field)
            {
                self.member(&occurrences, out)?;
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes the name and the value of a field, unless it is unset or an alias.
    #[inline]
    fn member(self, occurrences: &Occurrences<'_, '_>, out: &mut Vec<u8>) -> Outcome<()> {
        let field = occurrences.field;
        if matches!(field.kind, Kind::Alias(_)) {
            return Ok(());
        }
        let before = out.len();
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        let set = self.field(occurrences, out);
        if !set.map_err(|fault| fault.within(field.name))? {
            out.truncate(before);
        }
        Ok(())
    }

    /// Writes the value of a field. Returns `false` if the field is unset: a zero without presence,
    /// or an empty packed record.
    pub(super) fn field(
        self,
        occurrences: &Occurrences<'_, '_>,
        out: &mut Vec<u8>,
    ) -> Outcome<bool> {
        let field = occurrences.field;
        match field.label {
            Label::Implicit | Label::Explicit => {
                let value = occurrences.value()?;
                if field.label == Label::Implicit && Leaf::is_zero(value.raw()) {
                    return Ok(false);
                }
                self.value(field.kind, value.raw(), out)?;
                Ok(true)
            }
            Label::Repeated | Label::Packed => self.list(occurrences, out),
            Label::Map(key) => self.map(key, occurrences, out),
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

    fn list(self, occurrences: &Occurrences<'_, '_>, out: &mut Vec<u8>) -> Outcome<bool> {
        let mut count = 0;
        out.push(b'[');
        occurrences.each(|element| {
            if count > 0 {
                out.push(b',');
            }
            self.value(occurrences.field.kind, element, out)
                .map_err(|fault| fault.within_element(count))?;
            count += 1;
            Ok(())
        })?;
        out.push(b']');
        Ok(count > 0)
    }

    fn map(self, key: Kind, occurrences: &Occurrences<'_, '_>, out: &mut Vec<u8>) -> Outcome<bool> {
        let value = occurrences.field.kind;
        let fields = entry(key, value);
        // If a key occurs twice, the last entry counts. A map with one entry needs no check.
        let mut last = HashMap::new();
        if occurrences.count > 1 {
            let mut position = 0_usize;
            occurrences.each(|bytes| {
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
        occurrences.each(|bytes| {
            let entry = Scan::new(&fields, bytes.content())?;
            let name = self.key(key, &entry)?;
            position += 1;
            if last.get(&name).is_some_and(|last| *last != position - 1) {
                return Ok(());
            }
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            json_string(&name, out)?;
            out.push(b':');
            match entry.get(1) {
                Some(found) => entries.value(value, found.value()?.raw(), out),
                None => entries.value(value, Raw::zero(value), out),
            }
        })?;
        out.push(b'}');
        Ok(true)
    }

    /// Returns the key of a map entry as JSON text.
    pub(super) fn key<'a>(self, kind: Kind, entry: &Scan<'_, 'a>) -> Outcome<Cow<'a, str>> {
        let raw = entry.last(0).unwrap_or(Raw::zero(kind));
        let key = self.leaf(kind, raw).map_err(|fault| fault.within("key"))?;
        key.map(Leaf::into_text)
            .ok_or_else(|| Fault::new("invalid map key type"))
    }

    fn structure(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        match Scan::new(&STRUCT, bytes)?.get(0) {
            Some(entries) => {
                self.map(Kind::String, &entries, out)?;
            }
            None => out.extend_from_slice(b"{}"),
        }
        Ok(())
    }

    fn list_value(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        match Scan::new(&LIST, bytes)?.get(0) {
            Some(values) => {
                self.list(&values, out)?;
            }
            None => out.extend_from_slice(b"[]"),
        }
        Ok(())
    }

    fn any_value(self, bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
        let scan = Scan::new(&VALUE, bytes)?;
        let Some(member) = (1..VALUE.len()).find_map(|index| scan.get(index)) else {
            // A `Value` without a member means null too.
            out.extend_from_slice(b"null");
            return Ok(());
        };
        let value = member.value()?;
        if let Raw::Fixed64(bits) = value.raw()
            && !f64::from_bits(bits).is_finite()
        {
            return Err(Fault::new("NaN and infinity cannot be represented in JSON"));
        }
        self.value(member.field.kind, value.raw(), out)
    }
}
