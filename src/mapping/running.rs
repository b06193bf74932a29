//! Forms whose cells run on in text, as programs leave them that take a page's words and drop its tables: a cell a line
//! without any mark, or the whole form on one line with single spaces. The header's own words say how many columns there are
//! and what they hold; a row is then what fits them, level words first. Lines that fit become a grid, all others stay lines.
//!
//! Nothing is guessed: the header must be whole, every row must have all of its columns (only a reason at its end may be
//! missing), points must be numbers and levels known words. Where fewer than three rows fit, all stays text.

use crate::model::{Block, Cell, Grid, GridOrigin, Line};
use crate::normalize;
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel, label_key};
use std::collections::VecDeque;
use std::ops::Range;

/// Lines looked at together; a form that has begun may reach over as many again.
const WINDOW: usize = 240;
/// Lines kept from before, where a form's head may stand.
const KEPT: usize = 40;
/// Bytes of a window: longer text is no form.
const MAX_BYTES: usize = 64 << 10;
/// Cells of a form, and of its head.
const MAX_CELLS: usize = 1_200;
const HEAD_CELLS: usize = 90;
/// Rows from which on the columns are believed.
const MIN_ROWS: usize = 3;
/// Columns of an indicators' header.
const MOST_COLUMNS: usize = 16;
/// Headers in a window that may lead to nothing before it is left alone.
const MAX_FAILED: usize = 8;
/// Lines that a cell closed by a pipe may have, and pipes that make no table.
const MOST_CELL_LINES: usize = 4;
const FEW_PIPES: usize = 12;
/// Blank cells that may stand before a row's first text, where levels are merged.
const MAX_BLANKS: usize = 3;
/// Lines that a reason may have.
const MOST_REASON_LINES: usize = 6;
/// Characters of a value, of a name.
const LONGEST_VALUE: usize = 60;
const LONGEST_NAME: usize = 60;

/// The blocks, with forms that run on in lines made grids.
pub(super) struct Running<'a, 'p, I> {
    blocks: I,
    patterns: &'p Patterns,
    held: VecDeque<Line<'a>>,
    bytes: usize,
    /// A held line speaks of levels of indicators.
    hopeful: bool,
    ready: VecDeque<Block<'a>>,
    done: bool,
}

impl<'a, 'p, I: Iterator<Item = Block<'a>>> Running<'a, 'p, I> {
    pub(super) fn new(blocks: I, patterns: &'p Patterns) -> Self {
        let (held, ready) = (VecDeque::new(), VecDeque::new());
        Running { blocks, patterns, held, bytes: 0, hopeful: false, ready, done: false }
    }

    /// Hands the held lines on, all but the last `keep`.
    fn release(&mut self, keep: usize) {
        if self.hopeful {
            let lines: Vec<Line<'a>> = self.held.drain(..).collect();
            self.ready.extend(with_grids(lines, self.patterns));
        } else {
            let out = self.held.len().saturating_sub(keep);
            self.ready.extend(self.held.drain(..out).map(Block::Line));
        }
        self.bytes = self.held.iter().map(|line| line.text.len()).sum();
        self.hopeful = false;
    }
}

impl<'a, I: Iterator<Item = Block<'a>>> Iterator for Running<'a, '_, I> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Some(block);
            }
            if self.done {
                return None;
            }
            match self.blocks.next() {
                Some(Block::Line(line)) => {
                    self.bytes += line.text.len();
                    self.hopeful |= line.text.contains("三级") || line.text.contains("二级");
                    self.held.push_back(line);
                    let most = if self.hopeful { 2 * WINDOW } else { WINDOW };
                    if self.held.len() >= most || self.bytes > MAX_BYTES {
                        self.release(if self.bytes > MAX_BYTES { 0 } else { KEPT });
                    }
                }
                Some(other) => {
                    self.release(0);
                    self.ready.push_back(other);
                }
                None => {
                    self.release(0);
                    self.done = true;
                }
            }
        }
    }
}

/// A cell in the running text.
#[derive(Debug, Clone)]
struct Token {
    text: String,
    /// Which of the lines it stands in.
    line: usize,
}

fn with_grids<'a>(lines: Vec<Line<'a>>, patterns: &Patterns) -> Vec<Block<'a>> {
    for split in [by_pipes, by_lines, by_spaces] {
        let tokens = split(&lines);
        if tokens.len() > 4 * MAX_CELLS {
            continue;
        }
        let forms = forms(&tokens, patterns);
        if forms.is_empty() {
            continue;
        }
        let mut out = Vec::new();
        let mut forms = forms.into_iter().peekable();
        let mut page = None;
        for (at, line) in lines.into_iter().enumerate() {
            while let Some(form) = forms.next_if(|form| form.last_line < at) {
                form.put(page, &mut out);
            }
            page = line.page;
            if forms.peek().is_none_or(|form| at < form.first_line) {
                out.push(Block::Line(line));
            }
        }
        forms.for_each(|form| form.put(page, &mut out));
        return out;
    }
    lines.into_iter().map(Block::Line).collect()
}

