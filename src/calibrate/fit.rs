//! The weights under which observations are likeliest: logistic regression with a penalty on large weights, by Newton's
//! method. Deterministic: the same observations give the same weights.

use super::observation::Observation;
use crate::model::{Clue, Evidence, Kind, Leaning};

/// The kinds of records that have a confidence.
pub const KINDS: [Kind; 3] = [Kind::Fund, Kind::Indicator, Kind::Statement];

/// What a weight is drawn to 0 with. Sixty documents are few, and what a clue means in one of them is seldom what it means
/// everywhere: on documents not seen, 5 to 12 rank better than 1 or 2.
const PENALTY: f64 = 8.0;
/// A clue seen less often says nothing. The penalty alone keeps one seen a little more often near 0.
const LEAST_SEEN: usize = 5;
/// No weight is further from 0 than this.
const MOST: f64 = 6.0;
const MOST_STEPS: usize = 40;

/// Weights for one kind of record, in logits.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Of a record with no clue.
    pub base: f64,
    /// By [`Clue::ALL`].
    pub clues: Vec<f64>,
}

impl Model {
    /// The chance that a record with this evidence is right.
    pub fn chance(&self, evidence: Evidence) -> f64 {
        let sum: f64 = evidence.clues().map(|clue| self.clues[clue as usize]).sum();
        1.0 / (1.0 + (-(self.base + sum)).exp())
    }

    /// The same with weights of two decimals, as the file has them.
    fn rounded(mut self) -> Self {
        let round = |weight: f64| (weight.clamp(-MOST, MOST) * 100.0).round() / 100.0;
        self.base = round(self.base);
        self.clues.iter_mut().for_each(|weight| *weight = round(*weight));
        self
    }
}

/// Weights for every kind, by [`KINDS`], and how often each clue was seen with each.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// By [`KINDS`]; `None` of a kind that was not observed.
    pub models: [Option<Model>; 3],
    /// By [`KINDS`], then by [`Clue::ALL`].
    pub seen: [Vec<usize>; 3],
}

impl Fitted {
    /// The chance of an observation's record; `None` where its kind was not fitted.
    pub fn chance(&self, observation: &Observation) -> Option<f64> {
        let at = KINDS.iter().position(|kind| *kind == observation.kind)?;
        self.models[at].as_ref().map(|model| model.chance(observation.evidence))
    }
}

/// Fits each kind of record by itself.
pub fn fit(observations: &[&Observation]) -> Fitted {
    let of_kind = |kind: Kind| -> Vec<(Evidence, bool)> {
        observations.iter().filter(|one| one.kind == kind).map(|one| (one.evidence, one.right)).collect()
    };
    let sets = KINDS.map(of_kind);
    Fitted { models: sets.each_ref().map(|set| model(set)), seen: sets.each_ref().map(|set| seen(set)) }
}

fn seen(set: &[(Evidence, bool)]) -> Vec<usize> {
    let mut seen = vec![0; Clue::ALL.len()];
    set.iter().flat_map(|(evidence, _)| evidence.clues()).for_each(|clue| seen[clue as usize] += 1);
    seen
}

fn model(set: &[(Evidence, bool)]) -> Option<Model> {
    if set.is_empty() {
        return None;
    }
    let seen = seen(set);
    // Only what some records have and others have not can tell them apart.
    let tells = |clue: &Clue| (LEAST_SEEN..=set.len() - LEAST_SEEN.min(set.len())).contains(&seen[*clue as usize]);
    let mut used: Vec<Clue> = Clue::ALL.iter().copied().filter(tells).collect();
    loop {
        let weights = newton(&rows(set, &used), used.len() + 1);
        let fits = |clue: Clue, weight: f64| match clue.leaning() {
            Leaning::For => weight >= 0.0,
            Leaning::Against => weight <= 0.0,
            Leaning::Either => true,
        };
        let kept: Vec<Clue> = used
            .iter()
            .zip(&weights[1..])
            .filter(|(clue, weight)| fits(**clue, **weight))
            .map(|(clue, _)| *clue)
            .collect();
        if kept.len() < used.len() {
            // What seems to speak the wrong way stands for something else, and is left out.
            used = kept;
            continue;
        }
        let mut model = Model { base: weights[0], clues: vec![0.0; Clue::ALL.len()] };
        for (clue, weight) in used.iter().zip(&weights[1..]) {
            model.clues[*clue as usize] = *weight;
        }
        return Some(model.rounded());
    }
}

/// Which places a record has (0 is the base, then the clues), and whether it is right.
fn rows(set: &[(Evidence, bool)], used: &[Clue]) -> Vec<(Vec<usize>, f64)> {
    let row = |(evidence, right): &(Evidence, bool)| {
        let places = used.iter().enumerate().filter(|(_, clue)| evidence.has(**clue)).map(|(at, _)| at + 1);
        (std::iter::once(0).chain(places).collect(), f64::from(u8::from(*right)))
    };
    set.iter().map(row).collect()
}

