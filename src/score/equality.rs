//! When a predicted field is right: texts without white space and punctuation, numbers as decimals, quantities in
//! relation, value, upper, unit and date.

use super::similarity::ratio;
use regex::Regex;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Length in characters from which a text may differ a little.
const LONG_TEXT: usize = 30;
/// How alike long texts must be.
const ALIKE: f64 = 0.97;

/// What carries no meaning in a comparison: all but letters, numbers and a few signs.
static NOISE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}%≥≤<>=.+/\-]+").ok());

/// NFKC, lower case, letters, digits and the signs that carry meaning.
pub(super) fn squash(value: &Value) -> String {
    let folded = text_of(value).nfkc().collect::<String>().to_lowercase();
    match &*NOISE {
        Some(noise) => noise.replace_all(&folded, "").into_owned(),
        None => folded,
    }
}

/// A value as text: a string's own, nothing for null, JSON for the rest.
pub(super) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// Not there, or there and empty.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Equal texts; long ones nearly; a gold text that ends in `…` needs only its beginning.
pub(super) fn same_text(gold: &Value, got: &Value) -> bool {
    let (g, p) = (squash(gold), squash(got));
    if g == p {
        return true;
    }
    if g.is_empty() || p.is_empty() {
        return false;
    }
    if text_of(gold).ends_with('…') {
        // NFKC writes … as three full stops, which `squash` keeps.
        return p.starts_with(g.trim_end_matches('.').trim_end_matches('…'));
    }
    g.chars().count() > LONG_TEXT && ratio(&g, &p) >= ALIKE
}

/// Equal as decimals, whether written as numbers or as strings; what is no number is equal as text.
pub(super) fn same_number(gold: &Value, got: &Value) -> bool {
    decimal(gold) == decimal(got)
}

/// Gold may allow several units.
pub(super) fn same_unit(gold: &Value, got: &Value) -> bool {
    let got = squash(got);
    match gold {
        Value::Array(allowed) => allowed.iter().any(|unit| squash(unit) == got),
        one => squash(one) == got,
    }
}

/// Money is compared by its value alone.
pub(super) fn same_money(gold: &Value, got: &Value) -> bool {
    got.is_object() && same_number(gold, &got["value"])
}

/// The code of a region.
pub(super) fn same_region(gold: &Value, got: &Value) -> bool {
    got.is_object() && gold["code"] == got["code"]
}

/// Relation, value, upper and unit; the day of a deadline; every part; or the text where there is no number.
pub(super) fn same_quantity(gold: &Value, got: &Value) -> bool {
    if !got.is_object() {
        return false;
    }
    if let Some(parts) = gold["parts"].as_array().filter(|parts| !parts.is_empty()) {
        let found = got["parts"].as_array().map_or(&[][..], Vec::as_slice);
        return parts.len() == found.len()
            && parts.iter().zip(found).all(|(a, b)| {
                same_text(&a["label"], &b["label"])
                    && same_number(&a["value"], &b["value"])
                    && same_unit(&a["unit"], &b["unit"])
            });
    }
    if gold["relation"].is_null() {
        let text = if is_blank(&got["text"]) { &got["raw"] } else { &got["text"] };
        return got["value"].is_null() && got["date"].is_null() && same_text(&gold["text"], text);
    }
    if gold["relation"] != got["relation"] {
        return false;
    }
    if !is_blank(&gold["date"]) {
        return gold["date"] == got["date"];
    }
    same_number(&gold["value"], &got["value"])
        && same_number(&gold["upper"], &got["upper"])
        && same_unit(&gold["unit"], &got["unit"])
}

/// A number in a form in which equal ones are equal texts: sign, digits without zeros at either end, exponent.
/// `None` for nothing, the text itself for what is no number.
fn decimal(value: &Value) -> Option<String> {
    if matches!(value, Value::Null) {
        return None;
    }
    let text = text_of(value);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(canonical(text).unwrap_or_else(|| text.to_owned()))
}

fn canonical(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_end_matches('0');
    let stripped = i64::try_from(digits.len() - significant.len()).ok()?;
    let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(stripped)?;
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(format!("{sign}{significant}e{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_equal_by_value_however_written() {
        for (a, b, equal) in [
            (json!("10"), json!(10), true),
            (json!("0.90"), json!(0.9), true),
            (json!("1e3"), json!("1000.0"), true),
            (json!("-0"), json!(0), true),
            (json!("24888140000"), json!("2488814"), false),
            (json!("-5"), json!(5), false),
            (json!(null), json!(""), true),
            (json!(null), json!(0), false),
            (json!("约"), json!("约"), true),
        ] {
            assert_eq!(same_number(&a, &b), equal, "{a} {b}");
        }
    }

    #[test]
    fn texts_are_equal_without_spaces_punctuation_and_width() {
        assert!(same_text(&json!("质量 指标（Ａ）"), &json!("质量指标(a)")));
        assert!(!same_text(&json!("质量指标"), &json!("数量指标")));
        assert!(same_text(&json!("目标1：巩固…"), &json!("目标1：巩固参保率。")));
        assert!(!same_text(&json!("—"), &json!("有")), "nothing but punctuation is not equal to a word");
    }

    #[test]
    fn a_quantity_is_right_in_relation_value_upper_and_unit() {
        let gold =
            json!({"relation": ">=", "value": "0.9", "upper": null, "unit": "ratio", "date": null, "text": null});
        let right = json!({"relation": ">=", "value": 0.9, "upper": null, "unit": "ratio", "date": null});
        assert!(same_quantity(&gold, &right));
        for (key, wrong) in [("relation", json!("=")), ("value", json!(90)), ("upper", json!(1)), ("unit", json!("人"))]
        {
            let mut got = right.clone();
            got[key] = wrong;
            assert!(!same_quantity(&gold, &got), "{key}");
        }
        assert!(!same_quantity(&gold, &json!("≥90%")));
    }

    #[test]
    fn a_text_must_not_come_with_a_number() {
        let gold =
            json!({"relation": null, "value": null, "upper": null, "unit": null, "date": null, "text": "全面覆盖"});
        assert!(same_quantity(&gold, &json!({"relation": null, "value": null, "date": null, "raw": "全面覆盖"})));
        assert!(!same_quantity(&gold, &json!({"relation": "=", "value": 1, "date": null, "text": "全面覆盖"})));
    }

    #[test]
    fn gold_may_allow_several_units() {
        assert!(same_unit(&json!(["人次", "人"]), &json!("人")));
        assert!(!same_unit(&json!(["人次", "人"]), &json!(null)));
    }
}
