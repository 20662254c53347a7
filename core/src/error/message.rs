//! Error messages that mention options and arguments by name.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

/// An error message. It records the names that it mentions, so that language bindings can write
/// them as their language does.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Message {
    text: String,
    /// The names with their positions in `text`, in their order.
    names: Vec<(usize, Cow<'static, str>)>,
}

impl Message {
    /// A message that starts with the name of an option or argument.
    pub fn about(name: impl Into<Cow<'static, str>>) -> Self {
        Self::default().name(name)
    }

    /// Appends the name of an option or argument.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        let position = self.text.len();
        self.text.push_str(&name);
        self.names.push((position, name));
        self
    }

    /// Appends text.
    #[must_use]
    pub fn text(mut self, text: impl Display) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{text}");
        self
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn first_name(&self) -> Option<&str> {
        self.names.first().map(|(_, name)| &**name)
    }

    /// Changes the text in place. Names that it moves or removes are no longer recorded.
    #[cfg(feature = "client")]
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut String)) {
        edit(&mut self.text);
        let text = &self.text;
        self.names.retain(|(position, name)| {
            text.get(*position..)
                .is_some_and(|rest| rest.starts_with(&**name))
        });
    }

    #[cfg(feature = "client")]
    pub(super) fn prepend(&mut self, prefix: &str) {
        self.text.insert_str(0, prefix);
        for (position, _) in &mut self.names {
            *position += prefix.len();
        }
    }

    /// Returns the text with `spell` applied to each name.
    pub(super) fn spelled<'n>(&'n self, spell: impl Fn(&'n str) -> Cow<'n, str>) -> String {
        let mut spelled = String::with_capacity(self.text.len());
        let mut end = 0;
        for (position, name) in &self.names {
            spelled.push_str(&self.text[end..*position]);
            spelled.push_str(&spell(name));
            end = position + name.len();
        }
        spelled.push_str(&self.text[end..]);
        spelled
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self {
            text,
            names: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shouted(message: &Message) -> String {
        message.spelled(|name| name.to_uppercase().into())
    }

    fn example() -> Message {
        Message::about("env_url")
            .text(" \"http://a\": use https, or set ")
            .name("allow_http")
    }

    #[test]
    fn names_are_spelled_in_place() {
        let message = example();
        assert_eq!(
            message.as_str(),
            "env_url \"http://a\": use https, or set allow_http"
        );
        assert_eq!(message.first_name(), Some("env_url"));
        assert_eq!(
            shouted(&message),
            "ENV_URL \"http://a\": use https, or set ALLOW_HTTP"
        );
        assert_eq!(
            shouted(&Message::from("env_url as text")),
            "env_url as text"
        );
    }

    #[cfg(feature = "client")]
    #[test]
    fn changes_of_the_text_keep_the_names_that_are_still_there() {
        let mut message = example();
        message.prepend("no token: ");
        assert_eq!(
            shouted(&message),
            "no token: ENV_URL \"http://a\": use https, or set ALLOW_HTTP"
        );
        message.edit(|text| *text = text.replace("http://a", "[redacted]"));
        assert_eq!(
            shouted(&message),
            "no token: ENV_URL \"[redacted]\": use https, or set allow_http"
        );
        message.edit(|text| text.truncate(12));
        assert_eq!(shouted(&message), "no token: en");
    }
}
