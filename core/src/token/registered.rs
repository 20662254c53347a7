//! The checked claims, parsed in one pass that also validates all other claims.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The checked claims. A duplicate name is an error.
#[derive(Debug, Default)]
pub(crate) struct Registered<'p> {
    pub(crate) exp: Option<&'p RawValue>,
    pub(crate) nbf: Option<&'p RawValue>,
    pub(crate) iat: Option<&'p RawValue>,
    pub(crate) iss: Option<Strings<'p>>,
    pub(crate) aud: Option<Strings<'p>>,
    pub(crate) scopes: Option<Strings<'p>>,
    pub(crate) scope: Option<Strings<'p>>,
}

/// A claim that is a string or an array of strings.
#[derive(Debug, PartialEq)]
pub(crate) enum Strings<'p> {
    One(Cow<'p, str>),
    Many(Vec<Cow<'p, str>>),
    /// Any other value; a check of it fails.
    Other,
}

impl<'de> Deserialize<'de> for Registered<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Claims)
    }
}

struct Claims;

impl<'de> Visitor<'de> for Claims {
    type Value = Registered<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut claims = Registered::default();
        while let Some(Name(name)) = members.next_key()? {
            match &*name {
                "exp" => once(&mut claims.exp, &mut members)?,
                "nbf" => once(&mut claims.nbf, &mut members)?,
                "iat" => once(&mut claims.iat, &mut members)?,
                "iss" => once(&mut claims.iss, &mut members)?,
                "aud" => once(&mut claims.aud, &mut members)?,
                "scopes" => once(&mut claims.scopes, &mut members)?,
                "scope" => once(&mut claims.scope, &mut members)?,
                _ => members.next_value::<Valid>().map(drop)?,
            }
        }
        Ok(claims)
    }
}

fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    claim: &mut Option<T>,
    members: &mut A,
) -> Result<(), A::Error> {
    if claim.replace(members.next_value()?).is_some() {
        return Err(A::Error::custom("duplicate claim"));
    }
    Ok(())
}

/// A claim name.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Strings::deserialize(deserializer)? {
            Strings::One(text) => Ok(Self(text)),
            Strings::Many(_) | Strings::Other => Err(D::Error::custom("not a string")),
        }
    }
}

impl<'de> Deserialize<'de> for Strings<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyStrings)
    }
}

struct AnyStrings;

impl<'de> Visitor<'de> for AnyStrings {
    type Value = Strings<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Strings::One(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Strings::One(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut texts = Some(Vec::new());
        while let Some(item) = items.next_element()? {
            match (item, &mut texts) {
                (Strings::One(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Strings::Other, Strings::Many))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        AnyValid.visit_map(members).map(|Valid| Strings::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Strings::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Strings::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Strings::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Strings::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Strings::Other)
    }
}

/// A value that every JSON parser accepts: valid Unicode, numbers in range, limited nesting. Serde
/// checks less when it skips a value, and a valid token would then have claims that cannot be
/// parsed.
struct Valid;

impl<'de> Deserialize<'de> for Valid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValid)
    }
}

struct AnyValid;

impl<'de> Visitor<'de> for AnyValid {
    type Value = Valid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Valid, A::Error> {
        while items.next_element::<Valid>()?.is_some() {}
        Ok(Valid)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Valid, A::Error> {
        while members.next_entry::<Valid, Valid>()?.is_some() {}
        Ok(Valid)
    }

    fn visit_str<E>(self, _: &str) -> Result<Valid, E> {
        Ok(Valid)
    }

    fn visit_unit<E>(self) -> Result<Valid, E> {
        Ok(Valid)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Valid, E> {
        Ok(Valid)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Valid, E> {
        Ok(Valid)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Valid, E> {
        Ok(Valid)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Valid, E> {
        Ok(Valid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    fn read(json: &str) -> Option<Registered<'_>> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn strings_arrays_and_other_values_are_distinguished() {
        let claims =
            read(r#"{"iss":"a\u0062","aud":["x","y"],"scope":5,"scopes":["x",5],"exp":1e3,"z":{"iss":1}}"#)
                .unwrap();
        assert_eq!(claims.iss, Some(Strings::One("ab".into())));
        assert_eq!(
            claims.aud,
            Some(Strings::Many(vec!["x".into(), "y".into()]))
        );
        assert_eq!(
            (claims.scope, claims.scopes),
            (Some(Strings::Other), Some(Strings::Other))
        );
        assert_eq!(
            (claims.exp.map(RawValue::get), claims.nbf.is_none()),
            (Some("1e3"), true)
        );
    }

    #[test]
    fn values_that_parsers_reject_are_errors_in_any_claim() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for invalid in [
            "\"\\ud800\"",
            "1e309",
            "-1e309",
            &"9".repeat(400),
            &deep,
            "[{\"\\udfff\":1}]",
        ] {
            for place in ["x", "iss", "aud", "scope", "scopes"] {
                assert!(
                    read(&format!("{{\"{place}\":{invalid}}}")).is_none(),
                    "{place}: {invalid}"
                );
            }
        }
        for twice in ["{\"exp\":1,\"exp\":1}", "{\"aud\":[],\"\\u0061ud\":null}"] {
            assert!(read(twice).is_none(), "{twice}");
        }
        assert!(read("{\"sub\":1,\"sub\":2}").is_some());
    }

    proptest! {
        #[test]
        fn accepted_claims_parse_completely(json in r#"\{("(iss|aud|x|\\u00e4|\\ud83d)":("\PC{0,3}"|-?[0-9]{1,3}(e[0-9]{1,3})?|null|\[("a"|1|\{\})?\]),?){0,3}\}"#) {
            if read(&json).is_some() {
                prop_assert!(serde_json::from_str::<Map<String, Value>>(&json).is_ok(), "{}", json);
            }
        }
    }
}
