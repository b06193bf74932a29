//! A form as content, cell by cell, as `fixtures/forms/README.md` describes it, and changes to that content.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One file: prose, then forms end to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub prose: Vec<String>,
    pub forms: Vec<Form>,
}

/// One form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Form {
    /// Empty where the form has no line of its own for it.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub subtitle: Option<String>,
    #[serde(default)]
    pub unit_line: Option<String>,
    #[serde(default)]
    pub prose: Vec<String>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub kv: Vec<Vec<String>>,
    #[serde(default)]
    pub tail: Vec<Vec<String>>,
    #[serde(default)]
    pub fund: Option<Block>,
    #[serde(default)]
    pub manage: Option<Block>,
    #[serde(default)]
    pub goals: Option<Block>,
    pub indicators: Block,
    /// More blocks of indicators, by the name that `order` gives them.
    #[serde(default)]
    pub blocks: BTreeMap<String, Block>,
    /// Rows of free cells, by the name that `order` gives them.
    #[serde(default)]
    pub grids: BTreeMap<String, Vec<Vec<FreeCell>>>,
    /// `label`, and a text for each named column.
    #[serde(default)]
    pub total: Option<serde_json::Map<String, Value>>,
    #[serde(default = "usual_order")]
    pub order: Vec<String>,
}

/// A block of rows under a header, its label a merged cell at the left.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Block {
    #[serde(default)]
    pub label: Option<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// In how many leading columns equal neighbours are one merged cell.
    #[serde(default = "two")]
    pub merge: usize,
    /// Has the block no column for a label, so that its own first column is the table's?
    #[serde(default)]
    pub bare: bool,
}

/// A cell of a free row: its text, or its text and how many columns and rows it spans. The last cell of a row
/// stretches to the table's edge unless it says how wide it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum FreeCell {
    Plain(String),
    Spanning(String, usize, usize),
}

impl FreeCell {
    pub fn text(&self) -> &str {
        match self {
            FreeCell::Plain(text) | FreeCell::Spanning(text, ..) => text,
        }
    }
}

/// A column, or several under one name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    Plain(String),
    Group(String, Vec<String>),
}

impl Column {
    pub fn name(&self) -> &str {
        match self {
            Column::Plain(name) | Column::Group(name, _) => name,
        }
    }

    /// How many lowest columns it has.
    pub fn width(&self) -> usize {
        match self {
            Column::Plain(_) => 1,
            Column::Group(_, below) => below.len(),
        }
    }
}

fn two() -> usize {
    2
}

fn usual_order() -> Vec<String> {
    ["kv", "fund", "manage", "goals", "indicators", "total", "tail"].map(str::to_owned).to_vec()
}

impl Report {
    pub fn parse(json: &str) -> Report {
        #[derive(Deserialize)]
        struct Several {
            #[serde(default)]
            prose: Vec<String>,
            forms: Vec<Form>,
        }
        let value: Value = serde_json::from_str(json).unwrap();
        if value.get("forms").is_some() {
            let Several { prose, forms } = serde_json::from_value(value).unwrap();
            return Report { prose, forms };
        }
        Report { prose: Vec::new(), forms: vec![serde_json::from_value(value).unwrap()] }
    }

    /// The same with every form changed.
    pub fn with(&self, change: impl Fn(&mut Form)) -> Report {
        let mut report = self.clone();
        report.forms.iter_mut().for_each(change);
        report
    }
}

impl Block {
    /// The table's columns that it needs, its label's included.
    pub fn reach(&self) -> usize {
        self.leaves() + usize::from(!self.bare)
    }

    /// First lowest column of a column.
    fn first_leaf(&self, column: usize) -> usize {
        self.columns[..column].iter().map(Column::width).sum()
    }

    /// Number of lowest columns.
    pub fn leaves(&self) -> usize {
        self.columns.iter().map(Column::width).sum()
    }

    pub fn position(&self, names: &[&str]) -> Option<usize> {
        self.columns.iter().position(|c| names.contains(&c.name()))
    }

    /// Moves a column, with its cells, so that it stands before what was at `to`.
    pub fn move_column(&mut self, from: usize, to: usize) {
        let (start, width) = (self.first_leaf(from), self.columns[from].width());
        let column = self.columns.remove(from);
        let to = if to > from { to - 1 } else { to };
        let target = self.first_leaf(to);
        self.columns.insert(to, column);
        for row in &mut self.rows {
            let cells: Vec<String> = row.drain(start..start + width).collect();
            row.splice(target..target, cells);
        }
    }

    /// Changes the header cells' texts.
    pub fn rename(&mut self, change: &impl Fn(&str) -> String) {
        for column in &mut self.columns {
            match column {
                Column::Plain(name) => *name = change(name),
                Column::Group(name, below) => {
                    *name = change(name);
                    below.iter_mut().for_each(|name| *name = change(name));
                }
            }
        }
    }
}

impl Form {
    /// Renames header cells of goals and indicators, and the total row's columns with them.
    pub fn rename_headers(&mut self, change: impl Fn(&str) -> String) {
        self.goals.iter_mut().chain([&mut self.indicators]).for_each(|block| block.rename(&change));
        if let Some(total) = self.total.take() {
            let renamed = total.into_iter().map(|(key, text)| match key.as_str() {
                "label" => (key, text),
                name => (change(name), text),
            });
            self.total = Some(renamed.collect());
        }
    }

    /// Changes the cells under the headers of the fund and indicator blocks from this column on.
    pub fn change_values(&mut self, first_column: usize, change: impl Fn(&str) -> String) {
        for block in self.fund.iter_mut().chain([&mut self.indicators]) {
            for row in &mut block.rows {
                row.iter_mut().skip(first_column).for_each(|cell| *cell = change(cell));
            }
        }
    }
}
