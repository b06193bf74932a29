//! How far confidence and truth agree.

use std::fmt;

/// Some records of nearly the same confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// How many.
    pub records: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Which share of them is right.
    pub right: f64,
}

/// The figures of a set of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// How many records.
    pub records: usize,
    /// How many of them are wrong.
    pub wrong: usize,
    /// Mean difference of confidence and share of right ones over ten bins of as many records each.
    pub ece: f64,
    /// The same over ten bins of a tenth of confidence each, weighted by their records.
    pub ece_by_width: f64,
    /// Mean square of confidence against 1 for right, 0 for wrong.
    pub brier: f64,
    /// The share of all wrong records among the tenth of least confidence. Where the tenth ends among records of one
    /// confidence, these count in proportion.
    pub wrong_in_lowest_tenth: f64,
    /// The same of the lowest fifth.
    pub wrong_in_lowest_fifth: f64,
    /// How often a right record has more confidence than a wrong one; a tie counts half.
    pub ranked: f64,
    /// Ten bins of as many records each, the least confident first.
    pub bins: Vec<Bin>,
}

const BINS: usize = 10;

impl Figures {
    /// Of confidences, each with whether its record is right. `None` of nothing.
    pub fn of(mut records: Vec<(f64, bool)>) -> Option<Figures> {
        if records.is_empty() {
            return None;
        }
        // Ties are shared out in proportion below, so that their order says nothing.
        records.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all = records.len();
        let total = all as f64;
        let wrong = records.iter().filter(|(_, right)| !right).count();
        let shared = shared(&records);
        let bins: Vec<Bin> = (0..BINS).map(|bin| mean(&records, &shared, bin)).filter(|bin| bin.records > 0).collect();
        let gap = |bin: &Bin| bin.records as f64 * (bin.confidence - bin.right).abs();
        let by_width: f64 = (0..BINS)
            .map(|bin| {
                let within = |p: f64| ((p * BINS as f64) as usize).min(BINS - 1) == bin;
                let (mut confidence, mut right) = (0.0, 0.0);
                for (p, is_right) in records.iter().filter(|(p, _)| within(*p)) {
                    confidence += p;
                    right += f64::from(u8::from(*is_right));
                }
                (confidence - right).abs()
            })
            .sum();
        let lowest = |share: f64| {
            let most = total * share;
            let mut seen = 0.0;
            let mut found = 0.0;
            for wrong in shared.iter().map(|right| 1.0 - right) {
                let part = (most - seen).clamp(0.0, 1.0);
                found += part * wrong;
                seen += 1.0;
                if seen >= most + 1.0 {
                    break;
                }
            }
            if wrong == 0 { 1.0 } else { found / wrong as f64 }
        };
        Some(Figures {
            records: all,
            wrong,
            ece: bins.iter().map(gap).sum::<f64>() / total,
            ece_by_width: by_width / total,
            brier: records.iter().map(|(p, right)| (p - f64::from(u8::from(*right))).powi(2)).sum::<f64>() / total,
            wrong_in_lowest_tenth: lowest(0.1),
            wrong_in_lowest_fifth: lowest(0.2),
            ranked: ranked(&records),
            bins,
        })
    }
}

/// For each record the share of right ones among those of its confidence.
fn shared(records: &[(f64, bool)]) -> Vec<f64> {
    let mut shared = Vec::with_capacity(records.len());
    for same in records.chunk_by(|a, b| a.0 == b.0) {
        let right = same.iter().filter(|(_, right)| *right).count() as f64 / same.len() as f64;
        shared.extend(std::iter::repeat_n(right, same.len()));
    }
    shared
}

fn mean(records: &[(f64, bool)], shared: &[f64], bin: usize) -> Bin {
    let range = records.len() * bin / BINS..records.len() * (bin + 1) / BINS;
    let n = range.len();
    let mean = |sum: f64| if n == 0 { 0.0 } else { sum / n as f64 };
    Bin {
        records: n,
        confidence: mean(records[range.clone()].iter().map(|(p, _)| p).sum()),
        right: mean(shared[range].iter().sum()),
    }
}

/// The Mann-Whitney statistic.
fn ranked(records: &[(f64, bool)]) -> f64 {
    let (mut wrong_below, mut pairs) = (0usize, 0.0f64);
    let mut right = 0usize;
    for same in records.chunk_by(|a, b| a.0 == b.0) {
        let here = same.iter().filter(|(_, right)| *right).count();
        let wrong = same.len() - here;
        pairs += here as f64 * (wrong_below as f64 + wrong as f64 / 2.0);
        wrong_below += wrong;
        right += here;
    }
    if right == 0 || wrong_below == 0 { 1.0 } else { pairs / (right as f64 * wrong_below as f64) }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        writeln!(
            f,
            "{} records, {} wrong ({}); calibration error {:.4} (bins of equal width {:.4}), Brier {:.4}, ranked {:.3}",
            self.records,
            self.wrong,
            percent(self.wrong as f64 / self.records as f64),
            self.ece,
            self.ece_by_width,
            self.brier,
            self.ranked
        )?;
        writeln!(
            f,
            "of the wrong records the lowest tenth holds {}, the lowest fifth {}",
            percent(self.wrong_in_lowest_tenth),
            percent(self.wrong_in_lowest_fifth)
        )?;
        for bin in &self.bins {
            writeln!(f, "  {:>6} records  confidence {:.3}  right {:.3}", bin.records, bin.confidence, bin.right)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_tenth_and_the_errors_of_a_small_set() {
        // Twenty records: one wrong at 0.1, one wrong at 0.9 among eighteen right ones.
        let mut records = vec![(0.1, false), (0.1, true), (0.9, false)];
        records.extend(std::iter::repeat_n((0.9, true), 17));
        let figures = Figures::of(records).unwrap();
        assert_eq!((figures.records, figures.wrong), (20, 2));
        assert!((figures.wrong_in_lowest_tenth - 0.5).abs() < 1e-9);
        // The two at 0.1 are half right; of the eighteen at 0.9 17/18 are.
        let expected = (2.0 * 0.4 + 18.0 * (17.0 / 18.0 - 0.9)) / 20.0;
        assert!((figures.ece - expected).abs() < 1e-9, "{}", figures.ece);
        assert!((figures.ece_by_width - expected).abs() < 1e-9, "{}", figures.ece_by_width);
        let brier = (0.01 + 0.81 + 0.81 + 17.0 * 0.01) / 20.0;
        assert!((figures.brier - brier).abs() < 1e-9);
        // Right ones above wrong ones: 17 over the 0.1, one ties with it; 17 tie with the 0.9.
        assert!((figures.ranked - (17.0 + 0.5 + 8.5) / 36.0).abs() < 1e-9);
    }

    #[test]
    fn ties_count_in_proportion() {
        let mut records = vec![(0.5, false); 2];
        records.extend(vec![(0.5, true); 18]);
        let figures = Figures::of(records).unwrap();
        assert!((figures.wrong_in_lowest_tenth - 0.1).abs() < 1e-9);
        assert_eq!(Figures::of(Vec::new()), None);
    }
}
