//! What a form says of itself: title, project, authority, implementer, year, region, dates, totals.

use super::layout::{Layout, Pair};
use super::quantity::{Grammar, WrittenUnit};
use super::segment::Context;
use crate::model::{Date, FormType, Number, Region, Wanted};
use crate::normalize;
use crate::patterns::{Field, Patterns, label_key};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The fields of a form that its rows lean on.
#[derive(Debug, Clone, Default)]
pub(super) struct FormHead {
    pub(super) title: Option<String>,
    pub(super) form_type: Option<FormType>,
    pub(super) project: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) implementer: Option<String>,
    pub(super) year: Option<i32>,
    pub(super) region: Option<Arc<Region>>,
    pub(super) report_date: Option<Date>,
    pub(super) total_score: Option<Number>,
    pub(super) explanation: Option<String>,
    /// 单位：万元 above the table.
    pub(super) money_unit: Option<WrittenUnit>,
}

/// Reads a form's head from its layout, the lines around it, and the document. Of the lines `after` its first table, so
/// many stand `between` its tables.
pub(super) fn head(
    before: &[String],
    layout: &Layout,
    (after, between): (&[String], usize),
    context: &Context,
    patterns: &Patterns,
    grammar: &Grammar,
    wanted: Wanted,
) -> FormHead {
    let mut head = FormHead::default();
    let lines: Vec<&str> = before.iter().chain(&layout.head_lines).map(String::as_str).collect();
    let title_at = title_line(&lines, patterns);
    head.title = title_at.map(|at| without_unit(&title(&lines, at), grammar).to_owned());
    // Lines from the title on belong to the form; what stands above may be another text's.
    let own = &lines[title_at.map_or(0, |at| at.min(lines.len()))..];
    let mut pairs: Vec<Pair> = layout.pairs.clone();
    for line in own.iter().skip(usize::from(title_at.is_some())) {
        pairs.extend(line_pairs(line, patterns, grammar));
    }
    let value = |field: Field| {
        pairs
            .iter()
            .filter(|p| p.field == field)
            .filter_map(|p| p.value.as_deref())
            .map(|v| normalize::display(v).into_owned())
            .find(|v| !grammar.is_blank(v))
    };
    head.project = value(Field::Project);
    head.authority = match (value(Field::Authority), value(Field::AuthorityLocal)) {
        (Some(central), Some(local)) => Some(format!("{central}；{local}")),
        (one, other) => one.or(other),
    };
    head.implementer = value(Field::Implementer);
    head.report_date = pairs
        .iter()
        .filter(|p| p.field == Field::ReportDate)
        .filter_map(|p| p.value.as_deref())
        .find_map(|v| grammar.date(v, None))
        .or_else(|| date_below(after, patterns, grammar));
    head.total_score = pairs
        .iter()
        .filter(|p| p.field == Field::TotalScore)
        .filter_map(|p| p.value.as_deref())
        .find_map(|v| super::align::points(grammar, &normalize::display(v)))
        .map(Number::new);
    head.explanation = layout
        .pairs
        .iter()
        .filter(|p| p.field == Field::Explanation)
        .filter_map(|p| p.value.as_deref())
        .map(normalize::paragraphs)
        .find(|v| !v.is_empty())
        .or_else(|| after.iter().take(12).find_map(|line| note(line, patterns)));
    let labels: Vec<String> = layout.pairs.iter().map(|p| p.label.clone()).collect();
    head.form_type = Some(patterns.form_types.of(&labels, head.title.as_deref().unwrap_or("")));
    let between = after.iter().take(between).map(String::as_str);
    head.money_unit = own.iter().copied().chain(between).find_map(|line| {
        grammar.unit_in_brackets(line).or_else(|| unit_after_colon(line, grammar)).filter(|u| &*u.base == "元")
    });
    head.year = year(&head, own, &pairs, layout, context, grammar);
    if wanted.regions {
        head.region = region(&head, own, &pairs, after, context, patterns);
    }
    head
}

