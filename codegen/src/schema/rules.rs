//! The constraints of a field as sentences, read from `buf.validate.field`.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

/// The constraints of one field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// The field must be set.
    pub required: bool,
    /// The field is a string that must not be empty.
    pub non_empty: bool,
    /// One sentence per constraint.
    sentences: Vec<Sentence>,
}

/// A constraint as a sentence.
#[derive(Debug, Clone, PartialEq)]
struct Sentence {
    text: String,
    /// Words and numbers of the constraint. A comment that contains all of them already mentions
    /// the constraint.
    keywords: Vec<String>,
    /// The constraint limits the length of a string. A comment with a length states the effective
    /// limit, which a pattern can make stricter.
    is_length: bool,
}

/// The rules of one value, list or map.
struct RuleSet<'a>(&'a DynamicMessage);

impl Rules {
    pub(super) fn new(field: &FieldDescriptor, set: Option<&DynamicMessage>) -> Self {
        let mut rules = Rules::default();
        let Some(set) = set else { return rules };
        let set = RuleSet(set);
        rules.required = set.flag("required");
        if rules.required {
            rules.add("Required.".to_owned(), ["required".to_owned()]);
        }
        rules.non_empty = set.child("string").is_some_and(|string| {
            let string = RuleSet(&string);
            string.size("min_len").is_some_and(|length| length > 0)
                || string.text("prefix").is_some()
                || string.flag("email")
        });
        rules.add_typed(&set, &field.kind());
        rules
    }

    /// Returns the constraints that `doc` does not mention.
    pub fn missing_in<'a>(&'a self, doc: &str) -> impl Iterator<Item = String> + use<'a> {
        let doc = doc.to_lowercase();
        let is_missing = move |sentence: &&Sentence| {
            let mut keywords = sentence.keywords.iter();
            let has_length = sentence.is_length && contains_length(&doc);
            !has_length && !keywords.all(|keyword| contains(&doc, keyword))
        };
        self.sentences
            .iter()
            .filter(is_missing)
            .map(|sentence| sentence.text.clone())
    }

    /// Returns all constraints as sentences.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.sentences.iter().map(|sentence| sentence.text.as_str())
    }

    fn add(&mut self, text: String, keywords: impl IntoIterator<Item = String>) {
        let keywords = keywords
            .into_iter()
            .map(|keyword| keyword.to_lowercase())
            .collect();
        let is_length = text.contains(" character");
        self.sentences.push(Sentence {
            text,
            keywords,
            is_length,
        });
    }

    fn add_typed(&mut self, set: &RuleSet<'_>, kind: &Kind) {
        if let Some(string) = set.child("string") {
            self.add_string(&RuleSet(&string));
        }
        if let Some(name) = bounds_of(kind)
            && let Some(bounds) = set.child(name)
        {
            self.add_bounds(&RuleSet(&bounds), name);
        }
        if let Some(list) = set.child("repeated") {
            let list = RuleSet(&list);
            self.add_range(list.size("min_items"), list.size("max_items"), "item");
            if list.flag("unique") {
                self.add("No duplicates.".to_owned(), ["duplicate".to_owned()]);
            }
            if let Some(items) = list.child("items") {
                self.add_inner("Each item", &items, kind);
            }
        }
        if let Some(map) = set.child("map") {
            let map = RuleSet(&map);
            self.add_range(map.size("min_pairs"), map.size("max_pairs"), "pair");
            let entry = kind.as_message().filter(|entry| entry.is_map_entry());
            let key = entry.map(|entry| entry.map_entry_key_field().kind());
            let value = entry.map(|entry| entry.map_entry_value_field().kind());
            for (name, subject, kind) in
                [("keys", "Each key", key), ("values", "Each value", value)]
            {
                if let (Some(inner), Some(kind)) = (map.child(name), kind) {
                    self.add_inner(subject, &inner, &kind);
                }
            }
        }
    }

    fn add_inner(&mut self, subject: &str, set: &DynamicMessage, kind: &Kind) {
        let mut inner = Rules::default();
        inner.add_typed(&RuleSet(set), kind);
        for sentence in inner.sentences {
            let mut letters = sentence.text.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            let text: String = first.into_iter().chain(letters).collect();
            self.sentences.push(Sentence {
                text: format!("{subject}: {text}"),
                ..sentence
            });
        }
    }

    fn add_string(&mut self, set: &RuleSet<'_>) {
        match (set.size("min_len"), set.size("max_len")) {
            (Some(1), None) => self.add("Not empty.".to_owned(), ["empty".to_owned()]),
            (min, max) => self.add_range(min, max, "character"),
        }
        if let Some(prefix) = set.text("prefix") {
            self.add(format!("Starts with `{prefix}`."), [prefix]);
        }
        if let Some(pattern) = set.text("pattern") {
            self.add(format!("Must match `{pattern}`."), [pattern]);
        }
        if let Some(Value::List(allowed)) = set.value("in") {
            let allowed: Vec<String> = allowed
                .iter()
                .filter_map(|value| Some(value.as_str()?.to_owned()))
                .collect();
            let quoted = |value: &String| {
                if value.is_empty() {
                    "empty".to_owned()
                } else {
                    format!("`{value}`")
                }
            };
            let list = allowed.iter().map(quoted).collect::<Vec<_>>().join(", ");
            self.add(format!("One of {list}."), allowed);
        }
        if set.flag("email") {
            self.add("An email address.".to_owned(), ["mail".to_owned()]);
        }
        if set.flag("uri") {
            self.add("An absolute URI.".to_owned(), ["ur".to_owned()]);
        }
    }

    fn add_bounds(&mut self, set: &RuleSet<'_>, rule: &str) {
        for (name, words) in [
            ("gt", "More than"),
            ("gte", "At least"),
            ("lt", "Less than"),
            ("lte", "At most"),
        ] {
            if let Some(bound) = set.value(name).as_ref().and_then(number) {
                // This bound restricts nothing: an unsigned number is never less than 0.
                if rule == "uint32" && name == "gte" && bound == "0" {
                    continue;
                }
                self.add(format!("{words} {bound}."), [bound]);
            }
        }
    }

    fn add_range(&mut self, min: Option<u64>, max: Option<u64>, unit: &str) {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let min = min.filter(|&min| min > 0);
        let (text, keywords) = match (min, max) {
            (None, None) => return,
            (Some(min), None) => (format!("At least {min} {unit}{}.", plural(min)), vec![min]),
            (None, Some(max)) => (format!("At most {max} {unit}{}.", plural(max)), vec![max]),
            (Some(min), Some(max)) => (format!("{min} to {max} {unit}{}.", plural(max)), vec![max]),
        };
        self.add(
            text,
            keywords.into_iter().map(|keyword| keyword.to_string()),
        );
    }
}

