//! The tools that every environment has.

use scalekit::api::tools::Tool;
use serde_json::{Value, json};

/// The provider of the emulator's own tools.
pub(super) const EMULATOR: &str = "EMULATOR";

/// The emulator's own tools, each for one way in which a tool can answer.
pub(super) const ECHO: &str = "emulator_echo";
pub(super) const FAIL: &str = "emulator_fail";
pub(super) const RATE_LIMITED: &str = "emulator_rate_limited";

/// Name, provider, description, and the names of the text parameters.
type Known = (&'static str, &'static str, &'static str, &'static [&'static str]);

static KNOWN: &[Known] = &[
    (
        ECHO,
        EMULATOR,
        "Answers with the parameters it was given.",
        &["text"],
    ),
    (
        FAIL,
        EMULATOR,
        "Fails as the parameters say, to try out how tool errors are handled.",
        &["code", "message", "tool_error_code"],
    ),
    (
        RATE_LIMITED,
        EMULATOR,
        "Fails as a service does that was called too often.",
        &[],
    ),
    (
        "gmail_fetch_mails",
        "GMAIL",
        "Fetches mails from the mailbox of the user.",
        &["query"],
    ),
    (
        "gmail_send_mail",
        "GMAIL",
        "Sends a mail in the name of the user.",
        &["to", "subject", "body"],
    ),
    (
        "googlecalendar_list_events",
        "GOOGLECALENDAR",
        "Lists the events in the calendar of the user.",
        &["from", "to"],
    ),
    (
        "slack_send_message",
        "SLACK",
        "Sends a message to a channel of the workspace.",
        &["channel", "text"],
    ),
    (
        "github_create_issue",
        "GITHUB",
        "Creates an issue in a repository.",
        &["repository", "title", "body"],
    ),
    (
        "notion_search_pages",
        "NOTION",
        "Searches the pages of the workspace.",
        &["query"],
    ),
];

pub(super) fn built_in() -> impl Iterator<Item = Tool> {
    KNOWN.iter().map(|(name, provider, description, parameters)| {
        let properties: serde_json::Map<String, Value> = parameters
            .iter()
            .map(|parameter| ((*parameter).to_owned(), json!({ "type": "string" })))
            .collect();
        let definition = json!({
            "name": name,
            "description": description,
            "input_schema": { "type": "object", "properties": properties },
        });
        Tool {
            id: format!("tool_{name}"),
            provider: (*provider).to_owned(),
            definition: definition.as_object().cloned(),
            tags: vec![provider.to_lowercase()],
            is_default: Some(true),
            ..Tool::default()
        }
    })
}
