//! An object inside a record, or something in its place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

/// An object, or something in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object<T> {
    /// An object. Each of its members may still be odd.
    Read(T),
    /// An empty text, which some pipelines write where CloudTrail has no field.
    Empty,
    /// Anything else. The value isn't kept, because it may be a secret in the wrong place.
    Odd,
}

impl<T> Object<T> {
    /// The object, if there is one.
    pub(crate) fn read(&self) -> Option<&T> {
        match self {
            Self::Read(object) => Some(object),
            Self::Empty | Self::Odd => None,
        }
    }

    /// Whether something other than an object is there.
    pub(crate) fn is_odd(&self) -> bool {
        matches!(self, Self::Odd)
    }
}

/// An odd value is written as something that reads as odd again.
impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(object) => object.serialize(serializer),
            Self::Empty => serializer.serialize_str(""),
            Self::Odd => serializer.serialize_seq(Some(0))?.end(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyObject(PhantomData))
    }
}

struct AnyObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyObject<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object::Read)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object::Odd)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(if text.is_empty() {
            Object::Empty
        } else {
            Object::Odd
        })
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Object::Odd)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Object::Odd)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Object::Odd)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Object::Odd)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Object::Odd)
    }
}
