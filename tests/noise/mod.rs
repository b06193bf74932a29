//! Forms as archives hold them: most as they were written, some recognised from paper by programs of all qualities. Every
//! rendering keeps the name of its form before the first `~`, so that the form's gold labels it.
//!
//! Damage is drawn from a generator of its own, so that the same seed gives the same bytes anywhere.
#![allow(dead_code, unreachable_pub)] // every user has its own part of it

mod damage;
mod random;
mod recognised;

use crate::support::content::Report;
use crate::support::dialects::{DIALECTS, Dialect, MergedText, PageEnd, Style, render_changed};
use crate::support::layout::PageBreak;
use damage::{Damage, lines, table, text};
pub use random::Random;

/// A rendering: its name, `FORM~noise~number.ext`, and its bytes.
pub struct Rendering {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Nothing goes wrong.
const NONE: Damage = Damage { characters: 0.0, cells: 0.0, rows: 0.0 };

/// How documents came into an archive, and how many of a hundred did.
const MIXTURE: [(&str, u64, Damage); 8] = [
    // Born digital.
    ("clean", 51, NONE),
    // Born digital, and dumped by a program that takes the words of a page and drops its tables.
    ("running", 4, NONE),
    // Dumped as text by a good program from clean paper: here and there a character.
    ("light", 17, Damage { characters: 0.0004, cells: 0.0007, rows: 0.0007 }),
    // A good program, but tables that it does not understand: cells and rows go astray, characters are right.
    ("layout", 5, Damage { characters: 0.0002, cells: 0.01, rows: 0.02 }),
    // A poor copy.
    ("poor", 3, Damage { characters: 0.008, cells: 0.008, rows: 0.008 }),
    // Hardly legible.
    ("bad", 2, Damage { characters: 0.03, cells: 0.04, rows: 0.05 }),
    // Recognised, with scores and rulings: good pages and poor ones.
    ("scan", 17, NONE),
    // Recognised, with scores, and nothing said of rulings.
    ("lines", 1, NONE),
];

/// Renderings of a form, as many as asked for, in the archive's mixture.
pub fn renderings(stem: &str, report: &Report, count: usize, random: &mut Random) -> Vec<Rendering> {
    (0..count).map(|number| rendering(stem, report, number, random)).collect()
}

fn rendering(stem: &str, report: &Report, number: usize, random: &mut Random) -> Rendering {
    let (noise, damage) = drawn(random);
    let recognised = match noise {
        "scan" => Some((recognised::with_rulings(report, random), "hocr")),
        "lines" => Some((recognised::without_rulings(report, random), "json")),
        _ => None,
    };
    if let Some((written, extension)) = recognised {
        return Rendering { name: format!("{stem}~{noise}~{number}.{extension}"), bytes: written.into_bytes() };
    }
    if noise == "running" {
        let whole = render_changed(report, &Style::plain(Dialect::TabRows), &mut |_| {});
        let written = without_tables(&whole, random.chance(0.5));
        return Rendering { name: format!("{stem}~{noise}~{number}.txt"), bytes: written.into_bytes() };
    }
    let style = style(random);
    let mut written = render_changed(report, &style, &mut |grid| table(grid, damage, random));
    if style.dialect != Dialect::Html {
        written = lines(&written, damage, random);
    }
    Rendering { name: format!("{stem}~{noise}~{number}.txt"), bytes: written.into_bytes() }
}

/// Rows of tabs as running text: all of a table's cells on one line, or a cell a line. Empty cells leave no trace.
fn without_tables(text: &str, on_one_line: bool) -> String {
    let mut out = String::with_capacity(2 * text.len());
    let mut in_row = false;
    for line in text.lines() {
        let is_row = line.contains('\t');
        if in_row && !is_row && on_one_line {
            out.push('\n');
        }
        in_row = is_row;
        for cell in line.split('\t').map(str::trim).filter(|cell| !cell.is_empty()) {
            out.push_str(cell);
            out.push_str(if is_row && on_one_line { " " } else { "\n\n" });
        }
    }
    out
}

/// Renderings of a document that is a text already.
pub fn of_text(stem: &str, source: &str, count: usize, random: &mut Random) -> Vec<Rendering> {
    let one = |number: usize| {
        let (noise, damage) = loop {
            let drawn = drawn(random);
            if !matches!(drawn.0, "scan" | "lines" | "running") {
                break drawn;
            }
        };
        let written = lines(&text(source, damage, random), damage, random);
        Rendering { name: format!("{stem}~{noise}~{number}.txt"), bytes: written.into_bytes() }
    };
    (0..count).map(one).collect()
}

/// A kind of damage, its rates drawn for the document: some are far better than others of their kind.
fn drawn(random: &mut Random) -> (&'static str, Damage) {
    let mut at = random.below(100);
    for (noise, share, damage) in MIXTURE {
        if at < share {
            let factor = 0.3 + 1.4 * random.fraction();
            return (noise, damage.times(factor));
        }
        at -= share;
    }
    ("clean", MIXTURE[0].2)
}

fn style(random: &mut Random) -> Style {
    let dialect = DIALECTS[random.below(DIALECTS.len() as u64) as usize];
    let merged_text = [MergedText::Top, MergedText::Top, MergedText::Middle, MergedText::End][random.below(4) as usize];
    let page_break = random.chance(0.2).then(|| {
        let page_break = PageBreak {
            before_indicator: 1 + random.below(5) as usize,
            repeat_header: random.chance(0.5),
            through_row: random.chance(0.15),
        };
        (page_break, if random.chance(0.5) { PageEnd::FormFeed } else { PageEnd::BlankLines })
    });
    Style { merged_text, page_break, ..Style::plain(dialect) }
}
