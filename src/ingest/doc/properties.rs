//! Properties of paragraphs, characters and table rows: lists of changes (MS-DOC 2.6, "sprm") kept on pages of 512
//! bytes (2.9.33 and 2.9.175) and found by the offset of a character in the main stream.

use crate::ingest::ole::{u16_at, u32_at};

const PAGE_BYTES: usize = 512;

/// Walks a property list: (opcode, operand without its length).
pub(super) struct Changes<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Changes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let opcode = u16_at(self.0, 0)?;
        let rest = self.0.get(2..)?;
        // The three highest bits say how long the operand is.
        let (skip, length) = match opcode >> 13 {
            0 | 1 => (0, 1),
            2 | 4 | 5 => (0, 2),
            3 => (0, 4),
            7 => (0, 3),
            _ => match (opcode, *rest.first()?) {
                // A table definition: two bytes of length, one too large.
                (0xD608 | 0xD606, _) => (2, usize::from(u16_at(rest, 0)?).saturating_sub(1)),
                // Tab stops that need more than 254 bytes state how many they are instead.
                (0xC615, 255) => {
                    let deleted = usize::from(*rest.get(1)?);
                    let added = usize::from(*rest.get(2 + 4 * deleted)?);
                    (1, 2 + 4 * deleted + 3 * added)
                }
                (_, length) => (1, usize::from(length)),
            },
        };
        let end = (skip + length).min(rest.len());
        let operand = rest.get(skip..end)?;
        self.0 = rest.get(end..)?;
        Some((opcode, operand))
    }
}

/// A run of the main stream that shares properties.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: usize,
    to: usize,
    /// Style number; 0 for characters.
    style: u16,
    /// The property list, as a range of the main stream.
    list: (usize, usize),
}

/// All runs of one kind.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<Run>);

impl Runs {
    /// The paragraphs' properties: `table` is the list of pages in the table stream (PlcBtePapx).
    pub(super) fn paragraphs(stream: &[u8], table: &[u8]) -> Self {
        Self::read(table, stream, |page, base, run, runs| {
            let entry = 4 * (runs + 1) + 13 * run;
            let at = 2 * usize::from(*page.get(entry)?);
            if at == 0 {
                return Some((0, (0, 0)));
            }
            // One byte of length in words, or 0 and then another.
            let (start, length) = match *page.get(at)? {
                0 => (at + 2, 2 * usize::from(*page.get(at + 1)?)),
                words => (at + 1, 2 * usize::from(words) - 1),
            };
            let end = (start + length).min(PAGE_BYTES);
            Some((u16_at(page, start)?, (base + (start + 2).min(end), base + end)))
        })
    }

    /// The characters' properties (PlcBteChpx).
    pub(super) fn characters(stream: &[u8], table: &[u8]) -> Self {
        Self::read(table, stream, |page, base, run, runs| {
            let at = 2 * usize::from(*page.get(4 * (runs + 1) + run)?);
            if at == 0 {
                return Some((0, (0, 0)));
            }
            let length = usize::from(*page.get(at)?);
            Some((0, (base + at + 1, base + (at + 1 + length).min(PAGE_BYTES))))
        })
    }

    fn read(
        table: &[u8],
        stream: &[u8],
        list: impl Fn(&[u8], usize, usize, usize) -> Option<(u16, (usize, usize))>,
    ) -> Self {
        let count = table.len().saturating_sub(4) / 8;
        let mut seen = vec![false; stream.len() / PAGE_BYTES + 1];
        let mut runs = Vec::new();
        for index in 0..count {
            let number = u32_at(table, 4 * (count + 1) + 4 * index).unwrap_or(0) & 0x003F_FFFF;
            let Ok(number) = usize::try_from(number) else {
                continue;
            };
            // A page listed twice says nothing new.
            match seen.get_mut(number) {
                Some(mark) if !*mark => *mark = true,
                _ => continue,
            }
            let base = number * PAGE_BYTES;
            let Some(page) = stream.get(base..base + PAGE_BYTES) else {
                continue;
            };
            let on_page = usize::from(page.last().copied().unwrap_or(0));
            for run in 0..on_page {
                let (Some(from), Some(to)) = (u32_at(page, 4 * run), u32_at(page, 4 * run + 4)) else {
                    break;
                };
                let Some((style, list)) = list(page, base, run, on_page) else {
                    continue;
                };
                let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
                    continue;
                };
                if from < to {
                    runs.push(Run { from, to, style, list });
                }
            }
        }
        runs.sort_by_key(|r| r.from);
        Runs(runs)
    }

    /// Keeps the runs whose property list says something of interest.
    pub(super) fn retain(&mut self, stream: &[u8], wanted: impl Fn(u16) -> bool) {
        self.0
            .retain(|run| Changes(stream.get(run.list.0..run.list.1).unwrap_or(&[])).any(|(opcode, _)| wanted(opcode)));
    }

    /// Style and property list at an offset of the main stream.
    pub(super) fn at<'s>(&self, stream: &'s [u8], offset: usize) -> Option<(u16, &'s [u8])> {
        let index = self.0.partition_point(|r| r.from <= offset).checked_sub(1)?;
        let run = self.0.get(index).filter(|r| offset < r.to)?;
        Some((run.style, stream.get(run.list.0..run.list.1).unwrap_or(&[])))
    }

    /// Is nothing recorded?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_have_the_length_their_opcode_says() {
        // in a table (1 byte), nesting (4 bytes), table definition of 4 bytes (length 5), tab stops (variable).
        let list = [0x16, 0x24, 1, 0x49, 0x66, 2, 0, 0, 0, 0x08, 0xD6, 5, 0, 1, 2, 3, 4, 0x0D, 0xC6, 2, 9, 9];
        let found: Vec<(u16, Vec<u8>)> = Changes(&list).map(|(o, v)| (o, v.to_vec())).collect();
        assert_eq!(
            found,
            [(0x2416, vec![1]), (0x6649, vec![2, 0, 0, 0]), (0xD608, vec![1, 2, 3, 4]), (0xC60D, vec![9, 9])]
        );
    }

    #[test]
    fn a_list_cut_anywhere_ends() {
        let list = [0x08, 0xD6, 255, 255, 1, 0x15, 0xC6, 255, 255];
        for end in 0..=list.len() {
            assert!(Changes(&list[..end]).count() <= list.len());
        }
    }
}