/// Every cell closed by a pipe, blank ones too, over lines; none where pipes are few.
fn by_pipes(lines: &[Line<'_>]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut parts = line.text.split('|').map(str::trim).peekable();
        while let Some(part) = parts.next() {
            if !part.is_empty() {
                open.push(part);
            }
            if parts.peek().is_some() {
                // Many lines before a pipe are text above the table, of which the last may be its first cell.
                let from = if open.len() > MOST_CELL_LINES { open.len() - 1 } else { 0 };
                tokens.push(Token { text: open[from..].concat(), line: at });
                open.clear();
            }
        }
    }
    if tokens.len() < FEW_PIPES { Vec::new() } else { tokens }
}

/// Every line a cell; a line that only ends a word begun above is part of it.
fn by_lines(lines: &[Line<'_>]) -> Vec<Token> {
    tokens(lines.iter().enumerate().map(|(at, line)| (at, line.text.trim())))
}

/// Every word between spaces a cell.
fn by_spaces(lines: &[Line<'_>]) -> Vec<Token> {
    tokens(lines.iter().enumerate().flat_map(|(at, line)| line.text.split_whitespace().map(move |word| (at, word))))
}

fn tokens<'t>(cells: impl Iterator<Item = (usize, &'t str)>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (line, text) in cells.filter(|(_, text)| !text.is_empty()) {
        let rest = matches!(text, "指标" | "目标" | "值" | "成本")
            || text.starts_with(['（', '(']) && text.ends_with(['）', ')']);
        match tokens.last_mut() {
            Some(last) if rest && last.text.chars().count() <= 12 => last.text.push_str(text),
            _ => tokens.push(Token { text: text.to_owned(), line }),
        }
    }
    tokens
}

/// A form found in the tokens.
struct Form {
    grid: Grid,
    first_line: usize,
    last_line: usize,
    /// Texts of the first line that stand before the form.
    before: Vec<String>,
}

impl Form {
    /// The form as blocks; what stands on its first line before it is its title.
    fn put(self, page: Option<u32>, out: &mut Vec<Block<'_>>) {
        let line = |text: String| Block::Line(Line { text: text.into(), page, heading: None });
        out.extend(self.before.into_iter().map(line));
        out.push(Block::Grid(Grid { page, ..self.grid }));
    }
}

fn forms(tokens: &[Token], patterns: &Patterns) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let (mut at, mut from, mut failed) = (0, 0, 0);
    while at < tokens.len() && failed < MAX_FAILED {
        let Some(header) = header(&tokens[at..], patterns) else {
            at += 1;
            continue;
        };
        let is_label = |token: &&Token| patterns.row_labels.is(&label_key(&token.text), RowLabel::IndicatorBlock);
        let labels = tokens[at + header.taken..].iter().take_while(is_label).count();
        let begin = at + header.taken + labels;
        let end = (begin + MAX_CELLS).min(tokens.len());
        let rows = rows(&tokens[begin..end], &header.fields, patterns);
        if rows.iter().filter(|row| row.cells.iter().any(|(column, _)| *column == 2)).count() < MIN_ROWS {
            at = begin;
            failed += 1;
            continue;
        }
        let head_from = from.max(at.saturating_sub(HEAD_CELLS));
        let form = form(tokens, head_from..at, begin, &header, &rows, patterns);
        // Forms may share a line, but not overlap.
        if forms.last().is_none_or(|last| last.last_line <= form.first_line) {
            forms.push(form);
        }
        at = begin + rows.iter().map(|row| row.taken).sum::<usize>();
        from = at;
    }
    forms
}

fn fields(text: &str, part: HeaderPart, patterns: &Patterns) -> Option<Field> {
    let facts = patterns.headers.facts(&label_key(text));
    patterns
        .headers
        .exact_of(facts, part)
        .next()
        .or_else(|| patterns.headers.likely_of(facts, part))
        .map(|hit| hit.field)
}

/// The indicators' header in running text.
struct Header {
    /// What its columns hold.
    fields: Vec<Field>,
    /// What they are called.
    names: Vec<String>,
    /// How many tokens it takes.
    taken: usize,
}

