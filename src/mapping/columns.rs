//! Which column feeds which field: the words of one to three header rows come in, columns with their fields go out.
//!
//! Every column gets at most one field and every field at most one column, so that the sum of all fits is greatest:
//! an assignment problem, solved exactly (Kuhn 1955, in the O(n³) form with potentials).

use super::align::Aligner;
use super::quantity::Grammar;
use super::row::Row;
use crate::normalize;
use crate::patterns::{Field, HeaderPart, LevelKind, Patterns, label_key, year_before};

/// A column of a block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Columns of the source grid: `[start, end)`.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its header, levels joined.
    pub(super) header: String,
    /// What it feeds; `None` where no field fits.
    pub(super) field: Option<Field>,
    /// How well the header fits its field, 0 to 1; without a field, how well it would fit one that another column feeds.
    pub(super) fit: f32,
}

/// A column's header before it has a field.
struct Heading {
    start: usize,
    end: usize,
    /// Header of the level above, where there is one.
    parent: Option<String>,
    text: String,
}

impl Heading {
    /// The year that the header begins with.
    fn year(&self) -> Option<i32> {
        year_before(&normalize::key(&self.text)).map(|(year, _)| year)
    }
}

/// The columns under these header rows, left to right, each with the field that fits best overall.
///
/// `data` are rows below: what they hold decides between readings of a header that is broken off or misread.
pub(super) fn columns(
    header: &[Row],
    part: HeaderPart,
    data: &[&Row],
    patterns: &Patterns,
    grammar: &Grammar,
) -> Vec<Column> {
    let mut headings = headings(header);
    headings.truncate(WIDEST_HEADER);
    let extent = header.first().map_or(0, |row| row.extent);
    let content = Aligner { patterns, grammar, columns: &[], extent: 0, percent_weights: false };
    let candidates: Vec<Vec<(Field, f32)>> = headings
        .iter()
        .map(|heading| {
            let mut found = candidates(heading, part, patterns);
            if found.iter().any(|(field, _)| *field == Field::Deviation) && only_numbers_below(heading, data, extent) {
                // 偏差情况 as a rate of deviation: reasons are words.
                found = vec![(Field::Extra, 0.9)];
            }
            if found.len() > 1 && found.iter().all(|(_, score)| *score < 0.9) {
                for (field, score) in &mut found {
                    *score = (*score + CONTENT * content_fit(heading, *field, data, &content)).max(0.01);
                }
            }
            found
        })
        .collect();
    let candidates = without_points_of_levels(candidates);
    let mut fields: Vec<Field> = candidates.iter().flatten().map(|(f, _)| *f).collect();
    fields.sort_unstable();
    fields.dedup();
    // A field that several columns may feed without conflict.
    let shared = |f: &Field| matches!(f, Field::Extra | Field::FundExtra | Field::SecondScore);
    let exclusive: Vec<Field> = fields.into_iter().filter(|f| !shared(f)).collect();
    let years: Vec<Option<i32>> = headings.iter().map(Heading::year).collect();
    let first_year = years.iter().flatten().min().copied();
    let fit_in = |row: usize, place: usize| -> f32 {
        let of = |wanted: Field| candidates[row].iter().find(|(f, _)| *f == wanted).map_or(0.0, |(_, s)| *s);
        match exclusive.get(place) {
            // Of two equal columns the left one feeds the field: 自评得分 stands before 复核得分.
            // … and of 2022年完成值 and 2023年完成值 the later year's.
            Some(field) => match of(*field) {
                0.0 => 0.0,
                fit => {
                    let later = years[row].zip(first_year).map_or(0, |(year, first)| (year - first).min(9));
                    fit + 0.01 * (headings.len() - row) as f32 / headings.len() as f32 + 0.02 * later as f32
                }
            },
            None => candidates[row].iter().filter(|(f, _)| shared(f)).map(|(_, s)| *s).fold(0.0, f32::max),
        }
    };
    let places = exclusive.len() + headings.len();
    // Places beyond the exclusive fields are all alike.
    let gains: Vec<f32> = (0..headings.len())
        .flat_map(|row| (0..=exclusive.len()).map(move |place| (row, place)))
        .map(|(row, place)| fit_in(row, place))
        .collect();
    let gain = |row: usize, place: usize| gains[row * (exclusive.len() + 1) + place.min(exclusive.len())];
    let chosen = assign(headings.len(), places, gain);
    let fits: Vec<f32> = chosen.iter().enumerate().map(|(index, place)| gain(index, *place)).collect();
    let mut columns: Vec<Column> = headings
        .into_iter()
        .enumerate()
        .map(|(index, heading)| {
            let (place, fit) = (chosen[index], fits[index]);
            let best = || candidates[index].iter().map(|(_, score)| *score).fold(0.0, f32::max);
            let field = if fit <= 0.0 {
                None
            } else {
                exclusive.get(place).copied().or_else(|| {
                    candidates[index]
                        .iter()
                        .filter(|(f, _)| shared(f))
                        .max_by(|a, b| a.1.total_cmp(&b.1))
                        .map(|(f, _)| *f)
                })
            };
            let header = match heading.parent {
                Some(parent) if parent != heading.text => format!("{parent} {}", heading.text),
                _ => heading.text,
            };
            let fit = if field.is_some() { fit } else { best() };
            Column { start: heading.start, end: heading.end, header, field, fit: fit.min(1.0) }
        })
        .collect();
    if part == HeaderPart::Indicator {
        fill_by_place(&mut columns, data, extent, &content);
    }
    columns
}

