//! Keys of labels and the plain word lists: fund labels, form types, row labels.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use super::quick_hash::QuickMap;
use crate::model::{FormType, SourceOfFunds};
use crate::normalize;
use serde::Deserialize;
use std::path::Path;

/// The key that labels are compared by: normalised, brackets and their content, numbering, a trailing colon and
/// marks taken off. `年度绩效目标 1（70分）：` → `年度绩效目标`.
pub fn label_key(text: &str) -> String {
    let key = outside_brackets(level_first(normalize::key(text)));
    let core = key
        .trim_end_matches([':', ';', ',', '.', '。', '、', '，'])
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches(['.', '、', ',', '·', '-']);
    // 2023年全年预算数 heads the same column as 全年预算数.
    let core = match year_before(core) {
        Some((_, rest)) if !rest.is_empty() => rest,
        _ => core,
    };
    let unnumbered = core.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let label = match unnumbered.strip_prefix(['.', '、', '．']) {
        Some(rest) if !rest.is_empty() => rest,
        _ => core,
    };
    let label = without_translation(label);
    if label.len() == key.len() { key } else { label.to_owned() }
}

/// 指标名称(一级) says what 一级指标名称 says.
fn level_first(key: String) -> String {
    let Some(inside) = key.strip_suffix("级)") else { return key };
    let level = ["(一", "(二", "(三"].into_iter().find_map(|level| Some((inside.strip_suffix(level)?, &level[1..])));
    match level {
        Some((name, level)) if !name.is_empty() => format!("{level}级{name}"),
        _ => key,
    }
}

/// A label without the Latin words behind it that say the same again: 项目名称 Project.
fn without_translation(label: &str) -> &str {
    /// Fewer letters are an abbreviation that belongs to the name.
    const SHORTEST_WORD: usize = 4;
    let rest = label.trim_end_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '/' | '&' | '.' | '\''));
    let tail = &label[rest.len()..];
    let letters = tail.bytes().filter(u8::is_ascii_alphabetic).count();
    let behind_cjk = rest.chars().next_back().is_some_and(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    if letters >= SHORTEST_WORD && behind_cjk { rest } else { label }
}

/// A key without its brackets, what they hold, and marks.
fn outside_brackets(key: String) -> String {
    let is_mark = |c: char| matches!(c, '*' | '★' | '☆' | '"' | '“' | '”' | '\'' | '|' | '_');
    let opens = |c: char| matches!(c, '(' | '[' | '【' | '〔' | '「');
    let closes = |c: char| matches!(c, ')' | ']' | '】' | '〕' | '」');
    let Some(first) = key.find(|c| is_mark(c) || opens(c) || closes(c)) else {
        return key;
    };
    let mut out = String::with_capacity(key.len());
    out.push_str(&key[..first]);
    let mut depth = 0u32;
    for c in key[first..].chars() {
        match c {
            c if opens(c) => depth += 1,
            c if closes(c) => depth = depth.saturating_sub(1),
            c if depth > 0 || is_mark(c) => {}
            c => out.push(c),
        }
    }
    // A bracket that is never closed hides nothing: the text broke off or continues elsewhere.
    if depth > 0 {
        let open = key.find(opens).unwrap_or(key.len());
        out.clear();
        out.push_str(&key[..open]);
    }
    out
}

/// A year at the beginning of a key, and what stands behind it: `2023年度目标值` → 2023, `目标值`.
pub fn year_before(key: &str) -> Option<(i32, &str)> {
    let digits = key.get(..4).filter(|d| d.starts_with("20") && d.bytes().all(|b| b.is_ascii_digit()))?;
    let rest = key[4..].strip_prefix('年')?;
    // 年度目标值 is a header of its own; only the 年 belongs to the year.
    Some((digits.parse().ok()?, rest))
}

/// A set of label spellings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowLabelEntry {
    id: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    like: Vec<String>,
}

impl Entry for RowLabelEntry {
    const FILE: &'static str = "row_labels.toml";
    const TABLE: &'static str = "row_label";
    const BUILTIN: &'static str = include_str!("../../patterns/row_labels.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
    /// Each is asked for by itself.
    fn scope(&self) -> &str {
        &self.id
    }
}

/// What a row or line of a form is, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowLabel {
    /// 合计, 总分.
    Total,
    /// 绩效指标, at the left of the indicator block.
    IndicatorBlock,
    /// 项目资金, at the left of the fund block.
    FundBlock,
    /// 指标1., ……: left in from the template.
    Placeholder,
    /// 注: a note follows.
    Note,
    /// 行次: it numbers rows or columns.
    Numbering,
    /// 小计: what one level of the block adds up to.
    Subtotal,
    /// 完成值 below 实际: the second line of a header cell.
    HeaderFragment,
}

