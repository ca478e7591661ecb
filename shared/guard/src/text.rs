//! Sentences in English and Japanese.
//!
//! A [`Text`] is a template that stands in the source, in English, and its arguments. The template
//! is also the key of its Japanese form, as in gettext. Arguments are data: whatever a caller
//! chose as a name is shown as it is and is never looked up or filled in. A template without a
//! Japanese form is shown in English, and a test names it.

pub mod ja;

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_width::UnicodeWidthChar;

use crate::id::AccountId;
use crate::language::Language;
use crate::moment::{Moment, Span};
use crate::untrusted::harmless;

/// A sentence or a part of one. It reads and prints as its English form.
///
/// Two texts are equal if their English forms are.
#[derive(Debug, Clone)]
pub struct Text {
    english: Cow<'static, str>,
    made: Made,
}

/// What a text was made from.
#[derive(Debug, Clone)]
enum Made {
    /// From a record, the policy or AWS: the same in every language.
    Data,
    /// From a template in the source, with its arguments by name.
    Template(&'static str, Vec<(&'static str, Text)>),
    /// From several texts with the same words between them.
    List(Box<Text>, Vec<Text>),
    /// From a duration.
    Span(Span),
    /// From another text, made safe to print.
    Harmless(Box<Text>),
}

/// Looks up the Japanese form of a template.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<&'static str>;

/// Makes a [`Text`] from a template and its arguments: `text!("{who} left {place}", who, place =
/// role.name())`.
///
/// The compiler checks that the placeholders are the arguments. `{{` stands for `{`.
#[macro_export]
macro_rules! text {
    (@argument $name:ident) => { $name };
    (@argument $name:ident = $value:expr) => { $value };
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::text::Text::checked(
            || {
                let _ = ::std::format_args!($template $(, $name = "")*);
            },
            $template,
            ::std::vec![$((
                ::std::stringify!($name),
                $crate::text::Argument::to_text(&$crate::text!(@argument $name $(= $value)?)),
            )),*],
        )
    };
}

impl Text {
    /// A text that is the same in every language, such as a name.
    pub fn data(text: impl Into<String>) -> Self {
        Self {
            english: Cow::Owned(text.into()),
            made: Made::Data,
        }
    }

    /// What [`text!`] calls. The compiler checks the function, which is never called.
    #[doc(hidden)]
    pub fn checked(
        _check: fn(),
        template: &'static str,
        arguments: Vec<(&'static str, Self)>,
    ) -> Self {
        Self::from_template(template, arguments)
    }

    fn from_template(template: &'static str, arguments: Vec<(&'static str, Self)>) -> Self {
        let english = if template.contains(['{', '}']) {
            Cow::Owned(filled(
                template,
                &|name| value(&arguments, name).map(|text| Cow::Borrowed(&*text.english)),
                String::push_str,
            ))
        } else {
            Cow::Borrowed(template)
        };
        Self {
            english,
            made: Made::Template(template, arguments),
        }
    }

    /// A text without arguments that stands elsewhere in the source, as a part of a table.
    pub fn fixed(template: &'static str) -> Self {
        Self::from_template(template, Vec::new())
    }

