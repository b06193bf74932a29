//! Where the cells of a row begin and end and how they are joined, as Word's formats state it at the row's end.

use super::row_grid::{EdgedCell, Vertical};

/// Edges and joins of a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowShape {
    /// Boundaries in twips, one more than cells.
    pub(crate) edges: Vec<i32>,
    /// How each cell is joined with its neighbours in the row: 0 not; a run begins with one code and goes on with another.
    pub(crate) horizontal: Vec<u8>,
    /// How each cell is joined with the one above.
    pub(crate) vertical: Vec<Vertical>,
}

impl RowShape {
    /// Does it say where cells are?
    pub(crate) fn is_known(&self) -> bool {
        self.edges.len() > 1
    }

    /// These texts as the row's cells. Texts beyond the shape stand right of it, each as wide as a common cell.
    pub(crate) fn cells(&self, texts: Vec<String>) -> Vec<EdgedCell> {
        /// Width of a cell of which nothing is known: about 2 cm, so that columns of such rows line up.
        const UNKNOWN_WIDTH_TWIPS: i32 = 1134;
        let mut left = self.edges.first().copied().unwrap_or(0);
        let mut run: Option<u8> = None;
        texts
            .into_iter()
            .enumerate()
            .map(|(index, text)| {
                let right = self.edges.get(index + 1).copied().unwrap_or(left.saturating_add(UNKNOWN_WIDTH_TWIPS));
                // The first cell of a joined run and those that follow have different codes. Which code is which is
                // told in two ways by the descriptions in circulation, so the order decides.
                let code = self.horizontal.get(index).copied().unwrap_or(0);
                let joined_left = code != 0 && run.is_some_and(|first| first != code);
                run = match (code, run) {
                    (0, _) => None,
                    (_, Some(first)) if joined_left => Some(first),
                    _ => Some(code),
                };
                let vertical = self.vertical.get(index).copied().unwrap_or_default();
                let cell = EdgedCell { left, right, joined_left, vertical, text: text.trim().to_owned() };
                left = right;
                cell
            })
            .collect()
    }
}
