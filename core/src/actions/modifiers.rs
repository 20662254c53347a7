//! Functions that change the inputs and outputs of tools.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Before,
    After,
}

type Change = dyn Fn(&mut Map<String, Value>) + Send + Sync;

#[derive(Clone)]
struct Modifier {
    stage: Stage,
    tool_names: Vec<String>,
    change: Arc<Change>,
}

/// Modifiers in the order in which they were added. Clones share them until one is changed.
#[derive(Clone, Default)]
pub(super) struct Modifiers(Arc<Vec<Modifier>>);

impl Modifiers {
    pub(super) fn add(
        &mut self,
        stage: Stage,
        tool_names: impl IntoIterator<Item = impl Into<String>>,
        change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static,
    ) {
        Arc::make_mut(&mut self.0).push(Modifier {
            stage,
            tool_names: tool_names.into_iter().map(Into::into).collect(),
            change: Arc::new(change),
        });
    }

    pub(super) fn any(&self, stage: Stage, tool_name: &str) -> bool {
        self.of(stage, tool_name).next().is_some()
    }

    pub(super) fn apply(&self, stage: Stage, tool_name: &str, data: &mut Map<String, Value>) {
        for modifier in self.of(stage, tool_name) {
            (modifier.change)(data);
        }
    }

    fn of(&self, stage: Stage, tool_name: &str) -> impl Iterator<Item = &Modifier> {
        self.0.iter().filter(move |modifier| {
            modifier.stage == stage && modifier.tool_names.iter().any(|name| name == tool_name)
        })
    }
}

impl fmt::Debug for Modifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers = self.0.iter();
        f.debug_list()
            .entries(modifiers.map(|modifier| (modifier.stage, &modifier.tool_names)))
            .finish()
    }
}