impl RuleSet<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let field = self.0.descriptor().get_field_by_name(name)?;
        self.0
            .has_field(&field)
            .then(|| self.0.get_field(&field).into_owned())
    }

    fn child(&self, name: &str) -> Option<DynamicMessage> {
        self.value(name)?.as_message().cloned()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_str().map(str::to_owned)
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_u64()
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name)
            .and_then(|value| value.as_bool())
            .unwrap_or(false)
    }
}

/// Returns the name of the rule with the bounds of a type. Some fields of the API have a rule of
/// another type, which has no effect.
fn bounds_of(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Int32 => Some("int32"),
        Kind::Uint32 => Some("uint32"),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Int32Value" => Some("int32"),
            "google.protobuf.UInt32Value" => Some("uint32"),
            "google.protobuf.Duration" => Some("duration"),
            _ => None,
        },
        _ => None,
    }
}

/// Formats a bound: a number, or a duration in seconds.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::I32(number) => Some(number.to_string()),
        Value::U32(number) => Some(number.to_string()),
        Value::Message(duration) => {
            let seconds = duration.get_field_by_name("seconds")?.as_i64()?;
            Some(format!("{seconds} s"))
        }
        _ => None,
    }
}

/// Returns `true` if the text contains a length, such as `64 characters` or `64 letters and
/// digits`.
fn contains_length(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        pair[0].bytes().all(|letter| letter.is_ascii_digit())
            && ["character", "letter", "lower-case"]
                .iter()
                .any(|unit| pair[1].starts_with(unit))
    })
}

/// Returns `true` if the text contains the keyword. A number must match completely: 255 does not
/// contain 25.
fn contains(text: &str, keyword: &str) -> bool {
    if !keyword.starts_with(|first: char| first.is_ascii_digit()) {
        return text.contains(keyword);
    }
    let number = keyword.trim_end_matches(" s");
    text.split(|letter: char| !letter.is_ascii_digit())
        .any(|found| found == number)
}
