//! The structure tree of a tagged file, asked page by page: from each piece of marked content upward to the cell, row
//! and table that it is in (ISO 32000-1, 14.7.4.4 and 14.8.4.3.4).

use crate::model::{Page, Role, Tag, TaggedCell};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, ObjRef, Object};
use hayro_syntax::xref::XRef;
use rustc_hash::{FxHashMap, FxHashSet};

/// Deepest way from a piece of content up to its table, and deepest tree of parents.
const MAX_DEPTH: usize = 64;
/// Most children of one element that are looked through for a row's number.
const MAX_CHILDREN: usize = 200_000;
/// Most elements of tables that are read for one document. Tables are read again when they turn up after pages without
/// them; pages that take turns would cost the square.
const MAX_ELEMENTS: usize = 5_000_000;
/// Widest table whose columns are counted.
const MAX_COLUMNS: usize = 256;

type Id = (u32, i32);

/// Ways from marked content to roles. What it remembers is that of the last two pages, since elements that hold many
/// pages' content are asked for on each of them, and others on one or two.
pub(super) struct Structure<'a> {
    xref: &'a XRef,
    /// What each page's marked content belongs to, by the page's key; read when first asked for.
    parents: Option<FxHashMap<i64, MaybeRef<Object<'a>>>>,
    parent_tree: Option<Dict<'a>>,
    roles: Option<Dict<'a>>,
    /// Roles of elements already asked for: on this page, and on the page before.
    known: FxHashMap<Id, Option<Role>>,
    known_before: FxHashMap<Id, Option<Role>>,
    /// Tables, each with whether this page has asked for it.
    tables: Vec<(Id, bool, TableCells)>,
    /// Elements of tables that were read.
    elements_read: usize,
}

/// The cells of a table by their elements, sorted.
type TableCells = Vec<(Id, TaggedCell)>;

