//! Compares the generated tables with the schema.

use super::pool::API;
use crate::{
    schema::{Field, Kind, Label, Message},
    tables::SCHEMA,
};

#[test]
fn tables_match_the_protos() {
    let names = |messages: &[Message]| {
        messages
            .iter()
            .map(|message| message.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(SCHEMA.messages), names(API.schema.messages));
    assert_eq!(SCHEMA.enums.len(), API.schema.enums.len());
    for (ours, expected) in SCHEMA.enums.iter().zip(API.schema.enums) {
        assert_eq!(ours, expected);
    }
    for (ours, expected) in SCHEMA.messages.iter().zip(API.schema.messages) {
        let fields: Vec<&Field> = ours
            .fields
            .iter()
            .filter(|field| !matches!(field.kind, Kind::Alias(_)))
            .collect();
        assert_eq!(
            fields,
            expected.fields.iter().collect::<Vec<_>>(),
            "{}",
            ours.name
        );
        // Aliases have higher numbers than all fields, so they do not change the indices of the
        // fields.
        assert_eq!(ours.names, expected.names, "{}", ours.name);
        assert!(
            ours.fields.len() <= 128,
            "{} has more than 128 fields, the codec's limit",
            ours.name
        );
    }
}

#[test]
fn alias_targets_exist() {
    let mut found = Vec::new();
    for message in SCHEMA.messages {
        for field in message.fields {
            let Kind::Alias(alias) = field.kind else {
                continue;
            };
            assert_eq!(
                (field.label, field.oneof),
                (Label::Explicit, 0),
                "{}.{}",
                message.name,
                field.name
            );
            let mut inner = message;
            let (last, parents) = alias.path.split_last().unwrap();
            for number in parents {
                let index = crate::lookup::field_numbered(inner.fields, *number).unwrap();
                let Kind::Message(next) = inner.fields[index].kind else {
                    panic!("{} is not a message", field.name)
                };
                inner = SCHEMA.message(next);
            }
            let target = &inner.fields[crate::lookup::field_numbered(inner.fields, *last).unwrap()];
            assert_eq!(
                matches!(target.kind, Kind::String),
                alias.values.is_empty(),
                "{}",
                field.name
            );
            assert_eq!(
                matches!(target.kind, Kind::Enum(_)),
                !alias.values.is_empty(),
                "{}",
                field.name
            );
            assert!(
                alias
                    .values
                    .iter()
                    .all(|(name, _)| !name.chars().any(char::is_uppercase))
            );
            found.push(format!("{}.{}", message.name, field.name));
        }
    }
    assert!(
        found.contains(&"scalekit.v1.users.CreateUser.given_name".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"scalekit.v1.directories.CreateDirectory.provider".to_owned()),
        "{found:?}"
    );
}
