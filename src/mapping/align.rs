//! Puts the cells of a row into columns: where they stand if that makes sense, else where the best total score puts
//! them. One search serves shifted rows, lost leading cells, rows with a cell too many, and collapsed spans.
//!
//! Order is kept (a cell never overtakes another), cells may be dropped and columns left empty, each at a price; the
//! prices are data (`patterns/scoring.toml`). The search is a beam over (cell, next column), wide enough that the
//! pairwise terms (score above weight, executed ÷ budget) choose among complete assignments.

use super::columns::Column;
use super::quantity::Grammar;
use super::row::{Row, RowCell};
use crate::model::GridOrigin;
use crate::patterns::{Field, Patterns, Scoring};
use rust_decimal::Decimal;
use std::cell::OnceCell;

/// What kind of thing a cell holds, as far as placing it needs. What takes reading is found out when it is asked for:
/// where cells stand under their headers, little is.
#[derive(Debug, Clone)]
pub(super) struct Kind<'c> {
    grammar: &'c Grammar,
    text: &'c str,
    characters: usize,
    level1: bool,
    level2: bool,
    /// A level 1 beside a level 1, or a word that ends in 指标 without being a known level.
    level_word: OnceCell<bool>,
    /// A known level that is the name of an indicator just as often.
    also_name: bool,
    number: OnceCell<Option<Decimal>>,
    measured: OnceCell<bool>,
    blank_mark: OnceCell<bool>,
}

impl Kind<'_> {
    /// A plain number, as weights and scores are.
    pub(super) fn number(&self) -> Option<Decimal> {
        *self.number.get_or_init(|| points(self.grammar, self.text))
    }

    fn is_short(&self) -> bool {
        self.characters <= 20
    }

    /// A percent sign is printed.
    fn percent(&self) -> bool {
        self.text.contains(['%', '％'])
    }

    /// Number, relation or date.
    fn measured(&self) -> bool {
        *self.measured.get_or_init(|| {
            let reads = || self.grammar.read(self.text, &Default::default());
            if ends_with_points(self.text) {
                return false;
            }
            self.number().is_some() || (self.is_short() && reads().is_some_and(|r| r.quantity.is_measured()))
        })
    }

    /// A dash or another mark for “nothing”.
    fn blank_mark(&self) -> bool {
        *self.blank_mark.get_or_init(|| self.is_short() && self.grammar.is_blank(self.text))
    }

    fn level_word(&self) -> bool {
        *self.level_word.get_or_init(|| (4..=14).contains(&self.characters) && super::levels::is_level_word(self.text))
    }

    fn sign(&self) -> bool {
        self.characters <= 3 && is_sign(self.text)
    }

    fn unit(&self) -> bool {
        self.characters <= 8 && self.grammar.unit(self.text).is_some()
    }
}

/// A row's cells in columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Alignment {
    /// For each column the cells that it takes, as indices into the row's cells.
    pub(super) cells: Vec<Vec<usize>>,
    /// Cells that no column takes.
    pub(super) dropped: Vec<usize>,
    /// Cells stand in other columns than their header.
    pub(super) shifted: bool,
    /// Not every cell may stand where it is printed: the best places were searched for.
    pub(super) searched: bool,
    /// How far the best assignment is ahead of the next one; large where cells simply stand where they should.
    pub(super) margin: f32,
}

/// How many partial assignments are kept for each next column.
const BEAM: usize = 8;
/// Most cells of a row whose places are searched for: no form's row comes near.
const WIDEST_SEARCH: usize = 128;
/// A fit from which down a cell is not left where it stands.
const MISFIT: f32 = -1.0;
/// A margin that means “no doubt”.
pub(super) const CERTAIN: f32 = 9.0;

/// What placing a row needs to know.
pub(super) struct Aligner<'a> {
    pub(super) patterns: &'a Patterns,
    pub(super) grammar: &'a Grammar,
    pub(super) columns: &'a [Column],
    /// How far the header's own cells reach: of rows whose cells are counted, the right edge.
    pub(super) extent: usize,
    /// The weights of this block are written as percentages: 20% of the points.
    pub(super) percent_weights: bool,
}

