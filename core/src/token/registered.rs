//! The claims that decide, read in one pass that also makes sure that all the others can be read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The claims that are checked, as they stand in the token. A name that comes twice is an error.
#[derive(Debug, Default)]
pub(crate) struct Registered<'p> {
    pub(crate) exp: Option<&'p RawValue>,
    pub(crate) nbf: Option<&'p RawValue>,
    pub(crate) iat: Option<&'p RawValue>,
    pub(crate) iss: Option<Texts<'p>>,
    pub(crate) aud: Option<Texts<'p>>,
    pub(crate) scopes: Option<Texts<'p>>,
    pub(crate) scope: Option<Texts<'p>>,
}

/// A claim that may be a text or a list of texts.
#[derive(Debug, PartialEq)]
pub(crate) enum Texts<'p> {
    One(Cow<'p, str>),
    Many(Vec<Cow<'p, str>>),
    /// Neither, so a check on it fails.
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
        while let Some(Text(name)) = members.next_key()? {
            match &*name {
                "exp" => once(&mut claims.exp, &mut members)?,
                "nbf" => once(&mut claims.nbf, &mut members)?,
                "iat" => once(&mut claims.iat, &mut members)?,
                "iss" => once(&mut claims.iss, &mut members)?,
                "aud" => once(&mut claims.aud, &mut members)?,
                "scopes" => once(&mut claims.scopes, &mut members)?,
                "scope" => once(&mut claims.scope, &mut members)?,
                _ => members.next_value::<Sound>().map(drop)?,
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
        return Err(A::Error::custom("a claim that is checked comes twice"));
    }
    Ok(())
}

struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Texts::deserialize(deserializer)? {
            Texts::One(text) => Ok(Self(text)),
            Texts::Many(_) | Texts::Other => Err(D::Error::custom("no text")),
        }
    }
}

impl<'de> Deserialize<'de> for Texts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyTexts)
    }
}

struct AnyTexts;

impl<'de> Visitor<'de> for AnyTexts {
    type Value = Texts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Texts::One(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Texts::One(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut texts = Some(Vec::new());
        while let Some(item) = items.next_element()? {
            match (item, &mut texts) {
                (Texts::One(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Texts::Other, Texts::Many))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        AnySound.visit_map(members).map(|Sound| Texts::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Texts::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Texts::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Texts::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Texts::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Texts::Other)
    }
}

/// A value that any reader of JSON can read: Unicode text, numbers within range, not nested too deeply. What serde merely
/// skips may be otherwise, and then a token would count as valid whose claims nobody can read.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnySound)
    }
}

struct AnySound;

impl<'de> Visitor<'de> for AnySound {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sound, A::Error> {
        while items.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Sound, A::Error> {
        while members.next_entry::<Sound, Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_str<E>(self, _: &str) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_unit<E>(self) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Sound, E> {
        Ok(Sound)
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
    fn each_shape_is_told_apart() {
        let claims =
            read(r#"{"iss":"a\u0062","aud":["x","y"],"scope":5,"scopes":["x",5],"exp":1e3,"z":{"iss":1}}"#)
                .unwrap();
        assert_eq!(claims.iss, Some(Texts::One("ab".into())));
        assert_eq!(claims.aud, Some(Texts::Many(vec!["x".into(), "y".into()])));
        assert_eq!(
            (claims.scope, claims.scopes),
            (Some(Texts::Other), Some(Texts::Other))
        );
        assert_eq!(
            (claims.exp.map(RawValue::get), claims.nbf.is_none()),
            (Some("1e3"), true)
        );
    }

    #[test]
    fn what_no_reader_takes_is_refused_wherever_it_stands() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for odd in [
            "\"\\ud800\"",
            "1e309",
            "-1e309",
            &"9".repeat(400),
            &deep,
            "[{\"\\udfff\":1}]",
        ] {
            for place in ["x", "iss", "aud", "scope", "scopes"] {
                assert!(
                    read(&format!("{{\"{place}\":{odd}}}")).is_none(),
                    "{place}: {odd}"
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
        fn what_is_accepted_can_be_read_whole(json in r#"\{("(iss|aud|x|\\u00e4|\\ud83d)":("\PC{0,3}"|-?[0-9]{1,3}(e[0-9]{1,3})?|null|\[("a"|1|\{\})?\]),?){0,3}\}"#) {
            if read(&json).is_some() {
                prop_assert!(serde_json::from_str::<Map<String, Value>>(&json).is_ok(), "{}", json);
            }
        }
    }
}