/// How well a header fits that nothing but its place and what stands below it explain.
const BY_PLACE: f32 = 0.4;

/// A form that lacks a column which every form has, while one of its headers is in words that nobody knows: where that
/// column stands where the lacking one would, and its cells hold what they should, it is that one.
fn fill_by_place(columns: &mut [Column], data: &[&Row], extent: usize, aligner: &Aligner<'_>) {
    let at = |columns: &[Column], field: Field| columns.iter().position(|c| c.field == Some(field));
    let unknown = |column: &Column| column.field.is_none() && column.fit <= 0.0 && !column.header.is_empty();
    if let (None, Some(second)) = (at(columns, Field::Level1), at(columns, Field::Level2))
        && let Some(first) = second.checked_sub(1).filter(|first| unknown(&columns[*first]))
    {
        (columns[first].field, columns[first].fit) = (Some(Field::Level1), BY_PLACE);
    }
    // 指标类别 over 数量指标 and 质量指标, and no other level: what stands below decides which it is. 绩效指标 in its place likewise.
    if let (None, Some(third)) = (at(columns, Field::Level2), at(columns, Field::Level3))
        && let Some(only) = at(columns, Field::Level1).or_else(|| third.checked_sub(1)).filter(|only| *only < third)
        && matches!(columns[only].field, None | Some(Field::Level1))
        && !columns[only].header.contains("一级")
    {
        let upper = |(first, _): (Option<LevelKind>, Option<LevelKind>)| first.is_some();
        let lower = |kinds: (Option<LevelKind>, Option<LevelKind>)| kinds.1.is_some() && !upper(kinds);
        if names_levels(&columns[only], data, extent, aligner, lower) {
            (columns[only].field, columns[only].fit) = (Some(Field::Level2), columns[only].fit.max(BY_PLACE));
        } else if columns[only].field.is_none() && names_levels(&columns[only], data, extent, aligner, upper) {
            (columns[only].field, columns[only].fit) = (Some(Field::Level1), BY_PLACE);
        }
    }
    // 绩效指标 over 产出指标, beside 二级指标: the block's label heads the column of level 1.
    if let (None, Some(second)) = (at(columns, Field::Level1), at(columns, Field::Level2))
        && let Some(first) = second.checked_sub(1).filter(|first| columns[*first].field.is_none())
        && names_levels(&columns[first], data, extent, aligner, |(first, _)| first.is_some())
    {
        (columns[first].field, columns[first].fit) = (Some(Field::Level1), BY_PLACE);
    }
    if let (None, Some(second)) = (at(columns, Field::Level3), at(columns, Field::Level2))
        && columns.get(second + 1).is_some_and(|third| unknown(third) && !holds_measures(third, data, aligner))
    {
        (columns[second + 1].field, columns[second + 1].fit) = (Some(Field::Level3), BY_PLACE);
    }
    // A second scoring alone, 考核得分 without 自评得分, is the form's score.
    // 评价内容 between 指标维度 and 具体指标: what stands below it are names of levels.
    if let (Some(first), None, Some(third)) =
        (at(columns, Field::Level1), at(columns, Field::Level2), at(columns, Field::Level3))
        && let Some(second) = (first + 1..third)
            .filter(|index| columns[*index].field == Some(Field::Extra))
            .find(|index| names_levels(&columns[*index], data, extent, aligner, |(_, second)| second.is_some()))
    {
        (columns[second].field, columns[second].fit) = (Some(Field::Level2), BY_PLACE);
    }
    if let (None, Some(third)) = (at(columns, Field::Score), at(columns, Field::Level3))
        && let Some(only) =
            columns.iter().position(|c| c.field == Some(Field::SecondScore)).filter(|only| *only > third)
    {
        columns[only].field = Some(Field::Score);
    }
    for (field, before) in [(Field::Target, Field::Level3), (Field::Actual, Field::Target)] {
        let (None, Some(before)) = (at(columns, field), at(columns, before)) else { continue };
        let actual = at(columns, Field::Actual).unwrap_or(columns.len());
        let place = (before + 1..actual.max(before + 1))
            .find(|index| unknown(&columns[*index]) && holds_measures(&columns[*index], data, aligner));
        if let Some(index) = place {
            (columns[index].field, columns[index].fit) = (Some(field), BY_PLACE);
        }
    }
}