#[derive(Debug, Clone, Copy)]
struct Path {
    score: f32,
    offset: Option<i32>,
    /// Its last step in the [`Trail`].
    last: usize,
}

/// The steps of all paths: paths that begin alike share their first steps.
struct Trail(Vec<(usize, Option<usize>)>);

impl Trail {
    /// The places of a path's cells, in order.
    fn places(&self, path: &Path) -> Vec<Option<usize>> {
        let mut places = Vec::new();
        let mut at = path.last;
        // Step 0 is the common beginning.
        while at > 0 {
            let (before, place) = self.0[at];
            places.push(place);
            at = before;
        }
        places.reverse();
        places
    }
}

/// The best paths that have come to one column.
#[derive(Default)]
struct Beam {
    paths: Vec<Path>,
    /// The least of them, once there are as many as are kept.
    worst: usize,
}

impl Beam {
    /// Offers a path: `from`, with the next cell put into `place`.
    fn offer(&mut self, trail: &mut Trail, from: &Path, score: f32, offset: Option<i32>, place: Option<usize>) {
        if self.paths.len() == BEAM {
            if self.paths[self.worst].score >= score {
                return;
            }
            self.paths.swap_remove(self.worst);
        }
        trail.0.push((from.last, place));
        self.paths.push(Path { score, offset, last: trail.0.len() - 1 });
        if self.paths.len() == BEAM {
            let least = self.paths.iter().enumerate().min_by(|a, b| a.1.score.total_cmp(&b.1.score));
            self.worst = least.map_or(0, |(at, _)| at);
        }
    }
}

/// What putting a cell into a column brings and costs.
struct Step {
    fit: f32,
    offset: i32,
    moved: f32,
}

