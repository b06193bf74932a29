//! What paper, scanners and recognition do to a form: characters taken for others that look like them, cells run together
//! or lost, rows broken, joined or gone.

use super::Random;
use crate::support::layout::{Cell, Table};

/// How often things go wrong.
#[derive(Debug, Clone, Copy)]
pub struct Damage {
    /// Of a hundred thousand characters, so to say: the chance of each.
    pub characters: f64,
    /// The chance of each cell.
    pub cells: f64,
    /// The chance of each row.
    pub rows: f64,
}

impl Damage {
    pub fn times(self, factor: f64) -> Damage {
        let Damage { characters, cells, rows } = self;
        Damage { characters: characters * factor, cells: cells * factor, rows: rows * factor }
    }
}

/// What a character is taken for.
const ALIKE: [(char, &[&str]); 42] = [
    ('0', &["O", "o", "6", "8", "Q", ""]),
    ('1', &["l", "I", "7", "|", "i", ""]),
    ('2', &["Z", "7", "z"]),
    ('3', &["8", "5", "B"]),
    ('4', &["A", "1"]),
    ('5', &["S", "6", "3", "s"]),
    ('6', &["8", "b", "5", "0"]),
    ('7', &["1", "T", "/"]),
    ('8', &["3", "B", "6", "0"]),
    ('9', &["g", "q", "0", "4"]),
    ('%', &["", "％", "9", "°", "96", "0"]),
    ('.', &["", ",", " ", "·", "。"]),
    ('≥', &["", ">", "2", "≧", "》", "之"]),
    ('≤', &["", "<", "≦", "S", "く"]),
    ('-', &["", "一", "—"]),
    ('/', &["1", "l", ""]),
    ('万', &["方", "刀", "石"]),
    ('元', &["无", "兀", "儿"]),
    ('人', &["入", "八", "大"]),
    ('日', &["目", "曰", "口"]),
    ('未', &["末", "木"]),
    ('已', &["己", "巳"]),
    ('千', &["干", "于"]),
    ('土', &["士", "王"]),
    ('率', &["卒", "宰", "牵"]),
    ('数', &["敷", "教", "效"]),
    ('医', &["匡", "区", "匠"]),
    ('保', &["俣", "係", "探"]),
    ('指', &["捐", "拍", "措"]),
    ('标', &["际", "林", "杯"]),
    ('成', &["戊", "或", "威"]),
    ('效', &["数", "郊"]),
    ('益', &["盆", "盖"]),
    ('目', &["日", "自"]),
    ('满', &["瞒", "蒲"]),
    ('意', &["竟", "章"]),
    ('度', &["庋", "废"]),
    ('时', &["吋", "叶"]),
    ('质', &["盾", "贡"]),
    ('量', &["里", "昰"]),
    ('费', &["贵", "资"]),
    ('县', &["具", "且"]),
];

/// A text after recognition.
pub fn text(source: &str, damage: Damage, random: &mut Random) -> String {
    if damage.characters == 0.0 {
        return source.to_owned();
    }
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        if matches!(c, '\t' | '\n' | '\u{c}') || !random.chance(damage.characters) {
            out.push(c);
            continue;
        }
        out.push_str(&misread(c, random));
    }
    out
}

/// A character as it was misread.
pub fn misread(c: char, random: &mut Random) -> String {
    let alike = ALIKE.iter().find(|(of, _)| *of == c).map(|(_, others)| *others);
    match (alike, random.below(10)) {
        // Space before it, or lost altogether.
        (_, 0) => format!(" {c}"),
        (_, 1) => String::new(),
        (Some(others), _) => random.one_of(others).to_owned(),
        (None, 2 | 3) => String::new(),
        (None, _) => random.one_of(&['口', '了', '丨', '上', '工', '〇', '.', '?', '一']).to_string(),
    }
}

/// The cells of a table after recognition.
pub fn table(table: &mut Table, damage: Damage, random: &mut Random) {
    for cell in &mut table.cells {
        cell.text = text(&cell.text, damage, random);
    }
    if damage.cells == 0.0 {
        return;
    }
    for at in 0..table.cells.len() {
        if !random.chance(damage.cells) || table.cells[at].text.is_empty() {
            continue;
        }
        let row = table.cells[at].row;
        let right = table.cells.get(at + 1).is_some_and(|next| next.row == row);
        match random.below(6) {
            // Lost.
            0 | 1 => table.cells[at].text.clear(),
            // Run together with the next one.
            2 | 3 if right => {
                let more = std::mem::take(&mut table.cells[at + 1].text);
                table.cells[at].text.push_str(&more);
            }
            // … or the other way round.
            4 if right => {
                let more = std::mem::take(&mut table.cells[at].text);
                table.cells[at + 1].text.insert_str(0, &more);
            }
            // Its end in the next one.
            _ if right => {
                let length = table.cells[at].text.chars().count();
                let cut = random.below(length as u64) as usize;
                let end: String = table.cells[at].text.chars().skip(cut).collect();
                let begin = table.cells[at].text.chars().take(cut).collect();
                table.cells[at].text = begin;
                table.cells[at + 1].text.insert_str(0, &end);
            }
            _ => {}
        }
    }
    // Spans are guessed wrong where the rulings are faint: the last row of one is a blank cell of its own.
    let mut rests = Vec::new();
    for cell in &mut table.cells {
        if cell.row_span > 1 && random.chance(damage.rows * 2.0) {
            cell.row_span -= 1;
            rests.push(Cell { row: cell.row + cell.row_span, row_span: 1, text: String::new(), ..cell.clone() });
        }
    }
    table.cells.extend(rests);
    table.cells.sort_by_key(|cell| (cell.row, cell.column));
}

/// The lines of a text dump after recognition: rows of tables lose or win a cell, are joined, broken or gone.
pub fn lines(source: &str, damage: Damage, random: &mut Random) -> String {
    if damage.rows == 0.0 {
        return source.to_owned();
    }
    let mut out: Vec<String> = Vec::new();
    for line in source.lines() {
        let mark = if line.starts_with('|') { " | " } else { "\t" };
        if !line.contains(mark) || line.contains("---") || !random.chance(damage.rows) {
            out.push(line.to_owned());
            continue;
        }
        let mut cells: Vec<&str> = line.split(mark).collect();
        let at = random.below(cells.len() as u64) as usize;
        match random.below(7) {
            // A cell too few: the row moves to the left.
            0 | 1 => {
                cells.remove(at);
                out.push(cells.join(mark));
            }
            // A cell too many.
            2 => {
                cells.insert(at, "");
                out.push(cells.join(mark));
            }
            // Two cells are one.
            3 if at + 1 < cells.len() => {
                let joined = format!("{}{}", cells[at], cells[at + 1]);
                cells.splice(at..at + 2, [joined.as_str()]);
                let line = cells.join(mark);
                out.push(line);
            }
            // Broken into two lines.
            4 => {
                out.push(cells[..at].join(mark));
                out.push(cells[at..].join(mark));
            }
            // Joined to the line before.
            5 if !out.is_empty() => {
                if let Some(last) = out.last_mut() {
                    last.push_str(line);
                }
            }
            // Gone.
            _ => {}
        }
    }
    let mut written = out.join("\n");
    written.push('\n');
    written
}
