//! Random messages with many edge cases.

use fastrand::Rng;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

/// Generates random messages.
pub(super) struct Generator {
    rng: Rng,
    /// Set every field to a value other than zero.
    full: bool,
}

const STRINGS: [&str; 10] = [
    "",
    "a",
    "null",
    "0",
    "ünïcødé \u{1F600} \u{2028}",
    "\"quoted\" \\ / \u{0}\u{1}\u{1f}\u{7f}\n\t\r",
    "a b&c=d?e#f%20+/",
    "\u{FFFD}\u{10FFFF}",
    "org_1234567890123456",
    "https://example.com/a/very/long/path/that/makes/the/length/prefix/of/its/message/two/bytes/long/\
     or/even/longer/when/it/comes/in/company/and/so/on/and/so/forth/and/so/on",
];

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            full: false,
        }
    }

    pub(super) fn full(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            full: true,
        }
    }

    pub(super) fn message(&mut self, descriptor: &MessageDescriptor) -> DynamicMessage {
        self.message_within(descriptor, 0)
    }

    fn message_within(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        if self.well_known(&mut message, depth) {
            return message;
        }
        let probability = if depth == 0 { 0.7 } else { 0.4 };
        for field in descriptor.fields() {
            let composite = field.kind().as_message().is_some_and(|kind| !is_leaf(kind));
            let oneof_is_set = field
                .containing_oneof()
                .is_some_and(|oneof| oneof.fields().any(|member| message.has_field(&member)));
            let chosen = self.full || self.rng.f64() < probability;
            if chosen && !oneof_is_set && !(composite && depth > 3) {
                let value = self.field(&field, depth);
                message.set_field(&field, value);
            }
        }
        message
    }

    fn field(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let count = if self.full { 2 } else { self.rng.usize(0..4) };
        if field.is_map() {
            let entry = field.kind().as_message().unwrap().clone();
            let (key, value) = (
                entry.map_entry_key_field().kind(),
                entry.map_entry_value_field().kind(),
            );
            let entries = (0..count).map(|_| (self.key(&key), self.value(&value, depth)));
            Value::Map(entries.collect())
        } else if field.is_list() {
            Value::List(
                (0..count)
                    .map(|_| self.value(&field.kind(), depth))
                    .collect(),
            )
        } else {
            self.value(&field.kind(), depth)
        }
    }

    fn key(&mut self, kind: &Kind) -> MapKey {
        match self.value(kind, 0) {
            Value::Bool(key) => MapKey::Bool(key),
            Value::I32(key) => MapKey::I32(key),
            Value::I64(key) => MapKey::I64(key),
            Value::U32(key) => MapKey::U32(key),
            Value::U64(key) => MapKey::U64(key),
            Value::String(key) => MapKey::String(key),
            other => panic!("not a map key: {other:?}"),
        }
    }

    fn value(&mut self, kind: &Kind, depth: usize) -> Value {
        let bits = self.rng.u64(..) >> self.rng.u32(0..64);
        match kind {
            Kind::Double => Value::F64(self.double()),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the value may be any float"
            )]
            Kind::Float => Value::F32(self.double().clamp(-3e38, 3e38) as f32),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                Value::I32(self.pick(&[0, 1, -1, i32::MAX, i32::MIN, bits.cast_signed() as i32]))
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                Value::I64(self.pick(&[0, 1, -1, i64::MAX, i64::MIN, bits.cast_signed()]))
            }
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.pick(&[0, 1, u32::MAX, bits as u32])),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.pick(&[0, 1, u64::MAX, bits])),
            Kind::Bool => Value::Bool(self.pick(&[false, true])),
            Kind::String => Value::String(self.string()),
            Kind::Bytes => {
                let length = self.pick(&[0, 1, 2, 3, 200]);
                let bytes: Vec<u8> = (0..length).map(|_| self.rng.u8(..)).collect();
                Value::Bytes(if self.full { vec![0xfb, 0xff] } else { bytes }.into())
            }
            Kind::Enum(kind) => {
                let values: Vec<i32> = kind.values().map(|value| value.number()).collect();
                let unknown = !self.full && self.rng.u8(..) < 16;
                Value::EnumNumber(if unknown { 4711 } else { self.pick(&values) })
            }
            Kind::Message(message) => Value::Message(self.message_within(message, depth + 1)),
        }
    }

    /// Returns one of the values. Full messages get no zero value, unless `values` contains only
    /// zeros.
    fn pick<T: Copy + PartialEq + Default>(&mut self, values: &[T]) -> T {
        loop {
            let value = values[self.rng.usize(..values.len())];
            if !(self.full && value == T::default())
                || values.iter().all(|value| *value == T::default())
            {
                return value;
            }
        }
    }

    fn double(&mut self) -> f64 {
        let random = f64::from_bits(self.rng.u64(..));
        let random = if random.is_finite() { random } else { 0.1 };
        self.pick(&[0.0, 1.0, -1.5, 1e300, 5e-324, 123_456_789.123, random])
    }

    fn string(&mut self) -> String {
        self.pick(&STRINGS).to_owned()
    }

    /// Fills a message of a well-known type. Returns `false` for all other types.
    fn well_known(&mut self, message: &mut DynamicMessage, depth: usize) -> bool {
        match message.descriptor().full_name() {
            "google.protobuf.Timestamp" => {
                let second = self.rng.i64(-62_135_596_800..=253_402_300_799);
                let seconds = self.pick(&[0, -1, -62_135_596_800, 253_402_300_799, second]);
                let nanos = self.nanos();
                message.set_field_by_name("seconds", Value::I64(seconds));
                message.set_field_by_name("nanos", Value::I32(nanos));
            }
            "google.protobuf.Duration" => {
                let seconds = self.pick(&[0, 1, 315_575_999_999, 3600]);
                let sign = self.pick(&[1, -1]);
                let nanos = self.nanos();
                message.set_field_by_name("seconds", Value::I64(sign * seconds));
                message
                    .set_field_by_name("nanos", Value::I32(i32::try_from(sign).unwrap() * nanos));
            }
            "google.protobuf.FieldMask" => {
                let paths = [
                    &["display_name"][..],
                    &["a", "user_profile.given_name", "metadata"],
                    &[],
                ];
                let paths = self
                    .pick(&paths)
                    .iter()
                    .map(|path| Value::String((*path).to_owned()));
                message.set_field_by_name("paths", Value::List(paths.collect()));
            }
            "google.protobuf.Value" => {
                let composite = depth < 7;
                let (name, value) = match self.rng.u8(0..if composite { 6 } else { 4 }) {
                    0 => ("null_value", Value::EnumNumber(0)),
                    1 => ("number_value", Value::F64(self.double())),
                    2 => ("string_value", Value::String(self.string())),
                    3 => ("bool_value", Value::Bool(self.rng.bool())),
                    4 => ("struct_value", self.inner(message, "struct_value", depth)),
                    _ => ("list_value", self.inner(message, "list_value", depth)),
                };
                message.set_field_by_name(name, value);
            }
            "google.protobuf.Struct" | "google.protobuf.ListValue" => {
                let field = message.descriptor().fields().next().unwrap();
                let value = self.field(&field, depth);
                message.set_field(&field, value);
            }
            _ => return false,
        }
        true
    }

    fn inner(&mut self, message: &DynamicMessage, name: &str, depth: usize) -> Value {
        let kind = message.descriptor().get_field_by_name(name).unwrap().kind();
        self.value(&kind, depth)
    }

    fn nanos(&mut self) -> i32 {
        self.pick(&[0, 1, 1_000, 1_000_000, 120_000_000, 999_999_999])
    }
}

/// Returns `true` for the well-known types that cannot nest.
fn is_leaf(message: &MessageDescriptor) -> bool {
    message.package_name() == "google.protobuf"
        && !matches!(message.name(), "Struct" | "Value" | "ListValue")
}