    /// Texts with the same words between them.
    pub fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>, between: Self) -> Self {
        let items: Vec<Self> = items.into_iter().map(Into::into).collect();
        let english: Vec<&str> = items.iter().map(|item| &*item.english).collect();
        Self {
            english: Cow::Owned(english.join(&between.english)),
            made: Made::List(Box::new(between), items),
        }
    }

    /// `a, b and c`
    pub fn listed<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        let mut items: Vec<Self> = items.into_iter().map(Into::into).collect();
        match (items.pop(), items.is_empty()) {
            (None, _) => Self::default(),
            (Some(only), true) => only,
            (Some(last), false) => {
                let items = Self::list(items, text!(", "));
                text!("{items} and {last}", items, last)
            }
        }
    }

    /// The text and what follows it.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self::list([self, next], Self::default())
    }

    /// `a or b or c`
    pub fn any_of<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list(items, text!(" or "))
    }

    /// `a and b and c`
    pub fn all_of<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list(items, text!(" and "))
    }

    /// The English form.
    pub fn as_str(&self) -> &str {
        &self.english
    }

    /// The text in a language. What has no Japanese form stays English.
    pub fn in_language(&self, language: Language) -> Cow<'_, str> {
        match language {
            Language::English => Cow::Borrowed(&self.english),
            Language::Japanese => self.translated(&ja::template),
        }
    }

    /// The text with every template replaced by what `lookup` returns for it.
    pub fn translated(&self, lookup: Lookup<'_>) -> Cow<'_, str> {
        match &self.made {
            Made::Data => Cow::Borrowed(&self.english),
            Made::Span(span) => Cow::Owned(ja::span(*span)),
            Made::Harmless(text) => Cow::Owned(harmless(&text.translated(lookup))),
            Made::Template(template, arguments) => {
                let template = lookup(template).unwrap_or(template);
                Cow::Owned(filled(
                    template,
                    &|name| value(arguments, name).map(|text| text.translated(lookup)),
                    push_japanese,
                ))
            }
            Made::List(between, items) => {
                let between = between.translated(lookup);
                let mut text = String::new();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        push_japanese(&mut text, &between);
                    }
                    push_japanese(&mut text, &item.translated(lookup));
                }
                Cow::Owned(text)
            }
        }
    }

    /// The text with each argument of its template replaced by what `change` returns for it, if
    /// anything.
    #[must_use]
    pub fn with_data(&self, change: &dyn Fn(&str) -> Option<Self>) -> Self {
        match &self.made {
            Made::Data => change(&self.english).unwrap_or_else(|| self.clone()),
            Made::Template(template, arguments) => {
                let changed = arguments
                    .iter()
                    .map(|(name, value)| (*name, value.with_data(change)));
                Self::from_template(template, changed.collect())
            }
            Made::Harmless(text) => text.with_data(change).harmless(),
            Made::List(..) | Made::Span(_) => self.clone(),
        }
    }

    /// The text clipped and made safe to print, like [`harmless`].
    #[must_use]
    pub fn harmless(&self) -> Self {
        Self {
            english: Cow::Owned(harmless(&self.english)),
            made: Made::Harmless(Box::new(self.clone())),
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.english.is_empty()
    }
}

fn value<'a>(arguments: &'a [(&'static str, Text)], name: &str) -> Option<&'a Text> {
    let mut named = arguments.iter().filter(|(known, _)| *known == name);
    named.next().map(|(_, text)| text)
}

/// The template with its placeholders filled in. The values aren't read as templates.
fn filled<'a>(
    template: &str,
    value: &dyn Fn(&str) -> Option<Cow<'a, str>>,
    push: fn(&mut String, &str),
) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        push(&mut text, &before.replace("}}", "}"));
        if let Some(after) = after.strip_prefix('{') {
            text.push('{');
            rest = after;
            continue;
        }
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        // The compiler checked the English template, and a test checks the Japanese one.
        push(&mut text, &value(name).unwrap_or_default());
        rest = after;
    }
    push(&mut text, &rest.replace("}}", "}"));
    text
}

/// Adds a part of a sentence. In Japanese, a space separates letters and digits from the rest, and
/// a template can't tell which of them a value begins or ends with.
fn push_japanese(text: &mut String, part: &str) {
    let mut end = text.chars().rev();
    let mut start = part.chars();
    let (last, before) = (end.next(), end.next());
    let first = start.next();
    let is_wide = |c: Option<char>| c.is_some_and(|c| c.width() == Some(2));
    if last == Some(' ') && is_wide(before) && is_wide(first) {
        text.pop();
    }
    let rest = start.as_str();
    if first == Some(' ') && is_wide(last) && is_wide(rest.chars().next()) {
        text.push_str(rest);
    } else {
        text.push_str(part);
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.english)
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::data(String::new())
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.english
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.english == other.english
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.english.cmp(&other.english)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The same as for `str`, by which a text can be looked up.
        str::hash(&self.english, state);
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        *self.english == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        *self.english == **other
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}

/// What was written somewhere else is only read in the language in which it was written.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::data)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::data(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::data(text)
    }
}

/// What can be an argument of a [`Text`].
pub trait Argument {
    /// The argument as a text.
    fn to_text(&self) -> Text;
}

impl Argument for Text {
    fn to_text(&self) -> Text {
        self.clone()
    }
}

impl Argument for str {
    fn to_text(&self) -> Text {
        Text::data(self)
    }
}

impl Argument for Span {
    fn to_text(&self) -> Text {
        Text {
            english: Cow::Owned(self.to_string()),
            made: Made::Span(*self),
        }
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn to_text(&self) -> Text {
        (**self).to_text()
    }
}

impl<T: Argument + ToOwned + ?Sized> Argument for Cow<'_, T> {
    fn to_text(&self) -> Text {
        (**self).to_text()
    }
}

/// What is written in the same way in every language.
macro_rules! data_arguments {
    ($($type:ty)*) => {
        $(impl Argument for $type {
            fn to_text(&self) -> Text {
                Text::data(self.to_string())
            }
        })*
    };
}

data_arguments! { String Arc<str> char bool u8 u16 u32 u64 usize i32 i64 Moment AccountId }

#[cfg(test)]
mod tests;
