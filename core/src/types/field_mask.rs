//! `google.protobuf.FieldMask`.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::json;
use crate::case::{camel_case, snake_case};

/// The fields that an update changes. Other fields keep their value, even if the request sets them.
///
/// ```
/// let mask = scalekit::types::FieldMask::from(["display_name", "metadata"]);
/// assert_eq!(serde_json::to_value(&mask).unwrap(), "displayName,metadata");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMask {
    /// Field names in snake_case. A dot leads into a message: `settings.features`.
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

/// Serializes as one string of comma-separated camelCase paths.
impl Serialize for FieldMask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let paths: Vec<String> = self.paths.iter().map(|path| camel_case(path)).collect();
        serializer.serialize_str(&paths.join(","))
    }
}

impl<'de> Deserialize<'de> for FieldMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parsed("a field mask", deserializer, |text| {
            let paths = text
                .split(',')
                .map(str::trim)
                .filter(|path| !path.is_empty());
            Some(paths.map(|path| snake_case(path).into_owned()).collect())
        })
    }
}
