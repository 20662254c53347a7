//! `prompt` and `max_age`: what the user is to be asked, whatever is known already (OpenID Connect Core 1.0, section
//! 3.1.2.1; Initiating User Registration via OpenID Connect 1.0 for `create`).

use crate::http::Pairs;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// No page may be shown.
    pub(super) none: bool,
    /// The user has to log in again.
    pub(super) login: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
    /// The user wants to sign up.
    pub(super) create: bool,
    /// How many seconds ago the user may have logged in.
    pub(super) max_age: Option<i64>,
}

impl Prompt {
    /// # Errors
    /// What is wrong, in words. A lenient environment passes over prompts that it does not know.
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
                other => return Err(format!("there is no prompt {other:?}")),
            }
        }
        if prompt.none && words.len() > 1 {
            return Err("prompt=none stands alone".to_owned());
        }
        if let Some(text) = parameters.get("max_age") {
            let seconds: Option<i64> = text.parse().ok().filter(|seconds| *seconds >= 0);
            prompt.max_age = Some(seconds.ok_or("max_age is not a number of seconds")?);
            // However quick the user was.
            prompt.login |= prompt.max_age == Some(0);
        }
        Ok(prompt)
    }

    /// Whether somebody who logged in at `auth_time` need not log in again.
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
    fn prompts_are_words_and_none_stands_alone() {
        let both = parsed("prompt=login+consent").unwrap();
        assert!(both.login && both.consent && !both.none);
        assert!(parsed("prompt=none").unwrap().none);
        for wrong in ["prompt=none+login", "prompt=maybe", "max_age=soon", "max_age=-1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        let lenient = Prompt::parse(&Pairs::parse(b"prompt=maybe"), true);
        assert_eq!(lenient, Ok(Prompt::default()));
    }

    #[test]
    fn a_login_is_good_until_its_age_is_too_high() {
        let prompt = parsed("max_age=60").unwrap();
        assert!(prompt.accepts(1000, 1060) && !prompt.accepts(1000, 1061));
        assert!(parsed("").unwrap().accepts(0, 1_000_000));
        assert!(!parsed("prompt=login").unwrap().accepts(1000, 1000));
    }
}