impl<'a> Structure<'a> {
    pub(super) fn of(catalog: &Dict<'a>, xref: &'a XRef) -> Self {
        let root = catalog.get::<Dict<'a>>("StructTreeRoot");
        Structure {
            xref,
            parents: None,
            parent_tree: root.as_ref().and_then(|root| root.get::<Dict<'a>>("ParentTree")),
            roles: root.as_ref().and_then(|root| root.get::<Dict<'a>>("RoleMap")),
            known: FxHashMap::default(),
            known_before: FxHashMap::default(),
            tables: Vec::new(),
            elements_read: 0,
        }
    }

    /// What the tree says of the marked content of a page, sorted by mark.
    pub(super) fn tags(&mut self, page: &Dict<'a>, read: &Page) -> Vec<Tag> {
        let Some(tree) = &self.parent_tree else { return Vec::new() };
        let Some(key) = page.get::<Number>("StructParents").map(|n| n.as_i64()) else { return Vec::new() };
        let parents = self.parents.get_or_insert_with(|| number_tree(tree, self.xref));
        let elements = match parents.get(&key) {
            Some(MaybeRef::Ref(reference)) => self.xref.get::<Array<'a>>((*reference).into()),
            Some(MaybeRef::NotRef(Object::Array(elements))) => Some(elements.clone()),
            _ => None,
        };
        let Some(elements) = elements else { return Vec::new() };
        self.forget();
        let mut used: Vec<u32> = read.runs.iter().filter_map(|run| run.mark).collect();
        used.sort_unstable();
        used.dedup();
        let mut tags = Vec::new();
        let mut used = used.into_iter().peekable();
        for (mark, element) in (0..).zip(elements.raw_iter()) {
            match used.peek() {
                None => break,
                Some(next) if *next > mark => continue,
                Some(_) => {
                    used.next();
                }
            }
            let Some(reference) = element.as_obj_ref() else { continue };
            if let Some(role) = self.role(reference) {
                tags.push(Tag { mark, role });
            }
        }
        tags
    }

    /// Drops what neither this page nor the one before it asked for.
    fn forget(&mut self) {
        std::mem::swap(&mut self.known, &mut self.known_before);
        self.known.clear();
        self.tables.retain_mut(|(_, asked, _)| std::mem::take(asked));
    }

    /// The role of an element by what it is and what it lies in. Every element on the way up is remembered: the upper
    /// ones have thousands of children, and reading them for each would cost the square of that.
    fn role(&mut self, reference: ObjRef) -> Option<Role> {
        let mut way = Vec::new();
        let mut next = Some(reference);
        let mut role = None;
        while let Some(reference) = next.take().filter(|_| way.len() < MAX_DEPTH) {
            let id = (reference.obj_number, reference.gen_number);
            if let Some(known) = self.known.get(&id) {
                role = *known;
                break;
            }
            if let Some(known) = self.known_before.get(&id) {
                role = *known;
                self.known.insert(id, role);
                self.touch(role);
                break;
            }
            let Some((_, element)) = self.element(reference) else { break };
            let kind = self.kind(&element);
            let settled = match kind.as_slice() {
                b"TD" | b"TH" => Some(self.cell(&element, id).map(Role::Cell)),
                [b'H', level @ b'1'..=b'6'] => Some(Some(Role::Heading(level - b'0'))),
                b"H" | b"Title" => Some(Some(Role::Heading(1))),
                b"Table" | b"Document" | b"StructTreeRoot" => Some(None),
                _ => None,
            };
            if let Some(settled) = settled {
                role = settled;
                self.known.insert(id, settled);
                break;
            }
            let is_block = matches!(kind.as_slice(), b"P" | b"LI" | b"Caption" | b"TOCI" | b"Note");
            way.push((id, is_block.then_some(Role::Block(id.0))));
            next = element.get_ref("P");
        }
        for (id, block) in way.into_iter().rev() {
            if !matches!(role, Some(Role::Cell(_) | Role::Heading(_))) {
                role = block.or(role);
            }
            self.known.insert(id, role);
        }
        role
    }

    /// The element above. It is asked for afresh, not through the element: the way down and up again would look like a
    /// loop to the reader of objects.
    fn parent(&self, element: &Dict<'a>) -> Option<(Id, Dict<'a>)> {
        self.element(element.get_ref("P")?)
    }

    fn element(&self, reference: ObjRef) -> Option<(Id, Dict<'a>)> {
        let dict = self.xref.get::<Dict<'a>>(reference.into())?;
        Some(((reference.obj_number, reference.gen_number), dict))
    }

    /// The element's standard type.
    fn kind(&self, element: &Dict<'a>) -> Vec<u8> {
        let Some(name) = element.get::<Name<'_>>("S") else { return Vec::new() };
        let mut kind = name.as_ref().to_vec();
        if let Some(roles) = &self.roles {
            for _ in 0..8 {
                match roles.get::<Name<'_>>(kind.as_slice()) {
                    Some(standard) if standard.as_ref() != kind => kind = standard.as_ref().to_vec(),
                    _ => break,
                }
            }
        }
        kind
    }

    fn cell(&mut self, cell: &Dict<'a>, id: Id) -> Option<TaggedCell> {
        let (_, row) = self.parent(cell).filter(|(_, row)| self.kind(row) == b"TR")?;
        let (table_id, table) = self.table_of(&row)?;
        if !self.tables.iter().any(|(known, ..)| *known == table_id) {
            let cells = self.cells_of(&table, table_id);
            self.tables.push((table_id, true, cells));
        }
        let (_, asked, cells) = self.tables.iter_mut().find(|(known, ..)| *known == table_id)?;
        *asked = true;
        let at = cells.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        cells.get(at).map(|(_, cell)| *cell)
    }

    /// Keeps the table of a role that was known.
    fn touch(&mut self, role: Option<Role>) {
        if let Some(Role::Cell(cell)) = role
            && let Some((_, asked, _)) = self.tables.iter_mut().find(|(id, ..)| id.0 == cell.table)
        {
            *asked = true;
        }
    }

    fn table_of(&self, row: &Dict<'a>) -> Option<(Id, Dict<'a>)> {
        let mut at = self.parent(row)?;
        for _ in 0..4 {
            match self.kind(&at.1).as_slice() {
                b"Table" => return Some(at),
                b"THead" | b"TBody" | b"TFoot" => at = self.parent(&at.1)?,
                _ => return None,
            }
        }
        None
    }

    /// The cells of a table, rows of the head before those of the body, sorted by their elements.
    fn cells_of(&mut self, table: &Dict<'a>, table_id: Id) -> TableCells {
        let mut rows = Vec::new();
        for (_, child) in self.children(table) {
            match self.kind(&child).as_slice() {
                b"TR" => rows.push(child),
                b"THead" | b"TBody" | b"TFoot" => rows.extend(self.children(&child).into_iter().map(|(_, row)| row)),
                _ => {}
            }
        }
        self.elements_read += rows.len();
        let mut out: TableCells = Vec::new();
        let mut ends = Vec::new();
        for (row, number) in rows.iter().zip(0u32..) {
            if self.elements_read > MAX_ELEMENTS || out.len() > MAX_CHILDREN {
                return Vec::new();
            }
            for ((id, cell), ordinal) in self.children(row).into_iter().zip(0u32..) {
                let (row_span, column_span) = spans(&cell);
                let header = self.kind(&cell) == b"TH";
                let place = TaggedCell {
                    table: table_id.0,
                    row: number,
                    ordinal,
                    row_span,
                    column_span,
                    header,
                    column: None,
                    columns: 0,
                };
                out.push((id, place));
            }
            self.elements_read += out.len() - ends.last().copied().unwrap_or(0);
            ends.push(out.len());
        }
        count_columns(&mut out, &ends);
        out.sort_unstable_by_key(|(id, _)| *id);
        out
    }

    /// The element children of an element, with what they are called by.
    fn children(&self, element: &Dict<'a>) -> Vec<(Id, Dict<'a>)> {
        let is_element = |child: &(Id, Dict<'a>)| child.1.contains_key("S");
        match element.get_raw::<Object<'a>>("K") {
            Some(MaybeRef::Ref(reference)) => match self.xref.get::<Object<'a>>(reference.into()) {
                Some(Object::Array(kids)) => self.elements(&kids),
                _ => self.element(reference).into_iter().filter(is_element).collect(),
            },
            Some(MaybeRef::NotRef(Object::Array(kids))) => self.elements(&kids),
            _ => Vec::new(),
        }
    }

