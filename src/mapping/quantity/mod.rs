//! stub
#![allow(missing_docs, clippy::all)]
use crate::model::*;
use crate::patterns::PatternError;
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::Arc;
#[derive(Debug)]
pub struct Grammar {}
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenUnit {
    pub base: Arc<str>,
    pub factor: Decimal,
    pub scale_only: bool,
}
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub year: Option<i32>,
    pub default_unit: Option<WrittenUnit>,
    pub money: bool,
}
pub struct Reading {
    pub quantity: Quantity,
    pub written_unit: Option<WrittenUnit>,
    pub used_default: bool,
}
impl Grammar {
    pub fn load(_o: Option<&Path>) -> Result<Grammar, PatternError> {
        Ok(Grammar {})
    }
    pub fn is_blank(&self, raw: &str) -> bool {
        matches!(raw.trim(), "" | "—" | "——" | "-" | "/" | "无" | "……" | "…")
    }
    pub fn read(&self, raw: &str, c: &Context) -> Option<Reading> {
        if self.is_blank(raw) {
            return None;
        }
        let k = crate::normalize::key(raw);
        let (rel, rest) = if let Some(r) = k.strip_prefix('≥') {
            (Relation::AtLeast, r.to_string())
        } else if let Some(r) = k.strip_prefix('≤') {
            (Relation::AtMost, r.to_string())
        } else {
            (Relation::Equal, k.trim_start_matches('=').to_string())
        };
        let n: String =
            rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.' || *c == ',').filter(|c| *c != ',').collect();
        let u = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        if let Ok(v) = n.parse::<Decimal>() {
            if u.chars().count() <= 8 {
                let wu = self.unit(u);
                let used = wu.is_none();
                let unit = wu.clone().or(if u.is_empty() { c.default_unit.clone() } else { None });
                if u.is_empty() || unit.is_some() {
                    let f = unit.as_ref().map(|u| u.factor).unwrap_or(Decimal::ONE);
                    return Some(Reading {
                        quantity: Quantity {
                            raw: raw.trim().into(),
                            relation: Some(rel),
                            value: Some(Number::new(v * f)),
                            upper: None,
                            unit: unit.map(|u| u.base.to_string()),
                            date: None,
                            text: None,
                            parts: None,
                        },
                        written_unit: wu,
                        used_default: used,
                    });
                }
            }
        }
        Some(Reading {
            quantity: Quantity::text_only(raw, crate::normalize::display(raw)),
            written_unit: None,
            used_default: false,
        })
    }
    pub fn unit(&self, t: &str) -> Option<WrittenUnit> {
        let (b, f) = match t {
            "%" => ("ratio", Decimal::new(1, 2)),
            "万元" => ("元", Decimal::from(10000)),
            "亿元" => ("元", Decimal::from(100000000)),
            "元" => ("元", Decimal::ONE),
            "人" | "个" | "次" | "分钟" | "人次" => (t, Decimal::ONE),
            _ => return None,
        };
        Some(WrittenUnit { base: b.into(), factor: f, scale_only: false })
    }
    pub fn unit_in_brackets(&self, n: &str) -> Option<WrittenUnit> {
        let k = crate::normalize::key(n);
        let i = k.rfind('(').or_else(|| k.find("单位:").map(|i| i + "单位:".len() - 1))?;
        self.unit(k[i + 1..].trim_end_matches(')'))
    }
    pub fn number(&self, raw: &str) -> Option<Decimal> {
        crate::normalize::key(raw).trim_end_matches('分').parse().ok()
    }
    pub fn date(&self, _r: &str, _y: Option<i32>) -> Option<Date> {
        None
    }
    pub fn year(&self, raw: &str) -> Option<i32> {
        let k = crate::normalize::key(raw);
        let i = k.find("年")?;
        k[..i].chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>().parse().ok()
    }
}