/// 填表人：… 填报日期：… below the table; what stands below the next title is the next form's.
fn date_below(after: &[String], patterns: &Patterns, grammar: &Grammar) -> Option<Date> {
    /// Lines of a form's foot.
    const FOOT_LINES: usize = 8;
    let own = after.iter().take(FOOT_LINES).take_while(|line| !patterns.row_labels.is_title(&normalize::key(line)));
    let pairs = own.flat_map(|line| line_pairs(line, patterns, grammar)).filter(|pair| pair.field == Field::ReportDate);
    pairs.filter_map(|pair| grammar.date(pair.value.as_deref()?, None)).next()
}

/// The unit behind 单位：, whatever follows it: 金额单位：万元（保留两位小数）.
fn unit_after_colon(line: &str, grammar: &Grammar) -> Option<WrittenUnit> {
    line.split(['：', ':']).skip(1).find_map(|rest| first_unit(rest, grammar))
}

/// The unit that a text begins with.
fn first_unit(text: &str, grammar: &Grammar) -> Option<WrittenUnit> {
    let word = text.trim_start().split(|c: char| c.is_whitespace() || "（(，,；;、".contains(c)).next()?;
    grammar.unit(word)
}

/// A title without the unit of the form's amounts behind it: …自评表（金额单位：万元）.
fn without_unit<'t>(title: &'t str, grammar: &Grammar) -> &'t str {
    let open = title.rfind(['（', '(']).filter(|_| title.ends_with(['）', ')']));
    let of_money = |open: &usize| grammar.unit_in_brackets(&title[*open..]).is_some_and(|unit| &*unit.base == "元");
    open.filter(of_money).map_or(title, |open| title[..open].trim_end())
}

/// The line that reads like a title: the last one that says 自评表, else the last long one before the unit line.
fn title_line(lines: &[&str], patterns: &Patterns) -> Option<usize> {
    lines.iter().rposition(|line| {
        line.chars().count() <= 70
            && !line.ends_with(['。', '；', '：', ':'])
            && patterns.row_labels.is_title(&normalize::key(line))
    })
}

/// The title, its first half fetched where it was broken over two lines.
fn title(lines: &[&str], at: usize) -> String {
    let line = without_annex(lines[at].trim_matches(['*', '#', ' ', '_', '《', '》']));
    let short = line.chars().count() <= 8;
    match at.checked_sub(1).map(|above| lines[above]) {
        Some(above) if short && !above.contains(['：', ':', '。']) && above.chars().count() > 4 => {
            format!("{above}{line}")
        }
        _ => line.to_owned(),
    }
}

/// `附件1 2022年度项目支出绩效自评表`: the title without the annex's number, which a year may follow.
fn without_annex(line: &str) -> &str {
    let Some(rest) = ["附件", "附表"].iter().find_map(|word| line.strip_prefix(word)) else { return line };
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十-－".contains(c);
    let behind = rest.trim_start_matches(' ').trim_start_matches(number);
    let title = behind.trim_start_matches([' ', '\u{3000}', '：', ':', '.', '、', '《']);
    // Without a space or sign between, nobody can tell the number from the year.
    if title.len() < behind.len() && !title.is_empty() { title } else { line }
}

/// Labels of the unit of a form's amounts, the longer first.
const MONEY_UNIT: [&str; 4] = ["金额单位", "货币单位", "计量单位", "单位"];