/// Do at least two of the cells under a column, and half of them, name a level of the kind that is asked for?
fn names_levels(
    column: &Column,
    data: &[&Row],
    extent: usize,
    aligner: &Aligner<'_>,
    asked: impl Fn((Option<LevelKind>, Option<LevelKind>)) -> bool,
) -> bool {
    let cells = data.iter().filter_map(|row| row.cell_in(column.start..column.end, extent));
    let (mut levels, mut all) = (0, 0);
    for cell in cells.take(SAMPLE) {
        all += 1;
        levels += usize::from(asked(cell.levels(&aligner.patterns.levels)));
    }
    levels >= 2 && levels * 2 >= all
}

/// Are there at least two cells under a heading, and all of them bare numbers or percentages?
fn only_numbers_below(heading: &Heading, data: &[&Row], extent: usize) -> bool {
    let cells = data.iter().filter_map(|row| row.cell_in(heading.start..heading.end, extent));
    let number = |text: &str| {
        text.contains(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '%' | '％' | '-' | '+' | '－' | '—' | ' '))
    };
    let (mut numbers, mut all) = (0, 0);
    for cell in cells.take(SAMPLE) {
        all += 1;
        numbers += usize::from(number(&cell.text));
    }
    all >= 2 && numbers == all
}

/// Are the cells under a column short, and half of them measures: a number with its sign or unit, a date?
fn holds_measures(column: &Column, data: &[&Row], aligner: &Aligner<'_>) -> bool {
    /// Longer cells say more than a value.
    const LONGEST_VALUE: usize = 24;
    let cells =
        data.iter().filter_map(|row| row.cells.iter().find(|c| column.start <= c.column && c.column < column.end));
    let (mut short, mut measured, mut all) = (0, 0, 0);
    for cell in cells.take(SAMPLE) {
        let kind = aligner.kind(cell);
        all += 1;
        short += usize::from(cell.text.chars().count() <= LONGEST_VALUE);
        measured += usize::from(aligner.fit(&kind, Some(Field::Target)) >= aligner.patterns.scoring.measured);
    }
    all > 0 && short == all && measured * 2 >= all
}

