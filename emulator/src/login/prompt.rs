//! The parameters `prompt` and `max_age` (OpenID Connect Core 1.0, section 3.1.2.1; Initiating User
//! Registration via OpenID Connect 1.0 for `create`).

use crate::http::Pairs;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Show no page.
    pub(super) none: bool,
    /// Require a new login.
    pub(super) login: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
    /// Show the sign-up page.
    pub(super) create: bool,
    /// Maximum age of the login, in seconds.
    pub(super) max_age: Option<i64>,
}

impl Prompt {
    /// Parses the parameters. If `lenient` is set, unknown prompts are ignored.
    ///
    /// # Errors
    /// Returns the error description.
    pub(super) fn parse(parameters: &Pairs, lenient: bool) -> Result<Self, String> {
        let mut prompt = Self::default();
        let words: Vec<&str> = (parameters.get("prompt").unwrap_or_default())
            .split_whitespace()
            .collect();
        for word in &words {
            match *word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ if lenient => {}
                other => return Err(format!("prompt {other:?} is not supported")),
            }
        }
        if prompt.none && words.len() > 1 {
            return Err("prompt=none cannot be combined with other prompts".to_owned());
        }
        if let Some(text) = parameters.get("max_age") {
            let seconds: Option<i64> = text.parse().ok().filter(|seconds| *seconds >= 0);
            prompt.max_age = Some(seconds.ok_or("max_age must be a number of seconds")?);
            // Also applies to a login in the same second.
            prompt.login |= prompt.max_age == Some(0);
        }
        Ok(prompt)
    }

    /// Returns `true` if a login at `auth_time` is recent enough.
    pub(super) fn accepts(self, auth_time: i64, now: i64) -> bool {
        !self.login
            && self
                .max_age
                .is_none_or(|age| now <= auth_time.saturating_add(age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Result<Prompt, String> {
        Prompt::parse(&Pairs::parse(query.as_bytes()), false)
    }

    #[test]
    fn prompts_are_words_and_none_cannot_be_combined() {
        let both = parsed("prompt=login+consent").unwrap();
        assert!(both.login && both.consent && !both.none);
        assert!(parsed("prompt=none").unwrap().none);
        for wrong in [
            "prompt=none+login",
            "prompt=maybe",
            "max_age=soon",
            "max_age=-1",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        let lenient = Prompt::parse(&Pairs::parse(b"prompt=maybe"), true);
        assert_eq!(lenient, Ok(Prompt::default()));
    }

    #[test]
    fn a_login_is_accepted_until_max_age() {
        let prompt = parsed("max_age=60").unwrap();
        assert!(prompt.accepts(1000, 1060) && !prompt.accepts(1000, 1061));
        assert!(parsed("").unwrap().accepts(0, 1_000_000));
        assert!(!parsed("prompt=login").unwrap().accepts(1000, 1000));
    }
}
