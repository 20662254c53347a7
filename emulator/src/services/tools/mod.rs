//! `ToolService`.

mod catalog;
mod execute;
mod list;

use scalekit::api::raw::tools::Tool;
use serde_json::{Map, Value};

use super::{Entry, accounts, reads, writes};
use crate::state::{AccountRow, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ToolService.ExecuteTool", writes!(execute::execute)),
    ("ToolService.ListAvailableTools", reads!(list::available)),
    ("ToolService.ListScopedTools", reads!(list::scoped)),
    ("ToolService.ListTools", reads!(list::all)),
    ("ToolService.SearchTools", reads!(list::search)),
];

pub(super) use execute::run_logged;

/// Returns all tools: built-in ones first, then seeded ones. A seeded tool replaces a built-in tool
/// of the same name.
pub(super) fn all(state: &State) -> Vec<Tool> {
    let seeded = |built_in: &Tool| state.tools.by("name", name(built_in)).next().is_some();
    let mut tools: Vec<Tool> = catalog::built_in().filter(|tool| !seeded(tool)).collect();
    tools.extend(state.tools.iter().cloned());
    tools
}

fn find(state: &State, tool_name: &str) -> Option<Tool> {
    let seeded = state.tools.by("name", tool_name).next().cloned();
    seeded.or_else(|| catalog::built_in().find(|tool| name(tool) == tool_name))
}

pub(crate) fn name(tool: &Tool) -> &str {
    definition(tool, "name")
}

fn description(tool: &Tool) -> &str {
    definition(tool, "description")
}

fn definition<'t>(tool: &'t Tool, field: &str) -> &'t str {
    let definition = tool.definition.as_ref();
    definition
        .and_then(|definition| definition.get(field)?.as_str())
        .unwrap_or_default()
}

/// Returns the hints of a tool, such as `read_only_hint`.
pub(crate) fn annotations(tool: &Tool) -> Option<&Map<String, Value>> {
    tool.definition.as_ref()?.get("annotations")?.as_object()
}

/// Returns `true` for the emulator's test tools, which run without an account.
pub(super) fn is_own(tool: &Tool) -> bool {
    tool.provider == catalog::EMULATOR
}

/// Returns the identifier's accounts that a tool can run with.
fn accounts_for<'s>(
    state: &'s State,
    tool: &Tool,
    identifier: &str,
) -> impl Iterator<Item = &'s AccountRow> + use<'s> {
    let provider = tool.provider.clone();
    let own = state.accounts.by("identifier", identifier);
    own.filter(move |row| row.account.provider.eq_ignore_ascii_case(&provider))
}

/// Removes the fields that a summary does not contain.
fn summary(mut tool: Tool) -> Tool {
    if let Some(definition) = &mut tool.definition {
        definition.retain(|field, _: &mut Value| matches!(field.as_str(), "name" | "description"));
    }
    tool.metadata = None;
    tool
}