/// The indicators' header that begins here: three levels and a target at least, no field twice. A name that stands on two
/// lines is one.
fn header(tokens: &[Token], patterns: &Patterns) -> Option<Header> {
    let field = |text: &str| fields(text, HeaderPart::Indicator, patterns);
    let first = tokens.first().and_then(|token| field(&token.text))?;
    if first != Field::Level1 {
        return None;
    }
    let mut found = Header { fields: Vec::new(), names: Vec::new(), taken: 0 };
    while found.fields.len() < MOST_COLUMNS
        && let Some(token) = tokens.get(found.taken)
        && token.text.chars().count() <= 20
    {
        let next = tokens.get(found.taken + 1).map(|next| next.text.as_str()).filter(|next| field(next).is_none());
        let joined = next.map(|next| format!("{}{next}", token.text)).filter(|joined| {
            let facts = patterns.headers.facts(&label_key(joined));
            patterns.headers.exact_of(facts, HeaderPart::Indicator).next().is_some()
        });
        let taken = 1 + usize::from(joined.is_some());
        let name = joined.unwrap_or_else(|| token.text.clone());
        match field(&name) {
            Some(field) if field == Field::Extra || !found.fields.contains(&field) => found.fields.push(field),
            _ => break,
        }
        found.names.push(name);
        found.taken += taken;
    }
    let levels = found.fields.starts_with(&[Field::Level1, Field::Level2, Field::Level3]);
    (levels && found.fields.contains(&Field::Target)).then_some(found)
}

/// A row: its cells by column of the header, and how many tokens it takes.
#[derive(Debug, Clone)]
struct Row {
    cells: Vec<(usize, String)>,
    taken: usize,
    score: f32,
}

/// The rows from here on: the way to cut the tokens into rows that fits best.
fn rows(tokens: &[Token], header: &[Field], patterns: &Patterns) -> Vec<Row> {
    // From the end: what the best rows from a token on are worth, and the first of them.
    let mut worth = vec![0f32; tokens.len() + 1];
    let mut first: Vec<Option<Row>> = vec![None; tokens.len() + 1];
    for at in (0..tokens.len()).rev() {
        for row in options(&tokens[at..], header, patterns) {
            let sum = row.score + worth[at + row.taken];
            if sum > worth[at] {
                worth[at] = sum;
                first[at] = Some(row);
            }
        }
    }
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(row) = first.get_mut(at).and_then(Option::take) {
        at += row.taken;
        rows.push(row);
    }
    rows
}

/// The rows that may begin at the first token.
fn options(tokens: &[Token], header: &[Field], patterns: &Patterns) -> Vec<Row> {
    let mut found = Vec::new();
    let blanks = tokens.iter().take(MAX_BLANKS).take_while(|token| token.text.is_empty()).count();
    let level = |at: usize| tokens.get(at).map(|t| patterns.levels.of_key(&label_key(&t.text))).unwrap_or_default();
    for (with_first, with_second) in [(true, true), (false, true), (false, false), (true, false)] {
        let mut row = Row { cells: Vec::new(), taken: blanks, score: 0.0 };
        if with_first {
            if level(blanks).0.is_none() {
                continue;
            }
            row.cells.push((0, tokens[blanks].text.clone()));
            row.taken += 1;
        }
        if with_second {
            if level(row.taken).1.is_none() {
                continue;
            }
            row.cells.push((1, tokens[row.taken].text.clone()));
            row.taken += 1;
            row.score += 1.0;
            // A kind that the form leaves empty.
            found.push(Row { score: -0.2, ..row.clone() });
        }
        let Some(name) = tokens.get(row.taken).filter(|name| is_name(&name.text, patterns)) else { continue };
        if level(row.taken) != (None, None) {
            if name.text.ends_with("指标") {
                continue;
            }
            row.score -= 1.5;
        }
        row.cells.push((2, name.text.clone()));
        row.taken += 1;
        values(tokens, row, header, patterns, &mut found);
    }
    found
}