/// The pairs of a line: `单位名称：黄石市图书馆    填报日期：2023年3月15日`.
fn line_pairs(line: &str, patterns: &Patterns, grammar: &Grammar) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    // Every colon behind a known label begins a value that ends where the next label begins.
    let mut starts: Vec<(usize, usize, Field, String)> = Vec::new();
    for (at, colon) in line.char_indices().filter(|(_, c)| matches!(c, '：' | ':')) {
        let before = &line[..at];
        let from = starts.last().map_or(0, |(_, end, ..)| *end);
        let chunk = &before[from.min(before.len())..];
        // The label is the longest known tail of what stands before the colon.
        let tails = chunk.char_indices().map(|(i, _)| i);
        let label_ends = at + colon.len_utf8();
        for tail in tails {
            let key = label_key(&chunk[tail..]);
            if let Some(hit) = patterns.headers.exact(&key, crate::patterns::HeaderPart::Head).next() {
                let field = hit.field;
                starts.push((from + tail, label_ends, field, key));
                break;
            }
        }
        // 填报单位：水务局    单位：万元: the unit of the amounts is none of the name.
        if starts.last().is_none_or(|(_, end, ..)| *end != label_ends)
            && let Some(word) = MONEY_UNIT.iter().find(|word| chunk.trim_end().ends_with(*word))
            && first_unit(&line[label_ends..], grammar).is_some_and(|unit| &*unit.base == "元")
        {
            starts.push((before.trim_end().len() - word.len(), label_ends, Field::OtherLabel, label_key(word)));
        }
    }
    for (index, (_, value_from, field, label)) in starts.iter().enumerate() {
        let value_to = starts.get(index + 1).map_or(line.len(), |next| next.0);
        let value = line[*value_from..value_to.max(*value_from)].trim();
        pairs.push(Pair { field: *field, label: label.clone(), value: (!value.is_empty()).then(|| value.to_owned()) });
    }
    pairs
}

/// `说明：无。` below the table.
fn note(line: &str, patterns: &Patterns) -> Option<String> {
    let (label, value) = super::signals::split_at_colon(line)?;
    (super::signals::head_field(&label_key(label), patterns) == Some(Field::Explanation)).then(|| value.to_owned())
}

/// The fiscal year: a label, the subtitle, the title, the goals, then the document.
fn year(
    head: &FormHead,
    own: &[&str],
    pairs: &[Pair],
    layout: &Layout,
    context: &Context,
    grammar: &Grammar,
) -> Option<i32> {
    let labelled = pairs.iter().filter(|p| p.field == Field::Year).filter_map(|p| p.value.as_deref());
    let subtitle = own.iter().skip(1).map(|line| before_unit(line)).filter(|l| l.chars().count() <= 20);
    let subtitle = subtitle.filter(|l| !l.contains(['：', ':', '日']));
    let of_title = head.title.as_deref();
    let labelled = labelled.map(|value| grammar.year(value).or_else(|| bare_year(value, grammar)));
    let first = labelled.chain(subtitle.chain(of_title).map(|t| grammar.year(t))).flatten().next();
    first
        .or_else(|| {
            let goals = layout.goals_actual.iter().chain(&layout.goals_expected).map(String::as_str);
            let texts = goals.chain(head.explanation.as_deref());
            most_frequent_year(texts)
        })
        .or_else(|| head.project.as_deref().and_then(|t| grammar.year(t)))
        .or_else(|| context.title.as_deref().and_then(|t| grammar.year(t)))
        .or_else(|| context.head.iter().filter(|l| l.contains("年度")).find_map(|t| grammar.year(t)))
        .or_else(|| year_of_period(pairs))
}

/// The year of a project that begins and ends in it: 实施期限 2023年1月-2023年12月.
fn year_of_period(pairs: &[Pair]) -> Option<i32> {
    let tells = |p: &&Pair| {
        p.field == Field::OtherLabel && ["期限", "起止", "周期", "实施期"].iter().any(|word| p.label.contains(word))
    };
    pairs.iter().filter(tells).filter_map(|p| p.value.as_deref()).find_map(|value| {
        let years = years_in(value);
        let first = years.first().copied()?;
        years.iter().all(|year| *year == first).then_some(first)
    })
}

