//! The texts of recipes: templates over the time, the keys and what has been made so far.

use std::collections::BTreeMap;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::Keys;

type Filtered = Result<Value, Error>;

pub(super) struct Templates(Environment<'static>);

/// What a recipe has made so far, by name.
pub(super) type Made = BTreeMap<&'static str, Value>;

impl Templates {
    pub(super) fn new(keys: &Keys, now: u64, url: &str) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
        environment.add_global("now", now);
        environment.add_global("url", url);
        environment.add_global("jwks", keys.jwks()?);
        environment.add_global("keys", keys.public_forms()?);
        environment.add_filter("b64", |value: &Value| {
            Ok::<_, Error>(URL_SAFE_NO_PAD.encode(bytes(value)?))
        });
        environment.add_filter("b64std", |value: &Value| {
            Ok::<_, Error>(STANDARD.encode(bytes(value)?))
        });
        environment.add_filter("hex", |value: &Value| {
            Ok::<_, Error>(
                bytes(value)?
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<String>(),
            )
        });
        environment.add_filter("unhex", |text: &str| unhex(text).map(Value::from_bytes));
        environment.add_filter("before", |value: &Value, more: &str| -> Filtered {
            Ok(Value::from_bytes([unhex(more)?, bytes(value)?].concat()))
        });
        environment.add_filter("after", |value: &Value, more: &str| -> Filtered {
            Ok(Value::from_bytes([bytes(value)?, unhex(more)?].concat()))
        });
        environment.add_filter("flip", flip);
        environment.add_filter("padded", padded);
        environment.add_filter("loose", loose);
        environment.add_filter("swapped", swapped);
        environment.add_filter("swapcase", swapcase);
        environment.add_filter("starts_with_zero", starts_with_zero);
        Ok(Self(environment))
    }

    /// Fills in a template. One that is a single expression may give bytes.
    pub(super) fn bytes(&self, template: &str, made: &Made) -> Result<Vec<u8>> {
        let single = template
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"))
            .filter(|inner| !inner.contains("}}"));
        Ok(match single {
            Some(expression) => bytes(&self.0.compile_expression(expression)?.eval(made)?)?,
            None => self.0.render_str(template, made)?.into_bytes(),
        })
    }

    pub(super) fn text(&self, template: &str, made: &Made) -> Result<String> {
        Ok(String::from_utf8(self.bytes(template, made)?)?)
    }

    /// For what is not meant to be UTF-8: each character stands for the byte of its number.
    pub(super) fn latin1(&self, template: &str, made: &Made) -> Result<Vec<u8>> {
        let text = self.text(template, made)?;
        text.chars()
            .map(|character| Ok(u8::try_from(u32::from(character))?))
            .collect()
    }
}

/// Text if it can be, so that filters for text work.
pub(super) fn value(bytes: Vec<u8>) -> Value {
    String::from_utf8(bytes).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from)
}

fn bytes(value: &Value) -> Result<Vec<u8>, Error> {
    Ok(match (value.as_str(), value.as_bytes()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(bytes)) => bytes.to_vec(),
        (None, None) => value.to_string().into_bytes(),
    })
}

/// The case would not be what its name says.
fn vacuous(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

fn unhex(text: &str) -> Result<Vec<u8>, Error> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits
        .filter(|digits| digits.len().is_multiple_of(2))
        .ok_or_else(|| vacuous("not hex"))?;
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

/// Changes the bit of that number, counted from the front.
fn flip(value: &Value, bit: usize) -> Filtered {
    let mut bytes = bytes(value)?;
    let byte = bytes.get_mut(bit / 8).ok_or_else(|| vacuous("no such bit"))?;
    *byte ^= 0x80 >> (bit % 8);
    Ok(Value::from_bytes(bytes))
}

fn padded(text: &str) -> Result<String, Error> {
    match text.len() % 4 {
        0 => Err(vacuous("needs no padding")),
        rest => Ok(format!("{text}{}", "=".repeat(4 - rest))),
    }
}

/// Sets a bit of the last letter that decoders drop.
fn loose(text: &str) -> Result<String, Error> {
    let bare = text.trim_end_matches('=');
    let last = bare.chars().next_back().filter(|_| !bare.len().is_multiple_of(4));
    let last = last.ok_or_else(|| vacuous("has no bits to spare"))?;
    // In both alphabets, a letter whose last bits are zero has a neighbour that differs in those bits only.
    let next = char::from(u8::try_from(last).map_err(|_| vacuous("not base64"))? + 1);
    Ok(format!(
        "{}{next}{}",
        &bare[..bare.len() - 1],
        &text[bare.len()..]
    ))
}

/// From one alphabet of base64 to the other.
fn swapped(text: &str) -> Result<String, Error> {
    let other = text
        .chars()
        .map(|letter| match letter {
            '-' => '+',
            '_' => '/',
            '+' => '-',
            '/' => '_',
            same => same,
        })
        .collect();
    if other == text {
        Err(vacuous("is the same in both alphabets"))
    } else {
        Ok(other)
    }
}

fn swapcase(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

fn starts_with_zero(value: &Value) -> Filtered {
    match value.as_bytes() {
        Some([0, ..]) => Ok(value.clone()),
        _ => Err(vacuous("does not begin with zero")),
    }
}