/// The row with its values, with the reason at its end and without.
fn values(tokens: &[Token], mut row: Row, header: &[Field], patterns: &Patterns, found: &mut Vec<Row>) {
    let optional = |field: Field| {
        matches!(field, Field::Deviation | Field::Improvement | Field::Basis | Field::Extra | Field::SecondScore)
    };
    let needed = header.iter().rposition(|field| !optional(*field)).map_or(0, |at| at + 1);
    for (column, field) in header.iter().enumerate().take(needed).skip(3) {
        let Some(fit) = tokens.get(row.taken).and_then(|token| fit(&token.text, *field, patterns)) else { return };
        row.score += fit;
        row.cells.push((column, tokens[row.taken].text.clone()));
        row.taken += 1;
    }
    // Words alone, under no level of their own, are a row where others follow, but may be anything after the last.
    row.score -= if row.cells.iter().any(|(column, text)| *column > 2 && has_digit(text)) { -1.0 } else { 0.7 };
    found.push(row.clone());
    // The text behind the points: the reason, of which each line is a cell here.
    let mut reason = String::new();
    for token in tokens[row.taken..].iter().take(if needed < header.len() { MOST_REASON_LINES } else { 0 }) {
        let key = label_key(&token.text);
        let other = patterns.levels.of_key(&key) != (None, None)
            || [RowLabel::Total, RowLabel::Note].iter().any(|label| patterns.row_labels.is(&key, *label));
        // A number that begins a sentence is no value.
        let value = starts_with_number(&token.text) && !is_sentence(&token.text);
        if other || value || token.text.is_empty() {
            break;
        }
        reason.push_str(&token.text);
        row.taken += 1;
        row.score -= 0.1;
        found.push(Row { cells: [row.cells.as_slice(), &[(needed, reason.clone())]].concat(), ..row.clone() });
        if token.text.ends_with(['。', '；']) && !reason.contains("原因：") {
            break;
        }
    }
}

/// Words that go on over a comma or end with a full stop.
fn is_sentence(text: &str) -> bool {
    text.contains(['，', '。']) && text.chars().filter(|c| c.is_alphabetic()).count() >= 6
}

fn is_name(text: &str, patterns: &Patterns) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let key = label_key(text);
    letters >= 2
        && text.chars().count() <= LONGEST_NAME
        && !starts_with_number(text)
        && (!text.ends_with(['。', '；']) || text.starts_with("指标"))
        && (!text.contains(['：', ':']) || ["指标", "其中"].iter().any(|begin| text.starts_with(begin)))
        && ![RowLabel::Total, RowLabel::Note, RowLabel::IndicatorBlock].iter().any(|l| patterns.row_labels.is(&key, *l))
        && !patterns.row_labels.is_title(&normalize::key(text))
        && fields(text, HeaderPart::Head, patterns).is_none()
}

fn is_dash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '—' | '–' | '－' | '/' | '─'))
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

fn starts_with_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || "≥≤=＝>＞<＜≧≦０１２３４５６７８９".contains(c))
}

/// How well a text stands in a column; `None` where it cannot.
fn fit(text: &str, field: Field, patterns: &Patterns) -> Option<f32> {
    if text.is_empty() {
        return Some(0.0);
    }
    let key = normalize::key(text);
    let bare = || key.parse::<f32>().ok().filter(|n| (0.0..=100.0).contains(n));
    match field {
        Field::Weight | Field::Score | Field::SecondScore => bare().map(|_| 1.0),
        Field::Sign => {
            let sign = key.chars().all(|c| "<>=≤≥≧≦".contains(c)) || matches!(text, "定性" | "正向" | "反向" | "定量");
            sign.then_some(1.0)
        }
        Field::Unit => (!has_digit(text) && text.chars().count() <= 8).then_some(0.5),
        Field::Target | Field::Actual => {
            let level = patterns.levels.of_key(&label_key(text)) != (None, None)
                || patterns.row_labels.is(&label_key(text), RowLabel::Total);
            let value = text.chars().count() <= LONGEST_VALUE && !level && !text.ends_with(['：', ':']);
            let measured = starts_with_number(text) || has_digit(text);
            value.then_some(if measured { 1.0 } else { 0.4 })
        }
        _ => Some(0.1),
    }
}

