//! Renders the templates in recipes. They can use the time, the keys and the values that the recipe
//! has produced.

use std::collections::BTreeMap;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::Keys;

type Filtered = Result<Value, Error>;

pub(super) struct Templates(Environment<'static>);

/// The values that a recipe has produced so far, by name.
pub(super) type Variables = BTreeMap<&'static str, Value>;

impl Templates {
    pub(super) fn new(keys: &Keys, now: u64, url: &str) -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder()
                .keep_trailing_newline(true)
                .build()?,
        );
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
        environment.add_filter("prepend", |value: &Value, hex: &str| -> Filtered {
            Ok(Value::from_bytes([unhex(hex)?, bytes(value)?].concat()))
        });
        environment.add_filter("append", |value: &Value, hex: &str| -> Filtered {
            Ok(Value::from_bytes([bytes(value)?, unhex(hex)?].concat()))
        });
        environment.add_filter("flip", flip);
        environment.add_filter("padded", padded);
        environment.add_filter("noncanonical", noncanonical);
        environment.add_filter("other_alphabet", other_alphabet);
        environment.add_filter("swapcase", swapcase);
        environment.add_filter("starts_with_zero", starts_with_zero);
        Ok(Self(environment))
    }

    /// Renders a template. The result may be bytes if the template is a single expression.
    pub(super) fn bytes(&self, template: &str, variables: &Variables) -> Result<Vec<u8>> {
        let single = template
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"))
            .filter(|inner| !inner.contains("}}"));
        Ok(match single {
            Some(expression) => bytes(&self.0.compile_expression(expression)?.eval(variables)?)?,
            None => self.0.render_str(template, variables)?.into_bytes(),
        })
    }

    pub(super) fn text(&self, template: &str, variables: &Variables) -> Result<String> {
        Ok(String::from_utf8(self.bytes(template, variables)?)?)
    }

    /// Renders a template as Latin-1: each character becomes one byte. For content that must not be
    /// UTF-8.
    pub(super) fn latin1(&self, template: &str, variables: &Variables) -> Result<Vec<u8>> {
        let text = self.text(template, variables)?;
        text.chars()
            .map(|character| Ok(u8::try_from(u32::from(character))?))
            .collect()
    }
}

/// Converts bytes to a text value if they are UTF-8, so that the filters for text accept it.
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

/// Returns an error for a filter without effect. The case would not test what its name says.
fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

fn unhex(text: &str) -> Result<Vec<u8>, Error> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits
        .filter(|digits| digits.len().is_multiple_of(2))
        .ok_or_else(|| invalid("not hex"))?;
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

/// Inverts a bit. Bit 0 is the most significant bit of the first byte.
fn flip(value: &Value, bit: usize) -> Filtered {
    let mut bytes = bytes(value)?;
    let byte = bytes
        .get_mut(bit / 8)
        .ok_or_else(|| invalid("the bit does not exist"))?;
    *byte ^= 0x80 >> (bit % 8);
    Ok(Value::from_bytes(bytes))
}

fn padded(text: &str) -> Result<String, Error> {
    match text.len() % 4 {
        0 => Err(invalid("the text needs no padding")),
        rest => Ok(format!("{text}{}", "=".repeat(4 - rest))),
    }
}

/// Sets an unused trailing bit of base64. Lenient decoders ignore these bits.
fn noncanonical(text: &str) -> Result<String, Error> {
    let unpadded = text.trim_end_matches('=');
    let last = unpadded
        .chars()
        .next_back()
        .filter(|_| !unpadded.len().is_multiple_of(4));
    let last = last.ok_or_else(|| invalid("the text has no unused bits"))?;
    // In both alphabets, if the last bits of a character are zero, the next character differs only
    // in these bits.
    let next = char::from(u8::try_from(last).map_err(|_| invalid("not base64"))? + 1);
    Ok(format!(
        "{}{next}{}",
        &unpadded[..unpadded.len() - 1],
        &text[unpadded.len()..]
    ))
}

/// Converts between the two alphabets of base64.
fn other_alphabet(text: &str) -> Result<String, Error> {
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
        Err(invalid("the text is the same in both alphabets"))
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
        _ => Err(invalid("the value does not begin with zero")),
    }
}
