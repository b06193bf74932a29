//! Which predicted row goes with which gold row.

use super::equality::squash;
use super::similarity::ratio;
use serde_json::Value;

/// Names less alike than this are different rows.
const ALIKE: f64 = 0.6;

/// A gold row and the predicted row that stands for it; one of them may be lacking.
pub(super) type Pair<'a> = (Option<&'a Value>, Option<&'a Value>);

/// Pairs rows in order, so that the names of the pairs are as alike as possible in sum.
pub(super) fn rows<'a>(gold: &[&'a Value], got: &[&'a Value], key: &str) -> Vec<Pair<'a>> {
    let names = |rows: &[&Value]| rows.iter().map(|row| squash(&row[key])).collect::<Vec<_>>();
    let (gold_names, got_names) = (names(gold), names(got));
    let alike: Vec<Vec<f64>> = gold_names.iter().map(|a| got_names.iter().map(|b| likeness(a, b)).collect()).collect();

    let (n, m) = (gold.len(), got.len());
    // best[i][j]: the greatest sum that rows from i and from j on can reach.
    let mut best = vec![vec![0.0f64; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let paired = if alike[i][j] > 0.0 { alike[i][j] + best[i + 1][j + 1] } else { 0.0 };
            best[i][j] = best[i + 1][j].max(best[i][j + 1]).max(paired);
        }
    }

    let mut pairs = Vec::with_capacity(n.max(m));
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        // Equality of floats is meant: each is one of the very sums built above.
        if alike[i][j] > 0.0 && best[i][j] == alike[i][j] + best[i + 1][j + 1] {
            pairs.push((Some(gold[i]), Some(got[j])));
            i += 1;
            j += 1;
        } else if best[i][j] == best[i + 1][j] {
            pairs.push((Some(gold[i]), None));
            i += 1;
        } else {
            pairs.push((None, Some(got[j])));
            j += 1;
        }
    }
    pairs.extend(gold[i..].iter().map(|row| (Some(*row), None)));
    pairs.extend(got[j..].iter().map(|row| (None, Some(*row))));
    pairs
}

/// Forms in order where there are as many as in gold, else by project.
pub(super) fn forms<'a>(gold: &[&'a Value], got: &[&'a Value]) -> Vec<Pair<'a>> {
    if gold.len() == got.len() {
        return gold.iter().zip(got).map(|(g, p)| (Some(*g), Some(*p))).collect();
    }
    rows(gold, got, "project")
}

fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let ratio = ratio(a, b);
    if ratio >= ALIKE { ratio } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(names: &[&str]) -> Vec<Value> {
        names.iter().map(|name| json!({ "level3": name })).collect()
    }

    #[test]
    fn a_missing_and_an_extra_row_leave_the_others_paired() {
        let gold = named(&["参保人数", "资金到位率", "群众满意度"]);
        let got = named(&["参保人数", "合计", "群众满意度"]);
        let pairs = rows(&gold.iter().collect::<Vec<_>>(), &got.iter().collect::<Vec<_>>(), "level3");
        let named: Vec<_> = pairs
            .iter()
            .map(|(g, p)| (g.map(|g| g["level3"].as_str().unwrap()), p.map(|p| p["level3"].as_str().unwrap())))
            .collect();
        assert_eq!(
            named,
            [
                (Some("参保人数"), Some("参保人数")),
                (Some("资金到位率"), None),
                (None, Some("合计")),
                (Some("群众满意度"), Some("群众满意度")),
            ]
        );
    }
}