/// The labels of rows, and the words of titles.
#[derive(Debug)]
pub struct RowLabels {
    names: QuickMap<Vec<RowLabel>>,
    /// Bytes of the longest of them.
    longest: usize,
    title: Vec<String>,
    money: Vec<String>,
    detail: Vec<String>,
    all_years: Vec<String>,
}

impl RowLabels {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut labels = RowLabels {
            names: QuickMap::default(),
            longest: 0,
            title: Vec::new(),
            money: Vec::new(),
            detail: Vec::new(),
            all_years: Vec::new(),
        };
        for entry in load_entries::<RowLabelEntry>(overlay)? {
            let label = match entry.id.as_str() {
                "total" => RowLabel::Total,
                "indicator-label" => RowLabel::IndicatorBlock,
                "fund-label" => RowLabel::FundBlock,
                "placeholder" => RowLabel::Placeholder,
                "note" => RowLabel::Note,
                "subtotal" => RowLabel::Subtotal,
                "numbering" => RowLabel::Numbering,
                "header-fragment" => RowLabel::HeaderFragment,
                "detail" => {
                    labels.detail.extend(entry.like.iter().map(|w| normalize::key(w)));
                    continue;
                }
                "all-years" => {
                    labels.all_years.extend(entry.like.iter().map(|w| normalize::key(w)));
                    continue;
                }
                "money" => {
                    labels.money.extend(entry.like);
                    continue;
                }
                _ => {
                    labels.title.extend(entry.like.iter().map(|w| normalize::key(w)));
                    continue;
                }
            };
            for name in &entry.names {
                let key = if label == RowLabel::Placeholder { normalize::key(name) } else { label_key(name) };
                labels.longest = labels.longest.max(key.len());
                labels.names.entry(key).or_default().push(label);
            }
        }
        Ok(labels)
    }

    /// Is this key ([`label_key`]; for placeholders [`normalize::key`]) such a label?
    pub fn is(&self, key: &str, label: RowLabel) -> bool {
        key.len() <= self.longest && self.names.get(key).is_some_and(|labels| labels.contains(&label))
    }

    /// Is this key ([`label_key`]) any label but a placeholder?
    pub fn is_label(&self, key: &str) -> bool {
        let known = self.names.get(key).filter(|_| key.len() <= self.longest);
        known.is_some_and(|labels| labels.iter().any(|label| *label != RowLabel::Placeholder))
    }

    /// Is a row with this name ([`normalize::key`]) a detail of the row above, 其中：桃树种植面积?
    pub fn is_detail(&self, key: &str) -> bool {
        self.detail.iter().any(|word| key.starts_with(word.as_str()))
    }

    /// Does a row with this name speak of money?
    pub fn speaks_of_money(&self, name: &str) -> bool {
        let key = normalize::key(name);
        self.money.iter().any(|word| key.contains(word.as_str()))
    }

    /// Does a label ([`label_key`]) speak of all the years that a project takes, 实施期资金总额?
    pub fn spans_years(&self, key: &str) -> bool {
        self.all_years.iter().any(|word| key.contains(word.as_str()))
    }

    /// Does a text (its [`normalize::key`]) read like the title of a form?
    pub fn is_title(&self, key: &str) -> bool {
        self.title.iter().any(|word| key.contains(word.as_str()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FundLabelEntry {
    id: String,
    /// Where the id is not the source's own name.
    source: Option<SourceOfFunds>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    unlike: Vec<String>,
}

impl Entry for FundLabelEntry {
    const FILE: &'static str = "fund_labels.toml";
    const TABLE: &'static str = "fund_label";
    const BUILTIN: &'static str = include_str!("../../patterns/fund_labels.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
    fn key(spelling: &str) -> String {
        label_key(spelling)
    }
}

/// Whose money a fund row's label names.
#[derive(Debug)]
pub struct FundLabels {
    names: QuickMap<SourceOfFunds>,
    /// Bytes of the longest of them.
    longest: usize,
    rules: Vec<(SourceOfFunds, Vec<String>, Vec<String>)>,
}

impl FundLabels {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut labels = FundLabels { names: QuickMap::default(), longest: 0, rules: Vec::new() };
        for entry in load_entries::<FundLabelEntry>(overlay)? {
            let source = entry.source.or_else(|| source_named(&entry.id)).unwrap_or(SourceOfFunds::Other);
            for name in &entry.names {
                let key = label_key(name);
                let key = without_lead(&key);
                labels.longest = labels.longest.max(key.len());
                labels.names.entry(key.to_owned()).or_insert(source);
            }
            if !entry.words.is_empty() {
                labels.rules.push((source, entry.words, entry.unlike));
            }
        }
        Ok(labels)
    }

    /// The source that a label names exactly; `None` for words that are no known label.
    pub fn exact(&self, label: &str) -> Option<SourceOfFunds> {
        self.exact_key(&label_key(label))
    }

    /// As [`FundLabels::exact`], for a label whose [`label_key`] is at hand.
    pub fn exact_key(&self, key: &str) -> Option<SourceOfFunds> {
        let key = without_lead(key);
        if key.len() > self.longest { None } else { self.names.get(key).copied() }
    }

    /// The source of a row with this label: exact, else by its words; a row named by a use of money is `other`.
    pub fn source(&self, label: &str) -> SourceOfFunds {
        let key = label_key(label);
        let key = without_lead(&key);
        if let Some(source) = self.names.get(key) {
            return *source;
        }
        let fits = |words: &[String]| words.iter().any(|w| key.contains(w.as_str()));
        self.rules
            .iter()
            .find(|(_, words, unlike)| fits(words) && !fits(unlike))
            .map_or(SourceOfFunds::Other, |(source, ..)| *source)
    }
}

/// A fund label's key without 其中： and numbering.
fn without_lead(key: &str) -> &str {
    let mut rest = key;
    for lead in ["其中", "1.", "2.", "3."] {
        rest = rest.strip_prefix(lead).unwrap_or(rest).trim_start_matches([':', '、', '.', ',']);
    }
    if rest.is_empty() { key } else { rest }
}

fn source_named(id: &str) -> Option<SourceOfFunds> {
    Some(match id {
        "total" => SourceOfFunds::Total,
        "central" => SourceOfFunds::Central,
        "provincial" => SourceOfFunds::Provincial,
        "local" => SourceOfFunds::Local,
        "current_fiscal" => SourceOfFunds::CurrentFiscal,
        "carryover" => SourceOfFunds::Carryover,
        "own" => SourceOfFunds::Own,
        "income" => SourceOfFunds::Income,
        "expenditure" => SourceOfFunds::Expenditure,
        "other" => SourceOfFunds::Other,
        _ => return None,
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormTypeEntry {
    id: FormType,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    title: Vec<String>,
    #[serde(default)]
    unlike: Vec<String>,
}

impl Entry for FormTypeEntry {
    const FILE: &'static str = "form_types.toml";
    const TABLE: &'static str = "form_type";
    const BUILTIN: &'static str = include_str!("../../patterns/form_types.toml");
    fn id(&self) -> &str {
        match self.id {
            FormType::TransferPayment => "transfer_payment",
            FormType::Project => "project",
            FormType::Department => "department",
            FormType::SocialInsuranceFund => "social_insurance_fund",
            FormType::Policy => "policy",
            FormType::Other => "other",
        }
    }
    fn spellings(&self) -> Vec<&str> {
        self.labels.iter().map(String::as_str).collect()
    }
    fn key(spelling: &str) -> String {
        label_key(spelling)
    }
}

/// What kind a form is, by its labels and title.
#[derive(Debug)]
pub struct FormTypes(Vec<FormTypeEntry>);

impl FormTypes {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut entries = load_entries::<FormTypeEntry>(overlay)?;
        for entry in &mut entries {
            entry.labels = entry.labels.iter().map(|l| label_key(l)).collect();
            entry.title = entry.title.iter().map(|t| normalize::key(t)).collect();
            entry.unlike = entry.unlike.iter().map(|t| normalize::key(t)).collect();
        }
        Ok(FormTypes(entries))
    }

    /// The type of a form with these head labels ([`label_key`]s) and this title.
    pub fn of(&self, labels: &[String], title: &str) -> FormType {
        let title = normalize::key(title);
        self.0
            .iter()
            .find(|e| {
                let by_label = labels.iter().any(|l| e.labels.contains(l));
                let by_title = e.title.iter().any(|w| title.contains(w.as_str()))
                    && !e.unlike.iter().any(|w| title.contains(w.as_str()));
                by_label || by_title
            })
            .map_or(FormType::Project, |e| e.id)
    }
}
