//! PATCH semantics: an absent field is unchanged, an empty one is cleared. A field mask, if
//! present, selects the fields to change instead.

use std::collections::BTreeMap;

use scalekit::FieldMask;

/// The field mask of a PATCH request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch<'a> {
    mask: Option<&'a FieldMask>,
}

/// A change of one text field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Keep,
    Clear,
    Set(String),
}

impl<'a> Patch<'a> {
    /// An empty mask is treated as absent.
    pub(super) fn new(mask: Option<&'a FieldMask>) -> Self {
        Self {
            mask: mask.filter(|mask| !mask.paths.is_empty()),
        }
    }

    fn masks(self, field: &str) -> Option<bool> {
        // Mask paths can be relative to the request or to the message inside it.
        self.mask.map(|mask| {
            mask.paths
                .iter()
                .any(|path| path == field || path.ends_with(&format!(".{field}")))
        })
    }

    /// Returns the change of a text field.
    pub(super) fn text(self, field: &str, new: Option<String>) -> Change {
        match (self.masks(field), new) {
            (Some(false), _) | (None, None) => Change::Keep,
            (Some(true), None) => Change::Clear,
            (_, Some(text)) if text.is_empty() => Change::Clear,
            (_, Some(text)) => Change::Set(text),
        }
    }

    /// Returns `true` if the field changes. Without a mask, a field changes if it is `present`.
    pub(super) fn changes(self, field: &str, present: bool) -> bool {
        self.masks(field).unwrap_or(present)
    }

    /// Updates a field with explicit presence.
    pub(super) fn set<T: Default>(self, field: &str, new: Option<T>, old: &mut T) {
        if self.changes(field, new.is_some()) {
            *old = new.unwrap_or_default();
        }
    }

    /// Updates a text field without presence. An empty text clears the field only if the mask
    /// contains it.
    pub(super) fn set_text(self, field: &str, new: String, old: &mut String) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }

    /// Replaces a list. An empty list clears the field only if the mask contains it.
    pub(super) fn list<T>(self, field: &str, new: Vec<T>, old: &mut Vec<T>) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }

    /// Replaces a map as a whole. In proto3, an empty map looks like an absent one, so an empty map
    /// clears the field only if the mask contains it.
    pub(super) fn map(
        self,
        field: &str,
        new: BTreeMap<String, String>,
        old: &mut BTreeMap<String, String>,
    ) {
        if self.changes(field, !new.is_empty()) {
            *old = new;
        }
    }
}

impl Change {
    /// Returns the new text, if any.
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
