//! Which statements are right: those all of whose facts a labelled one has.

use serde_json::Value;
use std::collections::HashMap;

/// The verdict on each statement among the predicted records, by `id`. A labelled statement makes one predicted one right.
pub fn statement_verdicts(gold: &[Value], predicted: &[Value]) -> Vec<(String, bool)> {
    let mut open: HashMap<Vec<String>, usize> = HashMap::new();
    gold.iter().for_each(|statement| *open.entry(facts(statement)).or_default() += 1);
    let statements = predicted.iter().filter(|record| record["kind"] == "statement");
    statements
        .filter_map(|statement| {
            let left = open.get_mut(&facts(statement)).filter(|left| **left > 0);
            let right = left.is_some();
            if let Some(left) = left {
                *left -= 1;
            }
            Some((statement["id"].as_str()?.to_owned(), right))
        })
        .collect()
}

/// What a statement says, white space aside, numbers by value.
fn facts(statement: &Value) -> Vec<String> {
    let value = &statement["value"];
    let parts = value["parts"].as_array().map_or(&[][..], Vec::as_slice);
    let mut facts = vec![
        bare(&statement["sentence"]),
        bare(&statement["subject"]),
        bare(&statement["aspect"]),
        bare(&statement["year"]),
        bare(&value["relation"]),
        number(&value["value"]),
        number(&value["upper"]),
        bare(&value["unit"]),
        bare(&value["text"]),
    ];
    facts.extend(parts.iter().flat_map(|part| [bare(&part["label"]), number(&part["value"]), bare(&part["unit"])]));
    facts
}

fn bare(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.split_whitespace().collect(),
        other => other.to_string(),
    }
}

fn number(value: &Value) -> String {
    let text = bare(value);
    text.parse::<rust_decimal::Decimal>().map_or(text, |number| number.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_statement_is_right_once_for_each_label() {
        let said = |id: &str, value: Value| json!({"kind": "statement", "id": id, "subject": "参保人数", "value": {"value": value, "unit": "人"}});
        let gold = [said("", json!("266627"))];
        let predicted = [said("a", json!(266_627)), said("b", json!(26_662)), said("c", json!(266_627))];
        let verdicts = statement_verdicts(&gold, &predicted);
        assert_eq!(verdicts, [("a".to_owned(), true), ("b".to_owned(), false), ("c".to_owned(), false)]);
    }
}
