//! A scalar of a record as text, borrowed where JSON needs no unescaping.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// Text, or the text of a number or boolean if AWS or a tool in between wrote one.
///
/// An object or a list reads as an empty text that [is odd](Text::is_odd), so that one odd member
/// doesn't hide the others. The value isn't kept, because it may be a secret in the wrong place.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// Whether the value isn't a text.
    pub(crate) fn is_odd(&self) -> bool {
        self.0.is_none()
    }

    /// The text itself; empty if the value is odd.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        self.0.unwrap_or_default()
    }

    const fn new(text: Cow<'a, str>) -> Self {
        Self(Some(text))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::new(Cow::Owned(text))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// An odd value is written as something that reads as odd again.
impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyText)
    }
}

/// For members that CloudTrail always writes as text and that decide what a record is about. Any
/// other value, even a number or a boolean, [is odd](Text::is_odd).
pub(crate) fn only_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text<'de>>, D::Error> {
    let raw: Option<&RawValue> = Deserialize::deserialize(deserializer)?;
    let Some(raw) = raw.map(RawValue::get) else {
        return Ok(None);
    };
    if raw.starts_with('"') {
        return serde_json::from_str(raw)
            .map(Some)
            .map_err(D::Error::custom);
    }
    Ok(Some(Text(None)))
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E: Error>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Borrowed(v)))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Owned(v.to_owned())))
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Borrowed(if v { "true" } else { "false" })))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Owned(v.to_string())))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Owned(v.to_string())))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Text::new(Cow::Owned(v.to_string())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}