impl Aligner<'_> {
    /// Looks at a cell.
    pub(super) fn kind<'c>(&'c self, cell: &'c RowCell) -> Kind<'c> {
        let text = cell.text.as_str();
        let characters = text.chars().count();
        let levels = &self.patterns.levels;
        let (level1, level2) = if characters <= 20 { cell.levels(levels) } else { (None, None) };
        let also_name = level1.or(level2).is_some_and(|kind| levels.is_also_a_name(kind));
        Kind {
            grammar: self.grammar,
            text,
            characters,
            level1: !also_name && level1.is_some(),
            level2: !also_name && level2.is_some(),
            level_word: OnceCell::new(),
            also_name,
            number: OnceCell::new(),
            measured: OnceCell::new(),
            blank_mark: OnceCell::new(),
        }
    }

    /// Looks at a row's cells. Of two level-1 words side by side the second is a level 2: 效益 | 履职效益. So is one that the
    /// format puts into the column of level 2, beside a level 1 in words of its own: 政策效果（50分） | 产出.
    pub(super) fn kinds<'c>(&'c self, row: &'c Row) -> Vec<Kind<'c>> {
        let mut kinds: Vec<Kind<'c>> = row.cells.iter().map(|c| self.kind(c)).collect();
        let placed = matches!(row.origin, GridOrigin::Explicit | GridOrigin::Separated);
        if placed && kinds.iter().any(|kind| kind.level1) {
            let of =
                |field: Field| self.columns.iter().position(|c| c.field == Some(field)).map(|at| &self.columns[at]);
            let at = |column: &Column| row.cells.iter().position(|c| column.start <= c.column && c.column < column.end);
            // Where merged cells are left out, a blank stands for the one above.
            let spanned = |first: &Column| row.origin == GridOrigin::Separated || row.is_covered(first.start);
            if let (Some(first), Some(second)) = (of(Field::Level1), of(Field::Level2))
                && let Some(index) = at(second).filter(|index| kinds[*index].level1)
                && at(first).map_or(spanned(first), |beside| !kinds[beside].level2)
                && kinds.get(index + 1).is_none_or(|next| !next.level1 && !next.level2)
            {
                (kinds[index].level1, kinds[index].level_word) = (false, OnceCell::from(true));
            }
        }
        for index in 1..kinds.len() {
            if kinds[index - 1].level1 && kinds[index].level1 {
                (kinds[index].level1, kinds[index].level_word) = (false, OnceCell::from(true));
            }
        }
        kinds
    }

    /// Puts a row's cells into columns.
    pub(super) fn align(&self, row: &Row, kinds: &[Kind<'_>]) -> Alignment {
        if let Some(counted) = self.by_right_edge(row, kinds) {
            return counted;
        }
        if let Some(direct) = self.direct(row, kinds) {
            return direct;
        }
        if row.cells.len() > WIDEST_SEARCH {
            return self.by_position(row);
        }
        self.search(row, kinds)
    }

    /// Cells where they stand, whatever they hold.
    pub(super) fn by_position(&self, row: &Row) -> Alignment {
        let mut alignment =
            Alignment { cells: vec![Vec::new(); self.columns.len()], margin: CERTAIN, ..Alignment::default() };
        for (index, cell) in row.cells.iter().enumerate() {
            match self.columns.iter().position(|c| c.start <= cell.column && cell.column < c.end) {
                Some(at) => alignment.cells[at].push(index),
                None => alignment.dropped.push(index),
            }
        }
        alignment
    }

    /// Cells where they stand, if each then holds what its column should.
    fn direct(&self, row: &Row, kinds: &[Kind<'_>]) -> Option<Alignment> {
        let mut cells: Vec<Vec<usize>> = vec![Vec::new(); self.columns.len()];
        let mut dropped = Vec::new();
        for (index, cell) in row.cells.iter().enumerate() {
            let at = self.columns.iter().position(|c| c.start <= cell.column && cell.column < c.end)?;
            if !self.may_stand(&kinds[index], self.columns[at].field) {
                return None;
            }
            if let Some(&first) = cells[at].first() {
                // Two cells under one header: overflow that repeats the first, or words that go on.
                let (a, b) = (&row.cells[first].text, &cell.text);
                if a.contains(b.as_str()) {
                    dropped.push(index);
                    continue;
                }
                if kinds[index].number().is_some() || kinds[first].number().is_some() {
                    return None;
                }
            }
            cells[at].push(index);
        }
        if !self.has_its_name(row, &cells) {
            return None;
        }
        Some(Alignment { cells, dropped, shifted: false, searched: false, margin: CERTAIN })
    }

    /// A row that lacks the cells that began above it, moved until it ends where the header ends: in such a source
    /// what stands in a column by its number is nothing to go by, even where it would fit.
    fn by_right_edge(&self, row: &Row, kinds: &[Kind<'_>]) -> Option<Alignment> {
        let by = row.moved_to(self.extent);
        if by == 0 {
            return None;
        }
        let mut cells: Vec<Vec<usize>> = vec![Vec::new(); self.columns.len()];
        for (index, cell) in row.cells.iter().enumerate() {
            let column = cell.column + by;
            let at = self.columns.iter().position(|c| c.start <= column && column < c.end)?;
            if !cells[at].is_empty() || !self.may_stand(&kinds[index], self.columns[at].field) {
                return None;
            }
            cells[at].push(index);
        }
        let alignment = Alignment { cells, dropped: Vec::new(), shifted: false, searched: false, margin: CERTAIN };
        self.has_its_name(row, &alignment.cells).then_some(alignment)
    }

    /// Is there a name, where the block has a column for names and the row has values?
    fn has_its_name(&self, row: &Row, cells: &[Vec<usize>]) -> bool {
        let filled =
            |field: Field| self.columns.iter().zip(cells).any(|(c, held)| c.field == Some(field) && !held.is_empty());
        let has = |field: Field| self.columns.iter().any(|c| c.field == Some(field));
        let values = filled(Field::Target) || filled(Field::Actual) || filled(Field::Weight) || filled(Field::Score);
        !has(Field::Level3) || filled(Field::Level3) || !values || row.origin == GridOrigin::Explicit
    }

    fn search(&self, row: &Row, kinds: &[Kind<'_>]) -> Alignment {
        let scoring = &self.patterns.scoring;
        let columns = self.columns.len();
        // Where the format states positions, moving a cell takes far more evidence.
        let rigidity = match row.origin {
            GridOrigin::Explicit => 3.0,
            GridOrigin::Separated | GridOrigin::Counted => 1.0,
            GridOrigin::Ordered => 0.4,
        };
        let mut trail = Trail(vec![(0, None)]);
        let mut beams: Vec<Beam> = (0..=columns).map(|_| Beam::default()).collect();
        beams[0].paths.push(Path { score: 0.0, offset: None, last: 0 });
        for (index, cell) in row.cells.iter().enumerate() {
            let drop = self.price_of_dropping(row, kinds, index);
            let steps: Vec<Step> = self
                .columns
                .iter()
                .map(|column| {
                    let offset = offset(cell, column);
                    let moved = rigidity * (scoring.moved + scoring.moved_far * (offset.abs() - 1) as f32);
                    Step { fit: self.fit(&kinds[index], column.field), offset, moved }
                })
                .collect();
            let mut next: Vec<Beam> = (0..=columns).map(|_| Beam::default()).collect();
            for (column, beam) in beams.iter().enumerate() {
                for path in &beam.paths {
                    next[column].offer(&mut trail, path, path.score + drop, path.offset, None);
                    for (target, step) in steps.iter().enumerate().skip(column) {
                        let mut score = path.score + step.fit;
                        if step.offset != 0 {
                            score += step.moved;
                        }
                        if path.offset.unwrap_or(0) != step.offset {
                            score += rigidity.min(1.0) * scoring.offset_changes;
                        }
                        next[target + 1].offer(&mut trail, path, score, Some(step.offset), Some(target));
                    }
                }
            }
            beams = next;
        }
        let whole = Whole::of(self, row, kinds);
        let mut complete: Vec<(f32, Vec<Option<usize>>)> = beams
            .iter()
            .flat_map(|beam| &beam.paths)
            .map(|path| {
                let places = trail.places(path);
                (path.score + whole.score(&places), places)
            })
            .collect();
        complete.sort_by(|a, b| b.0.total_cmp(&a.0));
        let Some((best, places)) = complete.first() else { return Alignment::default() };
        let field = |place: &Option<usize>| place.and_then(|at| self.columns[at].field);
        let differs = |other: &[Option<usize>]| other.iter().map(field).ne(places.iter().map(field));
        let margin = complete.iter().find(|(_, other)| differs(other)).map_or(CERTAIN, |(other, _)| best - other);
        let mut alignment =
            Alignment { cells: vec![Vec::new(); columns], searched: true, margin, ..Alignment::default() };
        for (index, place) in places.iter().enumerate() {
            match place {
                Some(at) => {
                    alignment.cells[*at].push(index);
                    alignment.shifted |= offset(&row.cells[index], &self.columns[*at]) != 0;
                }
                None => alignment.dropped.push(index),
            }
        }
        alignment.shifted &= row.origin != GridOrigin::Ordered || !alignment.dropped.is_empty();
        alignment
    }

    fn price_of_dropping(&self, row: &Row, kinds: &[Kind<'_>], index: usize) -> f32 {
        let scoring = &self.patterns.scoring;
        let text = &row.cells[index].text;
        if kinds[index].blank_mark() {
            return -0.1;
        }
        let repeats = row.cells.iter().enumerate().any(|(other, c)| {
            other != index && (c.text == *text || (kinds[index].number().is_none() && c.text.contains(text.as_str())))
        });
        match (repeats, kinds[index].number().is_some()) {
            (true, _) => scoring.dropped_repeat,
            (_, true) => scoring.dropped_number,
            _ => scoring.dropped_text,
        }
    }

    /// Does a cell's kind fit a field so well that the cell need not stand elsewhere?
    fn may_stand(&self, kind: &Kind<'_>, field: Option<Field>) -> bool {
        let s: &Scoring = &self.patterns.scoring;
        let level = kind.level1 || kind.level2;
        match field {
            None => true,
            // Whatever reading the cell would tell, it may stand here.
            Some(Field::Target | Field::Actual) if !level && s.measured.min(s.words_as_value) > MISFIT => true,
            Some(field) => self.fit_unless_blank(kind, field) > MISFIT || kind.blank_mark(),
        }
    }

    /// How well a cell's kind fits a field.
    pub(super) fn fit(&self, kind: &Kind<'_>, field: Option<Field>) -> f32 {
        match field {
            Some(field) if !kind.blank_mark() => self.fit_unless_blank(kind, field),
            _ => 0.0,
        }
    }

    fn fit_unless_blank(&self, kind: &Kind<'_>, field: Field) -> f32 {
        let s: &Scoring = &self.patterns.scoring;
        match field {
            Field::Level1 | Field::Level2 => {
                let (own, other) =
                    if field == Field::Level1 { (kind.level1, kind.level2) } else { (kind.level2, kind.level1) };
                match () {
                    () if own => s.known_level,
                    () if other => s.wrong_level,
                    () if kind.also_name || kind.level_word() => s.level_word,
                    () if kind.number().is_some() => s.number_as_level,
                    () if kind.characters > 16 => s.long_level,
                    () if kind.measured() => s.wrong_level,
                    () => s.plain_level,
                }
            }
            Field::Level3 => match () {
                () if kind.number().is_some() => s.number_as_name,
                () if kind.level1 || kind.level2 => s.wrong_level + 0.6,
                () if kind.level_word() => s.level_word_as_name,
                () if kind.characters <= 8 && kind.percent() && kind.measured() => s.quantity_as_name,
                () => s.name,
            },
            Field::Target | Field::Actual => match () {
                () if kind.level1 || kind.level2 => s.wrong_level,
                () if kind.measured() => s.measured,
                () => s.words_as_value,
            },
            Field::Sign => {
                if kind.sign() {
                    2.0
                } else {
                    -1.0
                }
            }
            Field::Unit => match () {
                () if kind.unit() => 2.0,
                () if kind.number().is_some() => -3.0,
                () if kind.characters <= 6 => 0.2,
                () => -1.0,
            },
            Field::Weight if self.percent_weights && kind.percent() && kind.measured() => s.points,
            Field::Weight | Field::Score | Field::SecondScore | Field::FundWeight | Field::FundScore => {
                match kind.number() {
                    Some(n) if n >= Decimal::ZERO && n <= Decimal::ONE_HUNDRED => s.points,
                    Some(_) => s.points_too_large,
                    None => s.not_points,
                }
            }
            Field::Deviation | Field::Improvement | Field::Basis => {
                if kind.number().is_some() {
                    s.number_as_reason
                } else {
                    s.reason
                }
            }
            Field::BudgetInitial | Field::Budget | Field::Executed => match () {
                () if kind.percent() => -2.0,
                () if kind.measured() => s.measured,
                () => -3.0,
            },
            Field::Rate => match kind.number() {
                _ if kind.percent() && kind.measured() => s.measured + 0.3,
                Some(n) if n <= Decimal::from(200) => s.measured * 0.4,
                Some(_) => -1.0,
                None => -3.0,
            },
            Field::FundItem => match () {
                () if kind.number().is_some() => s.number_as_name,
                () if kind.measured() => s.quantity_as_name,
                () => s.name,
            },
            _ => 0.2,
        }
    }
}

/// What only a complete assignment shows.
struct Whole<'a> {
    aligner: &'a Aligner<'a>,
    kinds: &'a [Kind<'a>],
    /// Fields that the block has a column for.
    named: bool,
    weighted: bool,
    scored: bool,
    targeted: bool,
    /// The cells' amounts, where budget, executed and rate must close.
    amounts: Option<Vec<Option<Decimal>>>,
}

impl<'a> Whole<'a> {
    fn of(aligner: &'a Aligner<'a>, row: &Row, kinds: &'a [Kind<'a>]) -> Self {
        let has = |field: Field| aligner.columns.iter().any(|c| c.field == Some(field));
        let closes = has(Field::Rate) && !has(Field::Level3);
        Whole {
            aligner,
            kinds,
            named: has(Field::Level3),
            weighted: has(Field::Weight),
            scored: has(Field::Score),
            targeted: has(Field::Target),
            amounts: closes.then(|| row.cells.iter().map(|cell| amount(aligner.grammar, &cell.text)).collect()),
        }
    }

    fn score(&self, places: &[Option<usize>]) -> f32 {
        let s = &self.aligner.patterns.scoring;
        let cell = |field: Field| {
            places.iter().position(|p| p.is_some_and(|at| self.aligner.columns[at].field == Some(field)))
        };
        let number = |field: Field| cell(field).and_then(|i| self.kinds[i].number());
        let mut score = 0.0;
        if self.named && cell(Field::Level3).is_none() {
            score += s.missing_name;
        }
        for (has, field) in [(self.weighted, Field::Weight), (self.scored, Field::Score)] {
            if has && cell(field).is_none() {
                score += s.empty_points;
            }
        }
        if self.targeted && cell(Field::Target).is_none() {
            score += s.empty_target;
        }
        for (weight, points) in [(Field::Weight, Field::Score), (Field::FundWeight, Field::FundScore)] {
            if let (Some(weight), Some(points)) = (number(weight), number(points))
                && points > weight
            {
                score += s.score_above_weight;
            }
        }
        if let Some(amounts) = &self.amounts {
            let read = |field: Field| cell(field).and_then(|i| amounts[i]);
            if let (Some(budget), Some(executed), Some(rate)) =
                (read(Field::Budget), read(Field::Executed), read(Field::Rate))
            {
                let closes = crate::mapping::fund::rate_closes(budget, executed, rate);
                score += if closes { s.rate_closes } else { s.rate_open };
            }
        }
        score
    }
}

/// The number of points in a cell: `10`, `10分`, `10%`, and `(20分*执行率) 13`, where the header's bracket slipped in.
pub(super) fn points(grammar: &Grammar, text: &str) -> Option<Decimal> {
    if text.len() > 60 {
        return None;
    }
    if let Some(number) = grammar.number(text) {
        return Some(number);
    }
    if !text.contains(['(', '（', '[', '【', ')', '）', ']', '】']) {
        return None;
    }
    let outside = outside_brackets(text);
    (outside.len() < text.len()).then(|| grammar.number(outside.trim())).flatten()
}

/// A name with its points behind it, 组织管理（10分）: the number measures nothing that the cell speaks of.
fn ends_with_points(text: &str) -> bool {
    let inside = text.strip_suffix([')', '）']).and_then(|rest| rest.rsplit_once(['(', '（']));
    let Some((name, points)) = inside else { return false };
    let number = points.trim_end().strip_suffix('分').unwrap_or_default();
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    !number.is_empty() && number.chars().all(digits) && !name.is_empty() && !name.contains(|c: char| c.is_ascii_digit())
}

/// An amount as the cell has it, unit and percent sign apart.
fn amount(grammar: &Grammar, text: &str) -> Option<Decimal> {
    let reading = grammar.read(text, &Default::default())?;
    reading.quantity.value.map(|v| v.get())
}

/// The text outside its brackets.
pub(super) fn outside_brackets(text: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn is_sign(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| "≥≤=＝≧≦═><＞＜定性定量正反向".contains(c))
}

/// Columns between a cell and its header; 0 where it stands under it.
fn offset(cell: &RowCell, column: &Column) -> i32 {
    if cell.column >= column.end {
        (cell.column - column.end + 1) as i32
    } else if cell.end <= column.start {
        -((column.start - cell.end + 1) as i32)
    } else if cell.column < column.start {
        -((column.start - cell.column) as i32)
    } else {
        0
    }
}