/// 一级指标 分值 二级指标 分值 三级指标 分值: points beside the upper levels' names are those levels', not the row's. Where the
/// columns beside all three levels are headed alike and another of that kind comes later (得分 … 得分), the third level's
/// are what can be reached.
fn without_points_of_levels(mut candidates: Vec<Vec<(Field, f32)>>) -> Vec<Vec<(Field, f32)>> {
    let is = |of: &[(Field, f32)], field: Field| of.iter().any(|(f, score)| *f == field && *score >= 0.9);
    let beside = |candidates: &[Vec<(Field, f32)>], level: Field| {
        let at = candidates
            .windows(2)
            .position(|w| is(&w[0], level) && (is(&w[1], Field::Weight) || is(&w[1], Field::Score)));
        at.map(|at| at + 1)
    };
    let upper: Vec<usize> = [Field::Level1, Field::Level2].iter().filter_map(|l| beside(&candidates, *l)).collect();
    let Some(third) = beside(&candidates, Field::Level3).filter(|_| !upper.is_empty()) else {
        // 一级指标 权重 二级指标 权重 三级指标: a row's points are those of the lower level.
        if let [first, _] = upper.as_slice()
            && is(&candidates[*first], Field::Weight)
        {
            candidates[*first] = vec![(Field::SecondScore, 0.9)];
        }
        return candidates;
    };
    for at in upper {
        candidates[at] = vec![(Field::SecondScore, 0.9)];
    }
    let scored_later = candidates[third + 1..].iter().any(|of| is(of, Field::Score));
    let weighted = candidates.iter().any(|of| is(of, Field::Weight));
    if is(&candidates[third], Field::Score) && scored_later && !weighted {
        candidates[third] = vec![(Field::Weight, 0.9)];
    }
    candidates
}

/// Most columns that are told apart, and most cells of a header row that are looked at: forms have twenty, and what columns
/// cost grows with more than their number.
const WIDEST_HEADER: usize = 64;
const MOST_HEADER_CELLS: usize = 256;

/// How much the cells below count against the words of a doubtful header.
const CONTENT: f32 = 0.15;
/// Rows below that are looked at.
const SAMPLE: usize = 12;

/// How well the cells under a heading fit a field, on average.
fn content_fit(heading: &Heading, field: Field, data: &[&Row], aligner: &Aligner<'_>) -> f32 {
    let fits: Vec<f32> = data
        .iter()
        .filter_map(|row| row.cells.iter().find(|c| heading.start <= c.column && c.column < heading.end))
        .take(SAMPLE)
        .map(|cell| aligner.fit(&aligner.kind(cell), Some(field)))
        .collect();
    if fits.is_empty() { 0.0 } else { fits.iter().sum::<f32>() / fits.len() as f32 }
}

/// The lowest headers with the one above each.
fn headings(header: &[Row]) -> Vec<Heading> {
    let Some(first) = header.first() else { return Vec::new() };
    let mut headings: Vec<Heading> = Vec::new();
    for (index, cell) in first.cells.iter().enumerate().take(MOST_HEADER_CELLS) {
        let reach = first.cells.get(index + 1).map_or(first.width.max(cell.end), |next| next.column).max(cell.end);
        headings.push(Heading { start: cell.column, end: reach, parent: None, text: cell.text.clone() });
    }
    for row in &header[1..] {
        for (index, cell) in row.cells.iter().enumerate().take(MOST_HEADER_CELLS) {
            let reach = row.cells.get(index + 1).map_or(cell.end, |next| next.column.max(cell.end));
            let Some(at) = headings.iter().position(|h| h.start <= cell.column && cell.column < h.end) else {
                headings.push(Heading { start: cell.column, end: reach, parent: None, text: cell.text.clone() });
                continue;
            };
            let above = &mut headings[at];
            let others_below = row.cells.iter().filter(|c| above.start <= c.column && c.column < above.end).count();
            if others_below <= 1 && cell.column == above.start {
                // One cell below: the rest of the same words, or the one sub-header; under a header that others
                // share, a sub-header.
                above.text = match above.parent {
                    Some(_) => cell.text.clone(),
                    None => format!("{}{}", above.text, cell.text),
                };
                continue;
            }
            let parent = above.parent.clone().unwrap_or_else(|| above.text.clone());
            let end = above.end.min(reach.max(cell.end));
            if cell.column == above.start {
                let rest = (end, above.end);
                above.parent = Some(parent.clone());
                above.text.clone_from(&cell.text);
                above.end = end;
                if rest.0 < rest.1 {
                    headings.push(Heading { start: rest.0, end: rest.1, parent: Some(parent.clone()), text: parent });
                }
            } else {
                let old_end = above.end;
                above.end = cell.column;
                headings.push(Heading {
                    start: cell.column,
                    end: old_end,
                    parent: Some(parent),
                    text: cell.text.clone(),
                });
            }
            headings.sort_by_key(|h| h.start);
        }
    }
    headings
}

