//! Built-in tools.

use scalekit::api::raw::tools::Tool;
use serde_json::{Value, json};

/// The provider of the emulator's test tools.
pub(super) const EMULATOR: &str = "EMULATOR";

/// The emulator's test tools. Each returns a certain type of result.
pub(super) const ECHO: &str = "emulator_echo";
pub(super) const FAIL: &str = "emulator_fail";
pub(super) const RATE_LIMITED: &str = "emulator_rate_limited";

/// The name, provider, description and text parameters of a tool.
type BuiltIn = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

static TOOLS: &[BuiltIn] = &[
    (ECHO, EMULATOR, "Returns its parameters.", &["text"]),
    (
        FAIL,
        EMULATOR,
        "Fails with the given error, for testing error handling.",
        &["code", "message", "tool_error_code"],
    ),
    (
        RATE_LIMITED,
        EMULATOR,
        "Fails with a rate limit error.",
        &[],
    ),
    (
        "gmail_fetch_mails",
        "GMAIL",
        "Fetches emails from the mailbox of the user.",
        &["query"],
    ),
    (
        "gmail_send_mail",
        "GMAIL",
        "Sends an email on behalf of the user.",
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

/// The built-in tools that change nothing.
const READ_ONLY: [&str; 4] = [
    ECHO,
    "gmail_fetch_mails",
    "googlecalendar_list_events",
    "notion_search_pages",
];

pub(super) fn built_in() -> impl Iterator<Item = Tool> {
    TOOLS
        .iter()
        .map(|(name, provider, description, parameters)| {
            let properties: serde_json::Map<String, Value> = parameters
                .iter()
                .map(|parameter| ((*parameter).to_owned(), json!({ "type": "string" })))
                .collect();
            let mut definition = json!({
                "name": name,
                "description": description,
                "input_schema": { "type": "object", "properties": properties },
            });
            if READ_ONLY.contains(name) {
                definition["annotations"] = json!({ "read_only_hint": true });
            }
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
