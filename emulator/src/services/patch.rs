//! The rules of PATCH: an absent field keeps its value, an empty one clears it, a field mask overrules both.

use std::collections::BTreeMap;

use scalekit::FieldMask;

/// What a request says about which fields change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch<'a> {
    mask: Option<&'a FieldMask>,
}

/// The change of one text field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Keep,
    Clear,
    Set(String),
}

impl<'a> Patch<'a> {
    /// An empty mask is no mask.
    pub(super) fn new(mask: Option<&'a FieldMask>) -> Self {
        Self {
            mask: mask.filter(|mask| !mask.paths.is_empty()),
        }
    }

    fn masks(self, field: &str) -> Option<bool> {
        // The mask may name the field from the request or from the message inside of it.
        self.mask.map(|mask| {
            mask.paths
                .iter()
                .any(|path| path == field || path.ends_with(&format!(".{field}")))
        })
    }

    /// The change of a text field.
    pub(super) fn text(self, field: &str, new: Option<String>) -> Change {
        match (self.masks(field), new) {
            (Some(false), _) | (None, None) => Change::Keep,
            (Some(true), None) => Change::Clear,
            (_, Some(text)) if text.is_empty() => Change::Clear,
            (_, Some(text)) => Change::Set(text),
        }
    }

    /// Whether a field changes whose value is there or not as `given` says.
    pub(super) fn changes(self, field: &str, given: bool) -> bool {
        self.masks(field).unwrap_or(given)
    }

    /// Sets a field whose request says whether it is there.
    pub(super) fn set<T: Default>(self, field: &str, new: Option<T>, old: &mut T) {
        if self.changes(field, new.is_some()) {
            *old = new.unwrap_or_default();
        }
    }

    /// Sets a text of which the request cannot say that it is there but empty; only a mask clears it.
    pub(super) fn given(self, field: &str, new: String, old: &mut String) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }

    /// Changes a list as [`Patch::map`] changes a map.
    pub(super) fn list<T>(self, field: &str, new: Vec<T>, old: &mut Vec<T>) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }

    /// Changes a map: replaced as a whole. Proto3 cannot tell an empty map from an absent one, so only a mask clears.
    pub(super) fn map(self, field: &str, new: BTreeMap<String, String>, old: &mut BTreeMap<String, String>) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }
}

impl Change {
    /// The new text, if there is one.
    pub(super) fn value(&self) -> Option<&str> {
        match self {
            Self::Set(text) => Some(text),
            Self::Keep | Self::Clear => None,
        }
    }

    pub(super) fn into_value(self) -> Option<String> {
        match self {
            Self::Set(text) => Some(text),
            Self::Keep | Self::Clear => None,
        }
    }

    pub(super) fn apply(self, field: &mut Option<String>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(text) => *field = Some(text),
        }
    }
}
