//! `google.protobuf.FieldMask`.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::json;

/// The fields that an update changes; fields outside of it keep their value whatever the request
/// says.
///
/// ```
/// let mask = scalekit::types::FieldMask::from(["display_name", "metadata"]);
/// assert_eq!(serde_json::to_value(&mask).unwrap(), "displayName,metadata");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMask {
    /// Names of fields as in the schema (snake_case), with dots into messages: `settings.features`.
    pub paths: Vec<String>,
}

impl<T: Into<String>, const N: usize> From<[T; N]> for FieldMask {
    fn from(paths: [T; N]) -> Self {
        paths.into_iter().collect()
    }
}

impl<T: Into<String>> FromIterator<T> for FieldMask {
    fn from_iter<I: IntoIterator<Item = T>>(paths: I) -> Self {
        FieldMask {
            paths: paths.into_iter().map(Into::into).collect(),
        }
    }
}

/// Written as one string with the paths in camelCase, separated by commas.
impl Serialize for FieldMask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let paths: Vec<String> = self.paths.iter().map(|path| camel_case(path)).collect();
        serializer.serialize_str(&paths.join(","))
    }
}

impl<'de> Deserialize<'de> for FieldMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parsed("a field mask", deserializer, |text| {
            let paths = text.split(',').map(str::trim).filter(|path| !path.is_empty());
            Some(paths.map(snake_case).collect())
        })
    }
}

fn camel_case(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.next_if(|next| letter == '_' && next.is_ascii_lowercase()) {
            Some(next) => camel.push(next.to_ascii_uppercase()),
            None => camel.push(letter),
        }
    }
    camel
}

fn snake_case(path: &str) -> String {
    let mut snake = String::with_capacity(path.len() + 4);
    for letter in path.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
