//! Cuts a paragraph into clauses: what stands between `，；。`, brackets that hold clauses of their own apart.

use crate::mapping::quantity::Said;
use std::ops::Range;

/// A clause and the measures that it says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    /// Displayed characters.
    pub(super) range: Range<usize>,
    /// Brackets in it that are part of a name or a remark: nothing in them is read.
    pub(super) brackets: Vec<Range<usize>>,
    /// Indices into the paragraph's measures.
    pub(super) measures: Vec<usize>,
    /// A bracket of a percentage alone in it: `自治区（60%）资助`.
    pub(super) share: Option<usize>,
    /// It stands in a bracket behind the clause before it.
    pub(super) nested: bool,
    /// A sentence ends with it.
    pub(super) closes: bool,
    /// `；` or a sentence's end stands behind it.
    pub(super) parted: bool,
}

/// The longest bracket.
const LONGEST_BRACKET: usize = 400;

/// The clauses of a paragraph in reading order; those of a bracket behind the clause that it stands in.
pub(super) fn clauses(text: &[char], said: &[Said]) -> Vec<Clause> {
    let mut out = Vec::with_capacity(2 * said.len());
    cut(text, 0..text.len(), said, false, &mut out);
    out
}

/// `nested`: the range is a bracket's content, in which further brackets are passed over.
fn cut(text: &[char], range: Range<usize>, said: &[Said], nested: bool, out: &mut Vec<Clause>) {
    let blank = |from: usize| Clause {
        range: from..from,
        brackets: Vec::new(),
        measures: Vec::new(),
        share: None,
        nested,
        closes: false,
        parted: false,
    };
    let mut clause = blank(range.start);
    let mut inner: Option<Range<usize>> = None;
    // Measures are in order: the next one to be met.
    let mut next = said.partition_point(|m| m.start < range.start);
    let mut last_end = 0;
    let mut i = range.start;
    while i < range.end {
        if said.get(next).is_some_and(|m| m.start == i) {
            clause.measures.push(next);
            last_end = said[next].end;
            i = last_end.min(range.end).max(i + 1);
            next += 1;
            continue;
        }
        let c = text[i];
        if ('\u{4E00}'..='\u{9FFF}').contains(&c) {
            i += 1;
            continue;
        }
        if let Some(close) = closing(c).and_then(|close| matching(text, i, close, range.end)) {
            let inside = i + 1..close;
            let held = {
                let to = said.partition_point(|m| m.start < close);
                next..to.max(next)
            };
            next = held.end;
            let is_round = matches!(c, '（' | '(');
            let alone = held.len() == 1 && said[held.start].start == inside.start && said[held.start].end == inside.end;
            let at_end = text.get(close + 1).is_none_or(|c| is_boundary(*c)) || close + 1 >= range.end;
            if is_round && alone && is_ratio(&said[held.start]) && clause.share.is_none() {
                clause.share = Some(held.start);
                clause.brackets.push(i..close + 1);
            } else if is_round && !held.is_empty() && at_end && !nested {
                inner = Some(inside);
                // What the clause says ends before the bracket.
                clause.range.end = i;
            } else {
                clause.brackets.push(i..close + 1);
            }
            i = close + 1;
            continue;
        }
        let splits = match c {
            '，' | '；' | '。' | '！' | '？' | '\n' => true,
            ',' | ';' | '!' | '?' => {
                !(i > 0 && text[i - 1].is_ascii_digit() && text.get(i + 1).is_some_and(char::is_ascii_digit))
            }
            '、' => last_end == i && last_end > clause.range.start,
            _ => false,
        };
        if splits {
            clause.closes = matches!(c, '。' | '！' | '？' | '\n');
            clause.parted = clause.closes || matches!(c, '；' | ';');
            finish(text, clause, i, inner.take(), said, out);
            clause = blank(i + 1);
        }
        i += 1;
    }
    clause.closes = !nested;
    clause.parted = !nested;
    finish(text, clause, range.end, inner, said, out);
}

fn finish(
    text: &[char],
    mut clause: Clause,
    end: usize,
    inner: Option<Range<usize>>,
    said: &[Said],
    out: &mut Vec<Clause>,
) {
    if inner.is_none() {
        clause.range.end = end;
    }
    while clause.range.start < clause.range.end && text[clause.range.start] == ' ' {
        clause.range.start += 1;
    }
    let (closes, parted) = (clause.closes, clause.parted);
    if inner.is_some() {
        (clause.closes, clause.parted) = (false, false);
    }
    if clause.range.start < clause.range.end {
        out.push(clause);
    }
    if let Some(inner) = inner {
        cut(text, inner, said, true, out);
        if let Some(last) = out.last_mut() {
            (last.closes, last.parted) = (closes, parted);
        }
    }
}

fn is_boundary(c: char) -> bool {
    matches!(c, '，' | '；' | '。' | '！' | '？' | '、' | ',' | ';' | '\n' | '）' | ')')
}

fn is_ratio(said: &Said) -> bool {
    said.quantity.unit.as_deref() == Some("ratio")
}

fn closing(open: char) -> Option<char> {
    Some(match open {
        '（' | '(' => '）',
        '《' => '》',
        '〔' => '〕',
        '【' => '】',
        '[' => ']',
        _ => return None,
    })
}

/// Where the bracket opened at `open` closes; brackets of its kind inside it counted.
fn matching(text: &[char], open: usize, close: char, end: usize) -> Option<usize> {
    let same = |c: char| if c == ')' { '）' } else { c };
    let opener = text[open];
    let mut depth = 0usize;
    for (offset, c) in text[open..end.min(open + LONGEST_BRACKET)].iter().enumerate() {
        if *c == opener || (matches!(opener, '（' | '(') && matches!(c, '（' | '(')) {
            depth += 1;
        } else if same(*c) == close {
            depth -= 1;
            if depth == 0 {
                return Some(open + offset);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::quantity::Grammar;

    fn of(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let said = Grammar::load(None).unwrap().said(&chars, 0, chars.len(), true);
        clauses(&chars, &said)
            .iter()
            .map(|c| {
                let text: String = chars[c.range.clone()].iter().collect();
                format!("{}{text}#{}", if c.nested { ">" } else { "" }, c.measures.len())
            })
            .collect()
    }

    #[test]
    fn commas_cut_and_brackets_nest() {
        assert_eq!(
            of("补助资金43155万元（2022年12月收到37715万元、2023年10月收到5440万元）；县级1,234万元。"),
            ["补助资金43155万元#1", ">2022年12月收到37715万元#1", ">2023年10月收到5440万元#1", "县级1,234万元#1"]
        );
        assert_eq!(of("其中自治区（60%）资助参保支出161万元"), ["其中自治区（60%）资助参保支出161万元#1"]);
        assert_eq!(
            of("依据《办法，2号》（巴发〔2022〕2号），金山、汪仁参保8人"),
            ["依据《办法，2号》（巴发〔2022〕2号）#0", "金山、汪仁参保8人#1"]
        );
        assert_eq!(of("医保（以下简称“医保”）标准400元"), ["医保（以下简称“医保”）标准400元#1"]);
        assert_eq!(of("（（5人"), ["（（5人#1"]);
        assert!(of("").is_empty());
    }
}