/// Minimises the penalised loss. `rows`: which places a record has, and whether it is right.
fn newton(rows: &[(Vec<usize>, f64)], size: usize) -> Vec<f64> {
    // The base is drawn to 0 only as much as keeps it finite where every record is right.
    let penalty = |at: usize| if at == 0 { 0.02 } else { PENALTY };
    let loss = |weights: &[f64]| {
        let each = rows.iter().map(|(places, right)| {
            let sum: f64 = places.iter().map(|at| weights[*at]).sum();
            // log(1 + e^-x) for right ones, log(1 + e^x) for wrong ones, without overflow.
            let x = if *right > 0.5 { -sum } else { sum };
            x.max(0.0) + (-x.abs()).exp().ln_1p()
        });
        each.sum::<f64>() + weights.iter().enumerate().map(|(at, w)| 0.5 * penalty(at) * w * w).sum::<f64>()
    };
    let mut weights = vec![0.0; size];
    let mut best = loss(&weights);
    for _ in 0..MOST_STEPS {
        let mut gradient: Vec<f64> = weights.iter().enumerate().map(|(at, w)| penalty(at) * w).collect();
        let mut curvature = vec![0.0; size * size];
        (0..size).for_each(|at| curvature[at * size + at] = penalty(at));
        for (places, right) in rows {
            let sum: f64 = places.iter().map(|at| weights[*at]).sum();
            let chance = 1.0 / (1.0 + (-sum).exp());
            let spread = (chance * (1.0 - chance)).max(1e-6);
            for a in places {
                gradient[*a] += chance - right;
                places.iter().for_each(|b| curvature[a * size + b] += spread);
            }
        }
        let Some(step) = solve(curvature, gradient, size) else { break };
        // Half the step until it helps.
        let mut length = 1.0;
        let next = loop {
            let tried: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w - length * s).collect();
            let reached = loss(&tried);
            if reached < best {
                break Some((tried, reached));
            }
            length /= 2.0;
            if length < 1e-4 {
                break None;
            }
        };
        let Some((tried, reached)) = next else { break };
        let gained = best - reached;
        (weights, best) = (tried, reached);
        if gained < 1e-7 * best.max(1.0) {
            break;
        }
    }
    weights
}

/// Solves `matrix · x = right` for a symmetric positive definite matrix, by Cholesky's decomposition.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for column in 0..size {
        for row in column..size {
            let dot: f64 = (0..column).map(|k| matrix[row * size + k] * matrix[column * size + k]).sum();
            let rest = matrix[row * size + column] - dot;
            matrix[row * size + column] = if row == column {
                if rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / matrix[column * size + column]
            };
        }
    }
    for row in 0..size {
        let dot: f64 = (0..row).map(|k| matrix[row * size + k] * right[k]).sum();
        right[row] = (right[row] - dot) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let dot: f64 = (row + 1..size).map(|k| matrix[k * size + row] * right[k]).sum();
        right[row] = (right[row] - dot) / matrix[row * size + row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observations(clue: Clue, with: (usize, usize), without: (usize, usize)) -> Vec<Observation> {
        let set = |evidence: Evidence, right: bool, n: usize| {
            let one = Observation {
                document: "a".into(),
                id: String::new(),
                noise: String::new(),
                kind: Kind::Indicator,
                right,
                evidence,
            };
            std::iter::repeat_n(one, n)
        };
        let has = Evidence::from_iter([clue]);
        set(has, true, with.0)
            .chain(set(has, false, with.1))
            .chain(set(Evidence::NONE, true, without.0))
            .chain(set(Evidence::NONE, false, without.1))
            .collect()
    }

    #[test]
    fn shares_are_found_again() {
        // 30 % right with the clue, 95 % without.
        let all = observations(Clue::CellsMoved, (300, 700), (9500, 500));
        let fitted = fit(&all.iter().collect::<Vec<_>>());
        let model = fitted.models[1].as_ref().unwrap();
        assert!((model.chance(Evidence::NONE) - 0.95).abs() < 0.005);
        // The penalty draws the clue to 0 by three hundredths.
        assert!((model.chance(Evidence::from_iter([Clue::CellsMoved])) - 0.3).abs() < 0.05);
        assert_eq!(fitted.seen[1][Clue::CellsMoved as usize], 1000);
        assert_eq!(fitted.models[0], None);
    }

    #[test]
    fn what_is_seldom_seen_or_never_wrong_stays_bounded() {
        let all = observations(Clue::CellsMoved, (0, 3), (400, 0));
        let fitted = fit(&all.iter().collect::<Vec<_>>());
        let model = fitted.models[1].as_ref().unwrap();
        assert_eq!(model.clues[Clue::CellsMoved as usize], 0.0);
        assert!(model.base.is_finite() && model.base > 3.0 && model.base <= 6.0);
    }
}
