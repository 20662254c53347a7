//! Open enums: values that are added to the API later are preserved.

/// Declares an enum with its numbers and names. A variant's first name is serialized; its other
/// names are only accepted.
macro_rules! proto_enum {
    (
        $(#[$about:meta])*
        pub enum $Enum:ident {
            $(#[$zero_about:meta])*
            $Zero:ident = $zero:literal => $zero_name:literal $(| $zero_alias:literal)*,
            $(
                $(#[$variant_about:meta])*
                $Variant:ident = $number:literal => $name:literal $(| $alias:literal)*,
            )*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $Enum {
            $(#[$zero_about])*
            #[default]
            $Zero,
            $(
                $(#[$variant_about])*
                $Variant,
            )*
            /// An unknown value, by number.
            Unknown(i32),
            /// An unknown value, by name.
            UnknownName(String),
        }

        impl $Enum {
            /// Returns the value's name; `None` for an unknown number.
            pub fn name(&self) -> Option<&str> {
                match self {
                    Self::$Zero => Some($zero_name),
                    $(Self::$Variant => Some($name),)*
                    Self::UnknownName(name) => Some(name),
                    Self::Unknown(_) => None,
                }
            }

            /// Returns the value's number; `None` for an unknown name.
            pub fn number(&self) -> Option<i32> {
                match self {
                    Self::$Zero => Some($zero),
                    $(Self::$Variant => Some($number),)*
                    Self::Unknown(number) => Some(*number),
                    Self::UnknownName(_) => None,
                }
            }
        }

        impl From<i32> for $Enum {
            fn from(number: i32) -> Self {
                match number {
                    $zero => Self::$Zero,
                    $($number => Self::$Variant,)*
                    _ => Self::Unknown(number),
                }
            }
        }

        /// Converts from the name in the schema.
        impl From<&str> for $Enum {
            fn from(name: &str) -> Self {
                match name {
                    $zero_name $(| $zero_alias)* => Self::$Zero,
                    $($name $(| $alias)* => Self::$Variant,)*
                    _ => Self::UnknownName(name.to_owned()),
                }
            }
        }

        $crate::types::proto_enum::shared!($Enum);
    };
}

/// Implements the string and JSON forms: the name, or the number of an unknown value.
macro_rules! shared {
    ($Enum:ident) => {
        impl std::str::FromStr for $Enum {
            type Err = std::convert::Infallible;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Ok(name.into())
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Unknown(number) => number.fmt(f),
                    named => f.write_str(named.name().unwrap_or_default()),
                }
            }
        }

        impl serde::Serialize for $Enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Unknown(number) => serializer.serialize_i32(*number),
                    named => serializer.serialize_str(named.name().unwrap_or_default()),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Enum {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::proto_enum::read(deserializer)
            }
        }
    };
}

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Unexpected, Visitor};

pub(crate) use {proto_enum, shared};

/// Deserializes an enum from its name or number.
pub(crate) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: From<i32> + for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(EnumVisitor(PhantomData))
}

struct EnumVisitor<T>(PhantomData<T>);

impl<T: From<i32> + for<'a> From<&'a str>> Visitor<'_> for EnumVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name or number of an enum value")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<T, E> {
        Ok(name.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        let narrow = i32::try_from(number);
        narrow
            .map(T::from)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        let narrow = i32::try_from(number);
        narrow
            .map(T::from)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
