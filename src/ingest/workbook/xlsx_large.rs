//! Workbooks too large to be held: one reading surveys them (merged regions, hidden parts, damage), and each later one
//! hands out grids piece by piece, so that memory does not grow with the file. Only the shared texts are kept.

use super::super::package::PartPlace;
use super::sheet::{Budget, Layout, Sheet, grids};
use super::xlsx_sheet::{CellContext, Extent, SheetReader};
use crate::model::{Block, BlockSource};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// An XLSX file and what its survey found.
pub(super) struct LargeWorkbook {
    package: Arc<[u8]>,
    context: CellContext,
    sheets: Vec<(PartPlace, Layout)>,
}

impl LargeWorkbook {
    pub(super) fn new(package: Arc<[u8]>, context: CellContext, sheets: Vec<(PartPlace, Layout)>) -> Self {
        LargeWorkbook { package, context, sheets }
    }
}

impl fmt::Debug for LargeWorkbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LargeWorkbook({} bytes, {} sheets)", self.package.len(), self.sheets.len())
    }
}

impl BlockSource for LargeWorkbook {
    fn blocks(&self) -> Box<dyn Iterator<Item = Block<'static>> + '_> {
        Box::new(Pieces { workbook: self, sheet: 0, reader: None, ready: VecDeque::new() })
    }
}

struct Pieces<'w> {
    workbook: &'w LargeWorkbook,
    sheet: usize,
    reader: Option<SheetReader<'static>>,
    ready: VecDeque<Block<'static>>,
}

impl Iterator for Pieces<'_> {
    type Item = Block<'static>;

    fn next(&mut self) -> Option<Block<'static>> {
        while self.ready.is_empty() {
            let (place, layout) = self.workbook.sheets.get(self.sheet)?;
            let reader = self.reader.get_or_insert_with(|| SheetReader::new(place.xml(self.workbook.package.clone())));
            let budget = Budget { cells: usize::MAX, text: usize::MAX };
            let mut piece = Sheet::new(layout.name.clone(), budget);
            // Damage was told at the survey; the sheet ends here as it ended there.
            let ended = reader.read(&self.workbook.context, &mut piece, Extent::Piece).unwrap_or(true);
            let (cells, _) = layout.visible(piece.cells);
            self.ready.extend(grids(layout, cells).into_iter().map(Block::Grid));
            if ended {
                self.reader = None;
                self.sheet += 1;
            }
        }
        self.ready.pop_front()
    }
}
