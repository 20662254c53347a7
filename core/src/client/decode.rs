//! Decoding of responses: the whole message, one of its fields, or a page.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Deserializer as JsonDeserializer, Error};

use super::pages::Page;
use crate::case::snake_case;
use crate::types::json::{self, Json};

/// Decodes the response of an operation.
pub(crate) struct Decoder<T> {
    /// The field of the response that contains the value; empty for the whole response.
    field: &'static str,
    decode: fn(&[u8], &'static str) -> Result<T, Error>,
}

impl<T> Clone for Decoder<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Decoder<T> {}

impl<T> Decoder<T> {
    pub(super) fn decode(&self, body: &[u8]) -> Result<T, Error> {
        (self.decode)(body, self.field)
    }
}

impl Decoder<()> {
    /// Ignores the response.
    pub(crate) const fn nothing() -> Self {
        Self {
            field: "",
            decode: |_, _| Ok(()),
        }
    }
}

impl<T: DeserializeOwned> Decoder<T> {
    /// The whole response.
    pub(crate) const fn whole() -> Self {
        Self {
            field: "",
            decode: |body, _| serde_json::from_slice(body),
        }
    }

    /// A field that every response has.
    pub(crate) const fn field(field: &'static str) -> Self {
        Self {
            field,
            decode: |body, field| {
                let missing = || {
                    serde::de::Error::custom(format_args!("the response has no field `{field}`"))
                };
                of_field(body, field, Plain(PhantomData))?.ok_or_else(missing)
            },
        }
    }
}

impl<T: DeserializeOwned + Default> Decoder<T> {
    /// A field that has its default value if it is not in the response.
    pub(crate) const fn or_default(field: &'static str) -> Self {
        Self {
            field,
            decode: |body, field| Ok(of_field(body, field, Plain(PhantomData))?.unwrap_or_default()),
        }
    }
}

impl<T: Json + Default> Decoder<T> {
    /// A field whose proto3 JSON form differs from serde's.
    pub(crate) const fn json(field: &'static str) -> Self {
        Self {
            field,
            decode: |body, field| {
                Ok(of_field(body, field, ProtoJson(PhantomData))?.unwrap_or_default())
            },
        }
    }
}

impl<T: DeserializeOwned> Decoder<Page<T>> {
    /// A page of the items in `field`.
    pub(crate) const fn page(field: &'static str) -> Self {
        Self {
            field,
            decode: |body, field| {
                let mut input = JsonDeserializer::from_slice(body);
                let page = input.deserialize_map(PageVisitor {
                    field,
                    items: PhantomData,
                })?;
                input.end()?;
                Ok(page)
            },
        }
    }
}

/// Deserializes the value of a field. `null` counts as missing.
trait Value: Copy {
    type Output;
    fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Self::Output>, A::Error>;
}

struct Plain<T>(PhantomData<T>);
struct ProtoJson<T>(PhantomData<T>);

impl<T> Clone for Plain<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Plain<T> {}

impl<T> Clone for ProtoJson<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ProtoJson<T> {}

impl<T: DeserializeOwned> Value for Plain<T> {
    type Output = T;

    fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<T>, A::Error> {
        map.next_value()
    }
}

impl<T: Json + Default> Value for ProtoJson<T> {
    type Output = T;

    fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<T>, A::Error> {
        map.next_value_seed(self).map(Some)
    }
}

impl<'de, T: Json + Default> DeserializeSeed<'de> for ProtoJson<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        json::deserialize(deserializer)
    }
}

fn of_field<V: Value>(
    body: &[u8],
    field: &'static str,
    value: V,
) -> Result<Option<V::Output>, Error> {
    let mut input = JsonDeserializer::from_slice(body);
    let found = input.deserialize_map(FieldVisitor { field, value })?;
    input.end()?;
    Ok(found)
}

/// Returns `true` for the name of a field, in snake_case or camelCase.
fn is_named(key: &str, field: &str) -> bool {
    key == field || snake_case(key) == field
}

struct FieldVisitor<V> {
    field: &'static str,
    value: V,
}

impl<'de, V: Value> Visitor<'de> for FieldVisitor<V> {
    type Value = Option<V::Output>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if is_named(&key, self.field) {
                found = self.value.read(&mut map)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

struct PageVisitor<T> {
    field: &'static str,
    items: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
        let mut page = Page::default();
        while let Some(key) = map.next_key::<String>()? {
            match snake_case(&key).as_ref() {
                _ if is_named(&key, self.field) => {
                    page.items = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                "next_page_token" => {
                    let token = map.next_value::<Option<String>>()?;
                    page.next_page_token = token.filter(|token| !token.is_empty());
                }
                "total_size" | "total_count" => {
                    page.total_size = map.next_value_seed(ProtoJson::<Option<u32>>(PhantomData))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    #[test]
    fn a_field_is_found_in_both_spellings() {
        let decoder = Decoder::<String>::field("portal_link");
        for body in [
            r#"{"other": {"portal_link": 1}, "portal_link": "a"}"#,
            r#"{"portalLink": "a"}"#,
        ] {
            assert_eq!(decoder.decode(body.as_bytes()).unwrap(), "a");
        }
    }

    #[test]
    fn a_missing_field_is_an_error_or_the_default() {
        for body in [&b"{}"[..], br#"{"link": null}"#] {
            let error = Decoder::<String>::field("link").decode(body).unwrap_err();
            assert_eq!(error.to_string(), "the response has no field `link`");
            let list = Decoder::<Vec<String>>::or_default("link").decode(body);
            assert_eq!(list.unwrap(), Vec::<String>::new());
            assert_eq!(Decoder::<i64>::json("link").decode(body).unwrap(), 0);
        }
        assert_eq!(
            Decoder::<i64>::json("count")
                .decode(br#"{"count": "7"}"#)
                .unwrap(),
            7
        );
    }

    #[test]
    fn invalid_json_is_an_error() {
        for body in [&b"[]"[..], b"{", br#"{"link": "a"} x"#, br#"{"link": 1}"#] {
            assert!(Decoder::<String>::field("link").decode(body).is_err());
        }
        assert!(
            Decoder::<super::Page<u32>>::page("items")
                .decode(b"[1]")
                .is_err()
        );
    }

    #[test]
    fn a_page_has_items_token_and_size() {
        let decoder = Decoder::<super::Page<u32>>::page("items");
        let page = decoder
            .decode(br#"{"items": [1, 2], "nextPageToken": "b", "total_size": "3", "x": {}}"#)
            .unwrap();
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next_page_token.as_deref(), Some("b"));
        assert_eq!(page.total_size, Some(3));
        let last = decoder
            .decode(br#"{"items": null, "next_page_token": ""}"#)
            .unwrap();
        assert_eq!(last, super::Page::default());
    }
}
