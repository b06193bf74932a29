//! Cells that hold several indicators, one a line: `指标1：新建校舍` over `指标2：购置桌椅`, their values on the same lines of the
//! cells beside. Lines come in, for each indicator its own line of every cell goes out; where the cells' lines do not
//! answer each other, nothing does.

use super::quantity::{Context, Grammar};
use crate::normalize;

/// The lines of one indicator among several that share a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) target: String,
    pub(super) actual: String,
    /// Its own points, sign and unit, where those cells have a line for each, too.
    pub(super) weight: Option<String>,
    pub(super) score: Option<String>,
    pub(super) sign: Option<String>,
    pub(super) unit: Option<String>,
}

/// The texts of a row's cells as the source has them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Texts<'t> {
    pub(super) name: &'t str,
    pub(super) target: &'t str,
    pub(super) actual: &'t str,
    pub(super) weight: &'t str,
    pub(super) score: &'t str,
    pub(super) sign: &'t str,
    pub(super) unit: &'t str,
}

/// Most indicators of one row.
const MOST: usize = 30;

/// The indicators of a row, if its cells hold several: every name begins with its number, or target and actual have a
/// measure for each of them.
pub(super) fn lines(texts: Texts<'_>, grammar: &Grammar) -> Option<Vec<Line>> {
    if let Some(lines) = run_together(texts) {
        return Some(lines);
    }
    if !texts.name.contains(['\n', '<']) {
        return None;
    }
    let names = split(texts.name);
    let count = names.len();
    if !(2..=MOST).contains(&count) {
        return None;
    }
    let (targets, actuals) = (split(texts.target), split(texts.actual));
    let answers = |lines: &[String]| lines.len() == count;
    let fits = |lines: &[String]| lines.is_empty() || answers(lines);
    if !(fits(&targets) && fits(&actuals)) || (targets.is_empty() && actuals.is_empty()) {
        return None;
    }
    let measured = |lines: &[String]| {
        let reads = |line: &String| grammar.read(line, &Context::default()).is_some_and(|r| r.quantity.is_measured());
        answers(lines) && lines.iter().all(reads)
    };
    let numbered = names.iter().enumerate().all(|(index, name)| number(name).is_some_and(|(n, _)| n == index + 1));
    // Names without numbers may be one name that was broken; two columns of measures are no accident.
    if !(numbered || measured(&targets) && measured(&actuals)) {
        return None;
    }
    let own = |text: &str| {
        let lines = split(text);
        answers(&lines).then_some(lines)
    };
    let (weights, scores) = (own(texts.weight), own(texts.score));
    let (signs, units) = (own(texts.sign), own(texts.unit));
    let (targets, actuals) = (without_numbers(targets), without_numbers(actuals));
    let at = |lines: &Option<Vec<String>>, index: usize| lines.as_ref().map(|lines| lines[index].clone());
    let value = |lines: &[String], index: usize| lines.get(index).cloned().unwrap_or_default();
    let line = |(index, name): (usize, String)| Line {
        name,
        target: value(&targets, index),
        actual: value(&actuals, index),
        weight: at(&weights, index),
        score: at(&scores, index),
        sign: at(&signs, index),
        unit: at(&units, index),
    };
    Some(names.into_iter().enumerate().map(line).collect())
}

/// The same where a dump has put the lines together, `指标1：校舍面积指标2：课桌椅` beside `≥100平方米≥30套`: the names must be numbered
/// by 指标1, 指标2 …, and every value cell must fall into as many measures.
fn run_together(texts: Texts<'_>) -> Option<Vec<Line>> {
    let name = normalize::display(texts.name);
    let rest = name.strip_prefix("指标1")?;
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut names = Vec::new();
    let mut from = 0;
    for count in 2..=MOST {
        let Some(at) = name[from..].find(&format!("指标{count}")) else { break };
        names.push(name[from..from + at].trim().to_owned());
        from += at;
    }
    names.push(name[from..].trim().to_owned());
    let count = names.len();
    let values = |text: &str| -> Option<Vec<String>> {
        let pieces = measures(&normalize::display(text));
        (pieces.is_empty() || pieces.len() == count).then_some(pieces)
    };
    let (targets, actuals) = (values(texts.target)?, values(texts.actual)?);
    if count < 2 || (targets.is_empty() && actuals.is_empty()) {
        return None;
    }
    let value = |lines: &[String], index: usize| lines.get(index).cloned().unwrap_or_default();
    let line = |(index, name)| Line {
        name,
        target: value(&targets, index),
        actual: value(&actuals, index),
        weight: None,
        score: None,
        sign: None,
        unit: None,
    };
    Some(names.into_iter().enumerate().map(line).collect())
}