/// （2021年度） of `（2021年度）单位：万元`; a line that begins with no bracket as it is.
fn before_unit(line: &str) -> &str {
    let end = line.find(['）', ')']).filter(|_| line.starts_with(['（', '(']));
    let close = end.and_then(|at| Some(at + line[at..].chars().next()?.len_utf8()));
    close.map_or(line, |close| &line[..close])
}

/// A year beside the label 预算年度: 2022.
fn bare_year(value: &str, grammar: &Grammar) -> Option<i32> {
    let year = i32::try_from(grammar.number(value)?).ok()?;
    (1990..=2100).contains(&year).then_some(year)
}

/// The year that texts name most often; of equals the earlier named.
fn most_frequent_year<'t>(texts: impl Iterator<Item = &'t str>) -> Option<i32> {
    let mut counts: Vec<(i32, usize)> = Vec::new();
    for text in texts {
        for year in years_in(text) {
            match counts.iter_mut().find(|(y, _)| *y == year) {
                Some((_, count)) => *count += 1,
                None => counts.push((year, 1)),
            }
        }
    }
    let most = counts.iter().map(|(_, c)| *c).max()?;
    counts.iter().find(|(_, c)| *c == most).map(|(y, _)| *y)
}

/// The years that a text names, in its order.
fn years_in(text: &str) -> Vec<i32> {
    let years = text.match_indices('年').filter_map(|(at, _)| {
        let digits: String = text[..at].chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let folded = normalize::key(&digits);
        folded.parse::<i32>().ok().filter(|year| folded.len() == 4 && (1990..=2100).contains(year))
    });
    years.collect()
}

/// The smallest coded place that holds the reporting unit.
fn region(
    head: &FormHead,
    own: &[&str],
    pairs: &[Pair],
    after: &[String],
    context: &Context,
    patterns: &Patterns,
) -> Option<Arc<Region>> {
    let local = pairs.iter().find(|p| p.field == Field::AuthorityLocal).and_then(|p| p.value.as_deref());
    let mut texts: Vec<&str> = Vec::new();
    texts.extend(head.implementer.as_deref());
    // 统筹地区 | 文昌市: the place itself.
    let is_place = |p: &&Pair| p.field == Field::OtherLabel && (p.label.contains("地区") || p.label.contains("统筹"));
    texts.extend(pairs.iter().filter(is_place).filter_map(|p| p.value.as_deref()));
    texts.extend(head.title.as_deref());
    texts.extend(local);
    texts.extend(head.authority.as_deref());
    texts.extend(own.iter().skip(1).copied());
    texts.extend(head.project.as_deref());
    texts.extend(after.iter().take(6).filter(|l| l.chars().count() <= 24).map(String::as_str));
    let places = context.head_places(&patterns.regions);
    patterns.regions.resolve_among(&texts, (&context.head, &places), head.year)
}

/// Points of 合计 in one or two numbers: what is weight and what is score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) weight: Option<Decimal>,
    pub(super) score: Option<Decimal>,
    /// Points of the fund block, which a printed total may include.
    pub(super) fund_weight: Option<Decimal>,
    pub(super) fund_score: Option<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_amounts_ends_the_name_before_it() {
        let patterns = Patterns::builtin();
        let grammar = Grammar::load(None).unwrap();
        let read = |line: &str| {
            let pairs = line_pairs(line, patterns, &grammar);
            pairs.into_iter().map(|pair| (pair.field, pair.value.unwrap_or_default())).collect::<Vec<_>>()
        };
        let unit = |value: &str| (Field::OtherLabel, value.to_owned());
        let implementer = |value: &str| (Field::Implementer, value.to_owned());
        assert_eq!(read("填报单位：平川县水务局    单位：万元"), [implementer("平川县水务局"), unit("万元")]);
        assert_eq!(read("填报单位：平川县水务局金额单位：元"), [implementer("平川县水务局"), unit("元")]);
        assert_eq!(
            read("填报单位：平川县水务局    填报单位：二中"),
            [implementer("平川县水务局"), implementer("二中")]
        );
    }
}