/// The fields that a header may stand for, with how well it fits.
fn candidates(heading: &Heading, part: HeaderPart, patterns: &Patterns) -> Vec<(Field, f32)> {
    let mut found: Vec<(Field, f32)> = Vec::new();
    let mut offer = |field: Field, score: f32| match found.iter_mut().find(|(f, _)| *f == field) {
        Some((_, best)) => *best = best.max(score),
        None => found.push((field, score)),
    };
    let own = label_key(&heading.text);
    // 全年 under 完成情况 is a word of its own, no 全年预算数 broken off.
    if heading.parent.is_some() && own.chars().nth(2).is_none() {
        patterns.headers.exact(&own, part).for_each(|hit| offer(hit.field, hit.score));
    } else {
        for hit in patterns.headers.candidates(&own, part) {
            offer(hit.field, hit.score);
        }
    }
    // 上半年 under 完成情况 feeds nothing, whatever it stands under.
    let extra = if part == HeaderPart::Fund { Field::FundExtra } else { Field::Extra };
    if let Some(parent) = heading.parent.as_ref().filter(|_| !patterns.headers.names(&own, extra)) {
        for hit in patterns.headers.candidates(&label_key(parent), part) {
            offer(hit.field, hit.score * 0.5);
        }
        let joined = format!("{parent}{}", heading.text);
        let joined = label_key(&joined);
        for hit in patterns.headers.candidates(&joined, part) {
            offer(hit.field, hit.score * 0.9);
        }
        // 完成值 under 上年 is last year's, whatever it heads by itself.
        let against = |field: Field| field != extra && patterns.headers.speaks_against(&label_key(parent), field);
        if found.iter().any(|(field, _)| against(*field)) {
            found.retain(|(field, _)| !against(*field));
            found.push((extra, 0.9));
        }
    }
    found
}

/// For every row the place that makes the sum of gains greatest; `places >= rows`.
fn assign(rows: usize, places: usize, gain: impl Fn(usize, usize) -> f32) -> Vec<usize> {
    // Potentials over rows and places, 1-based; place 0 and row 0 stand for “none”.
    let (mut u, mut v) = (vec![0f32; rows + 1], vec![0f32; places + 1]);
    let (mut row_of, mut way) = (vec![0usize; places + 1], vec![0usize; places + 1]);
    let (mut least, mut used) = (vec![f32::INFINITY; places + 1], vec![false; places + 1]);
    for row in 1..=rows {
        row_of[0] = row;
        let mut place = 0;
        least.fill(f32::INFINITY);
        used.fill(false);
        loop {
            used[place] = true;
            let current = row_of[place];
            let (mut delta, mut next) = (f32::INFINITY, 0);
            for p in 1..=places {
                if used[p] {
                    continue;
                }
                let cost = -gain(current - 1, p - 1) - u[current] - v[p];
                if cost < least[p] {
                    least[p] = cost;
                    way[p] = place;
                }
                if least[p] < delta {
                    delta = least[p];
                    next = p;
                }
            }
            for p in 0..=places {
                if used[p] {
                    u[row_of[p]] += delta;
                    v[p] -= delta;
                } else {
                    least[p] -= delta;
                }
            }
            place = next;
            if row_of[place] == 0 {
                break;
            }
        }
        while place != 0 {
            let previous = way[place];
            row_of[place] = row_of[previous];
            place = previous;
        }
    }
    let mut chosen = vec![0; rows];
    for place in 1..=places {
        if row_of[place] != 0 {
            chosen[row_of[place] - 1] = place - 1;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assignment_is_the_best_over_all_columns_not_the_first_that_fits() {
        let gains = [[0.9, 0.8, 0.0], [0.9, 0.1, 0.0], [0.0, 0.0, 0.3]];
        assert_eq!(assign(3, 3, |r, p| gains[r][p]), [1, 0, 2]);
    }
}
