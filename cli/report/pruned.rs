//! JSON without members that have no value, for formats in which `null` isn't the same as absent.

use serde_json::Value;

/// The value without members and items that are `null`, and without objects and lists that are
/// empty because of that.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter_map(|(key, member)| {
                let member = without_nulls(member);
                (!is_nothing(&member)).then_some((key, member))
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => {
            let kept = items.into_iter().map(without_nulls);
            Value::Array(kept.filter(|item| !is_nothing(item)).collect())
        }
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_no_value_is_left_out_and_zero_and_false_stay() {
        let value = json!({"a": null, "b": {"c": null}, "d": [null, {"e": []}], "f": 0, "g": false, "h": ""});
        assert_eq!(without_nulls(value), json!({"f": 0, "g": false, "h": ""}));
    }
}
