//! A small reader of JSON Schema, as much of it as the contract uses: it checks examples and live answers.

use serde_json::Value;

/// The first reason why `value` does not satisfy `schema`, with its place; `None` when it does.
///
/// `root` is the whole document, for `$ref`.
pub(crate) fn fault(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    if schema == &Value::Bool(true) {
        return None;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#'));
        let target = target.unwrap_or_else(|| panic!("unknown $ref {reference}"));
        if let Some(fault) = fault(root, target, value, place) {
            return Some(fault);
        }
    }
    let say = |text: String| Some(format!("{place}: {text}"));
    if let Some(kinds) = kinds(schema)
        && !kinds.iter().any(|kind| is_kind(kind, value))
    {
        return say(format!("{value} is not of type {kinds:?}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return say(format!("{value} is not one of {allowed:?}"));
    }
    if let Some(only) = schema.get("const")
        && only != value
    {
        return say(format!("{value} is not {only}"));
    }
    combined(root, schema, value, place)
        .or_else(|| sized(schema, value, place))
        .or_else(|| object(root, schema, value, place))
        .or_else(|| array(root, schema, value, place))
}

fn kinds(schema: &Value) -> Option<Vec<String>> {
    match &schema["type"] {
        Value::String(kind) => Some(vec![kind.clone()]),
        Value::Array(kinds) => Some(kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

fn is_kind(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => panic!("unknown type {kind} in the contract"),
    }
}

fn combined(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if let Some(fault) = fault(root, part, value, place) {
            return Some(fault);
        }
    }
    for (word, exactly_one) in [("anyOf", false), ("oneOf", true)] {
        let Some(parts) = schema[word].as_array() else { continue };
        let faults: Vec<String> = parts.iter().filter_map(|part| fault(root, part, value, place)).collect();
        let good = parts.len() - faults.len();
        if good == 0 || (exactly_one && good != 1) {
            return Some(format!("{place}: {good} parts of {word} match: {faults:?}"));
        }
    }
    None
}

fn sized(schema: &Value, value: &Value, place: &str) -> Option<String> {
    let length = match value {
        Value::String(text) => Some((text.chars().count(), "minLength", "maxLength")),
        Value::Array(items) => Some((items.len(), "minItems", "maxItems")),
        _ => None,
    };
    if let Some((length, min, max)) = length {
        let length = u64::try_from(length).expect("length");
        if schema[min].as_u64().is_some_and(|min| length < min)
            || schema[max].as_u64().is_some_and(|max| length > max)
        {
            return Some(format!("{place}: length {length} out of bounds"));
        }
    }
    if let Some(number) = value.as_f64() {
        let low = schema["minimum"].as_f64().is_some_and(|min| number < min);
        let high = schema["maximum"].as_f64().is_some_and(|max| number > max);
        if low || high {
            return Some(format!("{place}: {number} out of bounds"));
        }
    }
    let text = value.as_str()?;
    let good = match schema["format"].as_str()? {
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        "date-time" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    (!good).then(|| format!("{place}: {text:?} is not a {}", schema["format"]))
}

fn object(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    let members = value.as_object()?;
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            return Some(format!("{place}: `{name}` is missing"));
        }
    }
    let described = schema["properties"].as_object();
    for (name, member) in members {
        let place = format!("{place}/{name}");
        match described.and_then(|described| described.get(name)) {
            Some(schema) => {
                if let Some(fault) = fault(root, schema, member, &place) {
                    return Some(fault);
                }
            }
            // A member that the contract does not describe is a fault, unless it says that others may come.
            None if described.is_some() && schema.get("additionalProperties").is_none_or(|a| a == false) => {
                return Some(format!("{place}: not described"));
            }
            None => {}
        }
    }
    None
}

fn array(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    let items = schema.get("items")?;
    let values = value.as_array()?;
    values.iter().enumerate().find_map(|(rank, value)| fault(root, items, value, &format!("{place}/{rank}")))
}

#[test]
fn schema_reader_finds_faults() {
    let root = serde_json::json!({"defs": {"N": {"type": "integer", "minimum": 1}}});
    let schema = serde_json::json!({
        "type": "object", "required": ["n"],
        "properties": {"n": {"$ref": "#/defs/N"}, "s": {"type": ["string", "null"], "maxLength": 3}},
    });
    let check = |value: Value| fault(&root, &schema, &value, "");
    assert_eq!(check(serde_json::json!({"n": 1, "s": "abc"})), None);
    assert_eq!(check(serde_json::json!({"n": 1, "s": null})), None);
    for bad in [
        serde_json::json!({}),
        serde_json::json!({"n": 0}),
        serde_json::json!({"n": "1"}),
        serde_json::json!({"n": 1, "s": "abcd"}),
        serde_json::json!({"n": 1, "autre": 1}),
        serde_json::json!([]),
    ] {
        assert!(check(bad.clone()).is_some(), "{bad}");
    }
}