    fn elements(&self, kids: &Array<'a>) -> Vec<(Id, Dict<'a>)> {
        let references = kids.raw_iter().take(MAX_CHILDREN).filter_map(|kid| kid.as_obj_ref());
        references.filter_map(|kid| self.element(kid)).filter(|(_, dict)| dict.contains_key("S")).collect()
    }
}

/// Numbers the columns, where a row's cells and those that reach into it from above fill the table's width: a writer that
/// leaves blank cells out fills fewer, and nothing tells which. `ends` are the ends of the rows in the cells.
fn count_columns(cells: &mut [(Id, TaggedCell)], ends: &[usize]) {
    // Cells that reach down: the row after their last, and how many columns.
    let mut reaching: Vec<(usize, usize)> = Vec::new();
    let rows = || std::iter::once(0).chain(ends.iter().copied()).zip(ends.iter().copied());
    let mut widths: Vec<usize> = Vec::with_capacity(ends.len());
    for (row, (from, to)) in rows().enumerate() {
        reaching.retain(|(until, _)| *until > row);
        let own = cells.get(from..to).unwrap_or(&[]);
        let above: usize = reaching.iter().map(|(_, count)| *count).sum();
        widths.push(above + own.iter().map(|(_, cell)| cell.column_span as usize).sum::<usize>());
        let down = own.iter().filter(|(_, cell)| cell.row_span > 1);
        reaching.extend(down.map(|(_, cell)| (row + cell.row_span as usize, cell.column_span as usize)));
        if reaching.len() > MAX_COLUMNS {
            return;
        }
    }
    let Some(width) = usual_width(&widths).filter(|width| *width <= MAX_COLUMNS) else { return };
    // For each column, the row after the last that a cell above reaches.
    let mut taken = vec![0usize; width];
    // The row after the last that a cell reaches whose column is not known.
    let mut loose = 0;
    for ((row, (from, to)), filled) in rows().enumerate().zip(widths) {
        let known = filled == width && loose <= row;
        let mut at = 0;
        let mut begun: Vec<(usize, usize, usize)> = Vec::new();
        for (_, cell) in cells.get_mut(from..to).unwrap_or(&mut []) {
            let (count, until) = (cell.column_span as usize, row + cell.row_span as usize);
            at += taken.iter().skip(at).take_while(|until| **until > row).count();
            let fits = known && taken.get(at..at + count).is_some_and(|over| over.iter().all(|until| *until <= row));
            cell.column = fits.then(|| u32::try_from(at).ok()).flatten();
            cell.columns = u32::try_from(width).unwrap_or(u32::MAX);
            match (cell.row_span > 1, fits) {
                (true, true) => begun.push((at, count, until)),
                (true, false) => loose = loose.max(until),
                _ => {}
            }
            at += count;
        }
        for (at, count, until) in begun {
            taken.iter_mut().skip(at).take(count).for_each(|end| *end = until);
        }
    }
}

/// The width of a table whose rows have these: the first row's, since headers are seldom blank, or that of most rows if
/// it is larger. Not the largest: where a page's end cuts a row, LibreOffice gives it the cells of both parts.
fn usual_width(widths: &[usize]) -> Option<usize> {
    let mut sorted = widths.to_vec();
    sorted.sort_unstable();
    let most = sorted.chunk_by(|a, b| a == b).max_by_key(|same| same.len())?;
    widths.first().copied().max(most.first().copied())
}