/// A text cut before every number and its sign: `≥95%≥90%` is `≥95%`, `≥90%`.
fn measures(text: &str) -> Vec<String> {
    let is_sign = |c: char| matches!(c, '≥' | '≤' | '≧' | '≦' | '>' | '<' | '=');
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let mut pieces: Vec<String> = Vec::new();
    let mut before = None;
    for c in text.chars() {
        let begins = match before {
            None => true,
            Some(last) if is_sign(c) => !is_sign(last),
            Some(last) => c.is_ascii_digit() && !is_number(last) && !is_sign(last),
        };
        if begins {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        before = Some(c);
    }
    pieces
}

/// The lines of a cell that say something.
fn split(text: &str) -> Vec<String> {
    let text = normalize::plain(text);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Values that repeat their indicators' numbers, `指标1：≥90%`, without them.
fn without_numbers(lines: Vec<String>) -> Vec<String> {
    let numbered = lines.iter().enumerate().all(|(index, line)| number(line).is_some_and(|(n, _)| n == index + 1));
    if !numbered {
        return lines;
    }
    lines.iter().map(|line| number(line).map_or_else(|| line.clone(), |(_, rest)| rest)).collect()
}

/// The number that a line begins with, and what stands behind it: `指标2：…`, `2.…`, `（2）…`, `②…`. `1.5万元` is a value.
fn number(line: &str) -> Option<(usize, String)> {
    let key = normalize::display(line);
    if let Some(c @ '①'..='⑳') = key.chars().next() {
        return Some((c as usize - '①' as usize + 1, key.chars().skip(1).collect()));
    }
    let rest = key.strip_prefix("指标").unwrap_or(&key);
    let named = rest.len() < key.len();
    let (rest, bracket) = match rest.strip_prefix(['(', '（']) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest[..digits].parse().ok()?;
    let behind = &rest[digits..];
    let marks: &[char] = if bracket { &[')', '）'] } else { &['.', '．', '、', '：', ':', '）', ')'] };
    let text = behind.strip_prefix(marks);
    let text = match text {
        // 1.5 is a decimal; 1：5 and 1、5 are a number and its value.
        Some(text) if !(behind.starts_with(['.', '．']) && text.starts_with(|c: char| c.is_ascii_digit())) || named => {
            text
        }
        None if named => behind,
        _ => return None,
    };
    Some((number, text.trim_start_matches(['：', ':', '、', '.']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, target: &str, actual: &str) -> Option<Vec<[String; 3]>> {
        let grammar = Grammar::load(None).unwrap();
        let found = lines(Texts { name, target, actual, ..Texts::default() }, &grammar)?;
        Some(found.into_iter().map(|line| [line.name, line.target, line.actual]).collect())
    }

    fn row(texts: [&str; 3]) -> [String; 3] {
        texts.map(str::to_owned)
    }

    #[test]
    fn numbered_names_have_the_values_of_their_lines() {
        assert_eq!(
            read("指标1：校舍面积\n指标2：课桌椅", "≥100平方米\n改善", "110平方米\n改善").unwrap(),
            [row(["指标1：校舍面积", "≥100平方米", "110平方米"]), row(["指标2：课桌椅", "改善", "改善"])]
        );
        assert_eq!(
            read("1.甲\n2.乙\n3.丙", "1：≥5%\n2：6次\n3：7次", "").unwrap(),
            [row(["1.甲", "≥5%", ""]), row(["2.乙", "6次", ""]), row(["3.丙", "7次", ""])]
        );
    }

    #[test]
    fn names_without_numbers_need_a_measure_each_on_both_sides() {
        assert_eq!(
            read("受益学生数\n大班额比例", "≥100人\n≤2%", "120人\n1%").unwrap(),
            [row(["受益学生数", "≥100人", "120人"]), row(["大班额比例", "≤2%", "1%"])]
        );
        assert_eq!(read("城乡低保\n保障人数", "≥3200人", "3246人"), None);
        assert_eq!(read("城乡低保\n保障水平", "有所\n提高", "有所\n提高"), None);
    }

    #[test]
    fn lines_that_do_not_answer_each_other_stay_one_row() {
        assert_eq!(read("指标1：甲\n指标2：乙", "≥5次\n≥6次\n≥7次", "5次\n6次"), None);
        assert_eq!(read("指标1：甲\n指标2：乙", "", ""), None);
        assert_eq!(read("指标1：甲", "1.5万元\n2.5万元", "1万元\n2万元"), None);
    }

    #[test]
    fn lines_that_were_put_together_are_cut_where_as_many_measures_stand() {
        assert_eq!(
            read("指标1：校舍面积指标2：培训教师", "≥12,000平方米≥200人次", "12500平方米186人次").unwrap(),
            [row(["指标1：校舍面积", "≥12,000平方米", "12500平方米"]), row(["指标2：培训教师", "≥200人次", "186人次"])]
        );
        assert_eq!(read("指标1：甲指标2：乙", "95%98%90%", "95%98%"), None);
        assert_eq!(read("指标1：甲指标2：乙", "改善", "改善"), None);
        assert_eq!(read("指标1：受益人数", "≥200人", "210人"), None);
    }

    #[test]
    fn a_decimal_is_no_number_of_a_line() {
        assert_eq!(number("1.5万元"), None);
        assert_eq!(number("2.拨付资金"), Some((2, "拨付资金".to_owned())));
        assert_eq!(number("（3）拨付"), Some((3, "拨付".to_owned())));
        assert_eq!(number("②拨付"), Some((2, "拨付".to_owned())));
    }
}
