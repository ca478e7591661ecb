//! The resources that a call works on: members of `requestParameters` or `responseElements`, by
//! name.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::Text;

/// The members that can name a resource of the call.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    members: BTreeMap<String, Vec<String>>,
    /// Whether CloudTrail left them out because they were too large.
    pub(crate) omitted: bool,
}

impl Parameters {
    /// Reads the texts and the lists of texts. Other values can't be names.
    pub(crate) fn read(raw: Option<&RawValue>) -> Self {
        // A failed call may have null or a bare text here.
        let members: BTreeMap<String, &RawValue> = raw
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default();
        let mut parameters = Self::default();
        for (name, value) in members {
            let texts = match serde_json::from_str::<Text<'_>>(value.get()) {
                Ok(text) if !text.is_odd() => vec![text.to_string()],
                _ => serde_json::from_str::<Vec<String>>(value.get()).unwrap_or_default(),
            };
            if name == "omitted" && texts == ["true"] {
                parameters.omitted = true;
            }
            // Services write acronyms differently: `uUID`, `UUID`, `uuid`.
            parameters.members.insert(
                name.to_ascii_lowercase(),
                texts.into_iter().filter(|text| !text.is_empty()).collect(),
            );
        }
        parameters
    }

    /// The texts under any of these names, in any case.
    pub(crate) fn texts_named<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .filter_map(|name| self.members.get(&name.to_ascii_lowercase()))
            .flatten()
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Parameters {
        Parameters::read(Some(&RawValue::from_string(json.to_owned()).unwrap()))
    }

    #[test]
    fn texts_and_lists_of_texts_are_found_in_any_case() {
        let parameters = read(
            r#"{"alarmNames": ["a", "b"], "uUID": "c", "targets": [{"id": "d"}], "force": true, "name": ""}"#,
        );
        assert_eq!(
            parameters
                .texts_named(&["alarmNames", "uuid", "targets", "name"])
                .collect::<Vec<_>>(),
            ["a", "b", "c"]
        );
        assert!(!parameters.omitted);
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for json in ["null", "\"name\"", "[\"name\"]"] {
            assert_eq!(read(json).texts_named(&["name"]).count(), 0, "{json}");
        }
        assert!(read(r#"{"reason": "requestParameters too large", "omitted": true}"#).omitted);
    }
}