/// RowSpan and ColSpan among the attributes of a cell.
fn spans(cell: &Dict<'_>) -> (u32, u32) {
    let mut spans = (1, 1);
    let mut take = |attributes: &Dict<'_>| {
        let number = |key: &str| attributes.get::<Number>(key).and_then(|n| u32::try_from(n.as_i64()).ok());
        spans.0 = number("RowSpan").unwrap_or(spans.0).clamp(1, 10_000);
        spans.1 = number("ColSpan").unwrap_or(spans.1).clamp(1, 1_000);
    };
    match cell.get::<Object<'_>>("A") {
        Some(Object::Dict(attributes)) => take(&attributes),
        Some(Object::Array(several)) => several.iter::<Dict<'_>>().take(32).for_each(|a| take(&a)),
        _ => {}
    }
    spans
}

/// All entries of a number tree (7.9.7), unread: one for each page.
fn number_tree<'a>(root: &Dict<'a>, xref: &'a XRef) -> FxHashMap<i64, MaybeRef<Object<'a>>> {
    let mut entries = FxHashMap::default();
    let mut visited = FxHashSet::default();
    let mut open = vec![root.clone()];
    while let Some(node) = open.pop().filter(|_| visited.len() < MAX_CHILDREN) {
        if let Some(numbers) = node.get::<Array<'a>>("Nums") {
            let mut items = numbers.raw_iter();
            while let (Some(number), Some(value)) = (items.next(), items.next()) {
                if let MaybeRef::NotRef(Object::Number(number)) = number
                    && entries.len() < MAX_CHILDREN
                {
                    entries.insert(number.as_i64(), value);
                }
            }
        }
        for kid in node.get::<Array<'a>>("Kids").iter().flat_map(|kids| kids.raw_iter()) {
            match kid {
                MaybeRef::Ref(reference) if visited.insert((reference.obj_number, reference.gen_number)) => {
                    open.extend(xref.get::<Dict<'a>>(reference.into()));
                }
                MaybeRef::NotRef(Object::Dict(kid)) if visited.len() < MAX_CHILDREN => open.push(kid),
                _ => {}
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of cells given as (rows, columns) row by row.
    fn columns(rows: &[&[(u32, u32)]]) -> Vec<Vec<Option<u32>>> {
        let (mut cells, mut ends) = (Vec::new(), Vec::new());
        for (number, row) in rows.iter().enumerate() {
            for (ordinal, &(row_span, column_span)) in row.iter().enumerate() {
                let (row, ordinal) = (number as u32, ordinal as u32);
                let cell = TaggedCell {
                    table: 1,
                    row,
                    ordinal,
                    row_span,
                    column_span,
                    header: false,
                    column: None,
                    columns: 0,
                };
                cells.push(((0, 0), cell));
            }
            ends.push(cells.len());
        }
        count_columns(&mut cells, &ends);
        let mut at = 0;
        let mut out = Vec::new();
        for end in ends {
            out.push(cells[at..end].iter().map(|(_, cell)| cell.column).collect());
            at = end;
        }
        out
    }

    #[test]
    fn columns_are_counted_around_cells_that_reach_down() {
        let found = columns(&[&[(2, 1), (1, 2), (2, 1)], &[(1, 1), (1, 1)], &[(1, 1); 4]]);
        let known = |list: &[u32]| list.iter().copied().map(Some).collect::<Vec<_>>();
        assert_eq!(found, [known(&[0, 1, 3]), known(&[1, 2]), known(&[0, 1, 2, 3])]);
    }

    #[test]
    fn rows_without_all_cells_have_no_columns() {
        let found = columns(&[&[(1, 1); 3], &[(2, 1), (1, 1)], &[(1, 1), (1, 1)], &[(1, 1); 3]]);
        assert_eq!(found[1], [None, None]);
        // It is full, but where the cell above it stands is not known.
        assert_eq!(found[2], [None, None]);
        assert_eq!(found[3], [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn a_row_with_the_cells_of_two_pages_widens_nothing() {
        let found = columns(&[&[(1, 1); 3], &[(1, 1); 3], &[(1, 1); 6], &[(1, 1); 3]]);
        assert_eq!(found[2], [None; 6]);
        assert_eq!(found[3], [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn absurd_spans_are_bounded() {
        let found = columns(&[&[(10_000, 1_000), (10_000, 1_000)], &[(1, 1)]]);
        assert_eq!(found[1], [None]);
    }
}