/// The grid of a form: its head, money and goals from the cells before the header, then header, rows and total.
fn form(
    tokens: &[Token],
    before: Range<usize>,
    rows_begin: usize,
    header: &Header,
    rows: &[Row],
    patterns: &Patterns,
) -> Form {
    let (from, at) = (before.start, before.end);
    let mut cells: Vec<Cell> = Vec::new();
    let (begin, height) = head(&tokens[from..at], &mut cells, patterns);
    let (begin, mut row) = (from + begin, height);
    let mut put = |row: usize, column: usize, text: &str| cells.push(Cell::new(row, column, text));
    for (column, name) in header.names.iter().enumerate() {
        put(row, column + 1, name);
    }
    for found in rows {
        row += 1;
        found.cells.iter().for_each(|(column, text)| put(row, column + 1, text));
    }
    let mut end = rows_begin + rows.iter().map(|row| row.taken).sum::<usize>();
    if tokens.get(end).is_some_and(|token| patterns.row_labels.is(&label_key(&token.text), RowLabel::Total)) {
        let columns: Vec<usize> = [Field::Weight, Field::Score]
            .iter()
            .filter_map(|field| header.fields.iter().position(|f| f == field))
            .collect();
        let is_points = |token: &&Token| fit(&token.text, Field::Score, patterns).is_some();
        let numbers: Vec<&Token> = tokens[end + 1..].iter().take(columns.len()).take_while(is_points).collect();
        if !numbers.is_empty() && numbers.len() == columns.len() {
            row += 1;
            put(row, 0, &tokens[end].text);
            columns.iter().zip(&numbers).for_each(|(column, number)| put(row, column + 1, &number.text));
            end += 1 + numbers.len();
        }
    }
    let first_line = tokens[begin].line;
    let on_line = tokens[from..begin].iter().rev().take_while(|token| token.line == first_line);
    let mut before: Vec<String> = on_line.take(HEAD_CELLS).map(|token| token.text.clone()).collect();
    before.reverse();
    let grid = Grid { rows: row + 1, ..Grid::new(GridOrigin::Separated, cells) };
    Form { grid, first_line, last_line: tokens[end.max(1) - 1].line, before }
}

/// Puts the pairs, amounts and goals before the header into the grid. Where they begin, and how many rows there are.
fn head(tokens: &[Token], cells: &mut Vec<Cell>, patterns: &Patterns) -> (usize, usize) {
    let is_head = |text: &str| fields(text, HeaderPart::Head, patterns).is_some() && text.chars().count() <= 20;
    let money = |text: &str| {
        fields(text, HeaderPart::Fund, patterns).filter(|_| text.chars().count() <= 16 && !starts_with_number(text))
    };
    let source = |text: &str| patterns.fund_labels.exact(text).is_some();
    let goals = |text: &str, field: Field| patterns.headers.names(&label_key(text), field);
    let is_label = |text: &str| is_head(text) || source(text) || money(text).is_some();
    let Some(begin) = tokens.iter().position(|t| fields(&t.text, HeaderPart::Head, patterns) == Some(Field::Project))
    else {
        return (tokens.len(), 0);
    };
    let (mut at, mut row, mut columns) = (begin, 0, 0);
    while at < tokens.len() {
        let text = tokens[at].text.as_str();
        let header = tokens[at..].iter().take_while(|t| money(&t.text).is_some()).count();
        if header >= 3 {
            if at > begin && tokens[at - 1].text.chars().count() <= 16 {
                cells.push(Cell::new(row, 0, tokens[at - 1].text.as_str()));
            }
            for (column, token) in tokens[at..at + header].iter().enumerate() {
                cells.push(Cell::new(row, column + 2, token.text.as_str()));
            }
            (row, columns) = (row + 1, header);
            at += header;
        } else if source(text) {
            let in_column = |t: &&Token| starts_with_number(&t.text) || is_dash(&t.text);
            let mut numbers = tokens[at + 1..].iter().take_while(in_column).count();
            if !tokens[at + 1..=at + numbers].iter().any(|t| starts_with_number(&t.text)) {
                at += 1 + numbers;
                continue;
            }
            // Fewer than the columns: which ones are blank is not known but for the first.
            if numbers < columns {
                numbers = tokens[at + 1..].iter().take(numbers).take_while(|t| !is_dash(&t.text)).count();
            }
            // As many amounts as columns, or the first ones; more are none of this row's.
            if numbers > 0 && (numbers <= columns || columns == 0 && numbers == 1) {
                cells.push(Cell::new(row, 1, text));
                for (column, token) in tokens[at + 1..=at + numbers].iter().enumerate() {
                    cells.push(Cell::new(row, column + 2, token.text.as_str()));
                }
                row += 1;
            }
            at += 1 + numbers;
        } else if goals(text, Field::GoalsExpected)
            && tokens.get(at + 1).is_some_and(|t| goals(&t.text, Field::GoalsActual))
            && tokens.len() - at >= 4
        {
            for (offset, token) in tokens[at..at + 4].iter().enumerate() {
                cells.push(Cell::new(row + offset / 2, 1 + offset % 2, token.text.as_str()));
            }
            (row, at) = (row + 2, at + 4);
        } else if is_head(text) && tokens.get(at + 1).is_some_and(|next| !is_label(&next.text)) {
            cells.push(Cell::new(row, 0, text));
            cells.push(Cell::new(row, 1, tokens[at + 1].text.as_str()));
            (row, at) = (row + 1, at + 2);
        } else {
            at += 1;
        }
    }
    (begin, row)
}
