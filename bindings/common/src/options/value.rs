//! Values of dynamically typed languages.

use std::borrow::Cow;
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

use scalekit::{Error, Message};

use super::{Certificates, LONGEST};
use crate::language::{Language, Unit};

/// A value that a user passed.
#[derive(Clone, Debug)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// The language's name of its type, for error messages. They do not contain texts, which may be
    /// secrets.
    pub type_name: Cow<'static, str>,
}

impl Given {
    /// A value and the name of its type.
    pub fn new(value: Value, type_name: impl Into<Cow<'static, str>>) -> Self {
        let type_name = type_name.into();
        Self { value, type_name }
    }
}

/// A value of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value, where the language has one for it.
    Null,
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// A list of strings.
    Texts(Vec<String>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// The path of a file.
    Path(PathBuf),
    /// A value with a problem that only the language has. The text continues the option's name.
    Invalid(&'static str),
    /// A value of a type that no option has.
    Other,
}

/// The type of an option.
pub(super) enum Kind {
    RequiredText,
    Text,
    Texts,
    Flag,
    Time { zero: bool },
    Count { least: usize, most: usize },
    Certificates,
}

/// A value for an option.
pub(super) struct Input<'a> {
    pub(super) field: &'static str,
    pub(super) kind: &'a Kind,
    pub(super) language: &'a Language,
    pub(super) given: Given,
}

impl Input<'_> {
    pub(super) fn required_text(mut self) -> Result<String, Error> {
        match &mut self.given.value {
            Value::Text(text) if text.is_empty() => Err(self.error("must not be empty")),
            Value::Text(text) => Ok(mem::take(text)),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn text(mut self) -> Result<Option<String>, Error> {
        if self.is_missing() {
            return Ok(None);
        }
        match &mut self.given.value {
            Value::Text(text) => Ok(Some(mem::take(text))),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn texts(mut self) -> Result<Option<Vec<String>>, Error> {
        let missing = self.is_missing();
        match &mut self.given.value {
            Value::Null => Ok(None),
            Value::Text(text) if missing && text.is_empty() => Ok(None),
            Value::Text(text) => Ok(Some(vec![mem::take(text)])),
            Value::Texts(texts) => Ok(Some(mem::take(texts))),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn flag(self) -> Result<bool, Error> {
        match self.given.value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.mismatch()),
        }
    }

    pub(super) fn count(self) -> Result<usize, Error> {
        let Kind::Count { least, most } = *self.kind else {
            return Err(self.mismatch());
        };
        match self.given.value {
            Value::Integer(number) => usize::try_from(number).ok(),
            _ => None,
        }
        .filter(|count| (least..=most).contains(count))
        .ok_or_else(|| self.mismatch())
    }

    /// Returns a time within the limits of the option.
    pub(super) fn time(self) -> Result<Duration, Error> {
        let time = self.any_time()?;
        check_time(self.language, self.field, self.kind, time)?;
        Ok(time)
    }

    /// Returns a time whose limits are checked later.
    pub(super) fn any_time(&self) -> Result<Duration, Error> {
        let unit = self.language.unit(self.field);
        let number = match self.given.value {
            Value::Integer(number) => number as f64,
            Value::Number(number) if unit != Unit::WholeMilliseconds => number,
            _ => return Err(self.mismatch()),
        };
        Duration::try_from_secs_f64(number / unit.per_second()).map_err(|_| self.mismatch())
    }

    pub(super) fn certificates(self) -> Result<Option<Certificates>, Error> {
        match &self.given.value {
            Value::Null => Ok(None),
            Value::Bytes(pem) => Ok(Some(Certificates::Pem(pem.clone()))),
            Value::Path(path) => Ok(Some(Certificates::File(path.clone()))),
            Value::Text(text) if text.is_empty() => Err(self.error("must not be empty")),
            Value::Text(text) => Ok(Some(text.clone().into())),
            _ => Err(self.mismatch()),
        }
    }

    fn is_missing(&self) -> bool {
        let falsy = match &self.given.value {
            Value::Null => return true,
            Value::Flag(flag) => !flag,
            Value::Integer(number) => *number == 0,
            Value::Number(number) => number.is_nan(),
            Value::Text(text) => text.is_empty(),
            _ => false,
        };
        falsy && self.language.falsy_is_missing
    }

    /// An error with the expected type, and the given number or type.
    fn mismatch(&self) -> Error {
        let numeric = matches!(self.kind, Kind::Time { .. } | Kind::Count { .. });
        let given = match &self.given.value {
            Value::Integer(number) if numeric => number.to_string(),
            Value::Number(number) if numeric => format!("{number:?}"),
            Value::Invalid(problem) => return self.error(problem),
            _ => self.given.type_name.to_string(),
        };
        mismatch(self.language, self.field, self.kind, &given)
    }

    fn error(&self, problem: &str) -> Error {
        Error::config(Message::about(self.field).text(format_args!(" {problem}")))
    }
}

/// Checks the limits of a time.
pub(super) fn check_time(
    language: &Language,
    field: &'static str,
    kind: &Kind,
    time: Duration,
) -> Result<(), Error> {
    let zero = matches!(kind, Kind::Time { zero: true });
    if time > LONGEST || (time.is_zero() && !zero) {
        let number = time.as_secs_f64() * language.unit(field).per_second();
        return Err(mismatch(language, field, kind, &number.to_string()));
    }
    Ok(())
}

/// An error with the expected and the given value or type.
pub(super) fn mismatch(
    language: &Language,
    field: &'static str,
    kind: &Kind,
    given: &str,
) -> Error {
    let words = &language.words;
    let expected = match *kind {
        Kind::RequiredText | Kind::Text => words.text.to_owned(),
        Kind::Texts => words.texts.to_owned(),
        Kind::Flag => words.flag.to_owned(),
        Kind::Certificates => words.certificates.to_owned(),
        Kind::Count { least, most } => format!("{} from {least} to {most}", words.whole),
        Kind::Time { zero: true } => {
            format!(
                "{} of {}, 0 or more",
                words.number,
                language.unit(field).name()
            )
        }
        Kind::Time { zero: false } => {
            format!("{} of {}", words.positive, language.unit(field).name())
        }
    };
    let problem = format!(" must be {expected}, not {given}");
    Error::config(Message::about(field).text(problem))
}
